import type { Command } from 'commander';
import type { CompactOutcome } from '../../coordinator/index.js';
import type { HyggeError } from '../../errors/index.js';
import { renderErrors } from '../../errors/render.js';
import { oneLine, paint } from '../../errors/text.js';
import { bytes, counted, jsonText } from '../../messages/index.js';
import { type Context, exitCodeOf, exitCodes } from '../context.js';
import { list, positive, type RunFlags, size } from '../flags.js';
import { addSelection, prepare } from '../run-options.js';
import { stopSignals } from '../stop.js';

const examples = `
Examples:
  hygge compact                     join the small files of every store of the workspace
  hygge compact -f orders           those of one flow
  hygge compact --size 512MB        files of about that size (default: 128MB)
  hygge compact --rows 1000000      files of at most so many rows
  hygge compact --sort day,id       write all rows anew into one file, sorted

Row groups are copied as they are, and rows keep their order; --sort alone decodes them. The new files take the
places of the old ones in one step. Files that hygge did not put there are left alone, and so are stores that have
no files to join, unless --flow or --entity names one: that is an error.
Exit codes: 0 done, 1 a store could not be compacted, 2 the configuration is wrong.`;

interface CompactFlags extends RunFlags {
  readonly size?: number;
  readonly rows?: number;
  readonly sort?: readonly string[];
}

/** `hygge compact`: makes few files of many in the stores. */
export function registerCompact(program: Command, context: Context, done: (exitCode: number) => void): void {
  addSelection(program.command('compact').description('join the small files of the stores into few'))
    .option('--size <bytes>', 'how large a file may become, such as 128MB', size)
    .option('--rows <number>', 'how many rows a file may hold', positive)
    .option('--sort <columns>', 'sort all rows by these columns; commas, or repeat it', list)
    .option('--json', 'print what was done as one JSON document')
    .addHelpText('after', examples)
    .action(async (path: string | undefined, flags: CompactFlags) => {
      done(await compact(path, flags, context));
    });
}

const defaultSize = 128 * 1000 * 1000;

async function compact(path: string | undefined, flags: CompactFlags, context: Context): Promise<number> {
  const { coordinator, request } = await prepare(path, flags, context);
  const stop = stopSignals();
  const outcomes = await coordinator
    .compact({
      ...request,
      signal: stop.signal,
      compact: {
        rows: flags.rows ?? null,
        bytes: flags.size ?? (flags.rows === undefined ? defaultSize : null),
        sort: flags.sort ?? [],
      },
    })
    .finally(stop.dispose);
  const isChosen = flags.flow !== undefined || flags.entity !== undefined;
  const isSkipped = (outcome: CompactOutcome): boolean => outcome.error?.code === 'COMPACT_UNSUPPORTED';
  // Whoever asks for all stores means those that have files to join.
  const skipped = isChosen || outcomes.every(isSkipped) ? [] : outcomes.filter(isSkipped);
  const others = outcomes.filter((outcome) => !skipped.includes(outcome));
  const errors = others.flatMap(({ error }) => error ?? []);
  if (flags.json === true) {
    const stores = outcomes.map((outcome) => ({
      name: outcome.name,
      ...outcome.compacted,
      ...(skipped.includes(outcome) ? { skipped: true } : {}),
      error: outcome.error?.toJSON() ?? null,
    }));
    context.out.write(jsonText({ status: errors.length === 0 ? 'success' : 'fail', stores }));
  } else {
    for (const { error } of skipped)
      context.out.write(`${paint(context.out.color).faint(`- ${oneLine(error?.message ?? '')}`)}\n`);
    tell(others, errors, context);
  }
  return stop.exitCode() ?? (errors.length === 0 ? exitCodes.done : exitCodeOf(errors));
}

function tell(
  outcomes: readonly CompactOutcome[],
  errors: readonly HyggeError[],
  { out, err, cwd }: Context,
): void {
  const brush = paint(out.color);
  for (const { name, compacted, runs } of outcomes) {
    for (const { message } of runs)
      out.write(`${brush.good('✓')} ${brush.strong(oneLine(name))}: ${oneLine(message ?? '')}\n`);
    if (compacted === null) continue;
    const { files_before: before, files_after: after, rows, bytes_before, bytes_after, reason } = compacted;
    const change =
      before === after
        ? `${counted(before, 'file')} left as they are`
        : `${counted(before, 'file')} became ${after}; ${counted(rows, 'row')}, ${bytes(bytes_before)} → ${bytes(bytes_after)}`;
    out.write(
      `${brush.good('✓')} ${brush.strong(oneLine(name))}  ${change}  ${brush.faint(oneLine(reason))}\n`,
    );
  }
  if (errors.length > 0) err.write(renderErrors(errors, { color: err.color, cwd, verbose: false }));
}
