import type { Command } from 'commander';
import type { VerifyOutcome } from '../../coordinator/index.js';
import type { StoreAudit } from '../../core/audit.js';
import { renderErrors } from '../../errors/render.js';
import { oneLine, paint } from '../../errors/text.js';
import { count, counted, jsonText } from '../../messages/index.js';
import { type Context, exitCodeOf, exitCodes } from '../context.js';
import type { RunFlags } from '../flags.js';
import { flowAndPath, prepare } from '../run-options.js';
import { stopSignals } from '../stop.js';

const examples = `
Examples:
  hygge verify                      look at every store of the workspace
  hygge verify numbers              at those of one flow (or one entity: numbers_small)
  hygge verify numbers.yaml         at those of one file
  hygge verify numbers my/project   at those of one flow of another workspace
  hygge verify --json               the same as one JSON document

Every file that hygge has put into a store must be there, with the bytes and the rows that it was put there with, and
what the journal says must be so. Files of a run with verify: fingerprint are read whole, and compared with their hash.
Files that hygge did not put there are named, and are not wrong. A table of a database must have as many rows
as its runs since the last full_drop have put there, and where all of them had verify: fingerprint, the same values in
every column. After a merge it is not known what there should be, and said so. Nothing is written.
Exit codes: 0 all is as it should be, 1 something is not, 2 the configuration is wrong.`;

/** `hygge verify`: whether the stores still hold what was put there. */
export function registerVerify(program: Command, context: Context, done: (exitCode: number) => void): void {
  program
    .command('verify')
    .description('check that the stores still hold what was put there')
    .argument('[flow]', 'only this flow or entity (default: all)')
    .argument('[path]', 'a YAML file with flows, or a workspace folder (default: the workspace found upward)')
    .option('--json', 'print what was found as one JSON document')
    .addHelpText('after', examples)
    .action(async (flow: string | undefined, path: string | undefined, flags: RunFlags) => {
      done(await verify(flow, path, flags, context));
    });
}

async function verify(
  flow: string | undefined,
  path: string | undefined,
  flags: RunFlags,
  context: Context,
): Promise<number> {
  const asked = flowAndPath(flow, path);
  const selection = asked.flow === undefined ? {} : { flow: asked.flow };
  const { coordinator, request } = await prepare(asked.path, { ...flags, ...selection }, context);
  const stop = stopSignals();
  const outcomes = await coordinator.verify({ ...request, signal: stop.signal }).finally(stop.dispose);
  if (flags.json === true) context.out.write(jsonText(document(outcomes)));
  else tell(outcomes, context);
  const errors = outcomes.flatMap(({ error }) => error ?? []);
  const ok = outcomes.every((outcome) => outcome.ok);
  const ended = errors.length > 0 ? exitCodeOf(errors) : exitCodes.failed;
  return stop.exitCode() ?? (ok ? exitCodes.done : ended);
}

function tell(outcomes: readonly VerifyOutcome[], { out, err, cwd }: Context): void {
  const brush = paint(out.color);
  for (const { name, ok, audit, problems } of outcomes) {
    if (audit === null) continue;
    const { run_id: run, files, rows, foreign, notes } = audit;
    const mark = ok ? brush.good('✓') : brush.bad('✗');
    const inFiles = files === 0 ? '' : `${counted(files, 'file')}, `;
    const held =
      files === 0 && run === null
        ? 'nothing has been put there yet'
        : `${inFiles}${counted(rows, 'row')}${comparedText(audit)}`;
    out.write(`${mark} ${brush.strong(oneLine(name))}  ${held}\n`);
    for (const { file, message } of problems)
      out.write(`    ${brush.bad(oneLine(file === null ? message : `${file}: ${message}`))}\n`);
    for (const note of notes) out.write(`    ${oneLine(note)}\n`);
    if (foreign.length > 0) {
      const names = foreign.slice(0, 5).join(', ') + (foreign.length > 5 ? ', …' : '');
      out.write(`    ${brush.faint(oneLine(`${counted(foreign.length, 'file')} not hygge's: ${names}`))}\n`);
    }
  }
  const errors = outcomes.flatMap(({ error }) => error ?? []);
  if (errors.length > 0) err.write(`${renderErrors(errors, { color: err.color, cwd })}\n`);
  const unseen = outcomes.filter(({ audit }) => audit === null).length;
  const wrong = outcomes.filter(({ ok }) => !ok).length - unseen;
  const total = counted(outcomes.length, 'store');
  const lines: string[] = [];
  if (wrong > 0)
    lines.push(
      `${brush.bad(`${count(wrong)} of ${total} not as it should be.`)} A run with run_type full_drop puts things right.`,
    );
  if (unseen > 0) lines.push(brush.bad(`${count(unseen)} of ${total} could not be looked at.`));
  if (lines.length === 0) lines.push(brush.good(`${total} verified, and all is there.`));
  out.write(`\n${lines.join('\n')}\n`);
}

/** What was compared besides the number of rows. */
function comparedText({ hashed, columns_compared: columns = [] }: StoreAudit): string {
  if (hashed > 0) return `, the content of ${count(hashed)} compared`;
  return columns.length === 0 ? '' : `, the values of ${counted(columns.length, 'column')} compared`;
}

function document(outcomes: readonly VerifyOutcome[]): object {
  return {
    status: outcomes.every(({ ok }) => ok) ? 'success' : 'fail',
    stores: outcomes.map(({ name, ok, audit, problems, error }) => ({
      name,
      ok,
      run_id: audit?.run_id ?? null,
      files: audit?.files ?? null,
      rows: audit?.rows ?? null,
      bytes: audit?.bytes ?? null,
      hashed: audit?.hashed ?? null,
      columns_compared: audit?.columns_compared ?? [],
      foreign: audit?.foreign ?? [],
      problems,
      notes: audit?.notes ?? [],
      error: error?.toJSON() ?? null,
    })),
  };
}
