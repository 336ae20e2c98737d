import type { Command } from 'commander';
import type { QuarantinedRun } from '../../coordinator/index.js';
import { oneLine, paint } from '../../errors/text.js';
import { counted, jsonText, shortPath } from '../../messages/index.js';
import { quarantineText, rowsText } from '../../messages/quarantine.js';
import { confirmed } from '../confirm.js';
import { type Context, exitCodes } from '../context.js';
import { positive } from '../flags.js';
import { flowAndPath } from '../run-options.js';
import { stopSignals } from '../stop.js';
import { type Loaded, loadFrom } from '../workspace.js';

const examples = `
Examples:
  hygge quarantine list                   what was put aside, by flow and run, and why
  hygge quarantine show orders            the rows of the last run of orders that put some aside
  hygge quarantine show orders 01k0q3v7   those of one run; a run's id, or the beginning of it
  hygge quarantine retry orders           move them again: those that keep the contract now are added to the store
  hygge quarantine drop orders 01k0q3v7   remove them for good
  hygge quarantine drop orders --done     remove those that were moved, or looked at, again since

The rows lie in .hygge/quarantine/<flow>/<run>/rows.parquet, and may be mended there by any program before a retry.`;

interface Flags {
  readonly json?: boolean;
  readonly yes?: boolean;
  readonly done?: boolean;
  readonly number: number;
}

const place = 'a YAML file with flows, or a workspace folder (default: the workspace found upward)';
const ofRun = "the run's id, or the beginning of it";

/** `hygge quarantine`: rows that were put aside because they break their contract. */
export function registerQuarantine(
  program: Command,
  context: Context,
  done: (exitCode: number) => void,
): void {
  const quarantine = program
    .command('quarantine')
    .description('list, show, move again or drop the rows that were put aside')
    .addHelpText('after', examples);
  quarantine
    .command('list', { isDefault: true })
    .description('list what was put aside, and why')
    .argument('[flow]', 'only this flow or entity (default: all)')
    .argument('[path]', place)
    .option('--json', 'print the list as one JSON document')
    .action(async (flow: string | undefined, path: string | undefined, flags: Flags) => {
      done(await showList(flow, path, flags, context));
    });
  quarantine
    .command('show')
    .description('show the rows that a run put aside')
    .argument('<flow>', 'the flow or entity')
    .argument('[run]', `${ofRun} (default: the last)`)
    .argument('[path]', place)
    .option('-n, --number <n>', 'how many rows', positive, 20)
    .option('--json', 'print them as one JSON document')
    .action(async (flow: string, run: string | undefined, path: string | undefined, flags: Flags) => {
      done(await showRows(flow, run, path, flags, context));
    });
  quarantine
    .command('retry')
    .description('move rows again that were put aside')
    .argument('<flow>', 'the flow or entity')
    .argument('[run]', `${ofRun} (default: all that wait)`)
    .argument('[path]', place)
    .option('-y, --yes', 'do not ask')
    .action(async (flow: string, run: string | undefined, path: string | undefined, flags: Flags) => {
      done(await retry(flow, run, path, flags, context));
    });
  quarantine
    .command('drop')
    .description('remove rows that were put aside, for good')
    .argument('<flow>', 'the flow or entity')
    .argument('[run]', `${ofRun} (default: all)`)
    .argument('[path]', place)
    .option('--done', 'only those that do not wait any more')
    .option('-y, --yes', 'do not ask')
    .action(async (flow: string, run: string | undefined, path: string | undefined, flags: Flags) => {
      done(await drop(flow, run, path, flags, context));
    });
}

async function showList(
  given: string | undefined,
  second: string | undefined,
  flags: Flags,
  context: Context,
): Promise<number> {
  const { flow, path } = flowAndPath(given, second);
  const { workspace } = await loadFrom(path, context);
  const { quarantinedRuns } = await import('../../coordinator/index.js');
  const runs = await quarantinedRuns(workspace, { flows: flow });
  if (flags.json === true) context.out.write(jsonText({ status: 'success', runs: runs.map(asJson) }));
  else context.out.write(quarantineText(runs, context.out, context.cwd));
  return exitCodes.done;
}

const asJson = ({ config, folder, note, unreadable, state }: QuarantinedRun): object => ({
  name: config.name,
  run_id: folder.runId,
  state,
  at: note?.at ?? null,
  rows: note?.rows ?? 0,
  unreadable_rows: unreadable,
  reasons: note?.reasons ?? {},
  folder: folder.path,
});

/** The runs that are meant, the oldest first. */
async function chosen(
  flow: string,
  given: string | undefined,
  second: string | undefined,
  context: Context,
): Promise<Loaded & { readonly runs: readonly QuarantinedRun[] }> {
  const { flow: run, path } = flowAndPath(given, second);
  const [loaded, { chosenRuns, quarantinedRuns }] = await Promise.all([
    loadFrom(path, context),
    import('../../coordinator/index.js'),
  ]);
  const runs = await quarantinedRuns(loaded.workspace, { flows: [flow] });
  return { ...loaded, runs: chosenRuns(runs, run?.[0], flow) };
}

async function showRows(
  flow: string,
  run: string | undefined,
  path: string | undefined,
  flags: Flags,
  context: Context,
): Promise<number> {
  const { workspace, registry, runs } = await chosen(flow, run, path, context);
  const shown = runs.at(-1);
  if (shown === undefined) return exitCodes.done;
  const { asideRows } = await import('../../coordinator/index.js');
  const rows = await asideRows(workspace, registry, shown, flags.number);
  if (flags.json === true) context.out.write(jsonText({ status: 'success', ...asJson(shown), ...rows }));
  else context.out.write(rowsText(shown, rows, context.out, context.cwd));
  return exitCodes.done;
}

async function retry(
  flow: string,
  given: string | undefined,
  path: string | undefined,
  flags: Flags,
  context: Context,
): Promise<number> {
  const { out, err, cwd } = context;
  const { workspace, registry, runs } = await chosen(flow, given, path, context);
  const { canRetry, retryAside } = await import('../../coordinator/index.js');
  const waiting = runs.filter(canRetry);
  if (waiting.length === 0) {
    out.write(`Nothing of ${oneLine(flow)} waits to be moved again: hygge quarantine list says why.\n`);
    return exitCodes.done;
  }
  const total = waiting.reduce((sum, { note }) => sum + (note?.rows ?? 0), 0);
  if (!(await confirmed(`Move ${counted(total, 'row')} of ${oneLine(flow)} again?`, flags.yes))) {
    err.write('Nothing was changed.\n');
    return exitCodes.failed;
  }
  const brush = paint(out.color);
  const stop = stopSignals();
  let failed = 0;
  for (const one of waiting) {
    const result = await retryAside(workspace, registry, one, { signal: stop.signal });
    for (const { name, rows, rows_quarantined: aside = 0, quarantine, error, status } of result.flows) {
      const label = `${brush.strong(oneLine(name))} ${one.folder.runId}`;
      if (status === 'success') {
        const again =
          aside === 0
            ? ''
            : `, ${counted(aside, 'row')} put aside again in ${oneLine(shortPath(quarantine ?? '', cwd))}`;
        out.write(`${brush.good('✓')} ${label}: ${counted(rows, 'row')} added to the store${again}\n`);
      } else {
        failed++;
        out.write(`${brush.bad('✗')} ${label}: nothing was moved\n`);
        if (error !== null) err.write(`    ${error.code}  ${oneLine(error.message)}\n`);
      }
    }
  }
  stop.dispose();
  return stop.exitCode() ?? (failed === 0 ? exitCodes.done : exitCodes.failed);
}

async function drop(
  flow: string,
  given: string | undefined,
  path: string | undefined,
  flags: Flags,
  context: Context,
): Promise<number> {
  const { runs: all } = await chosen(flow, given, path, context);
  const runs = flags.done === true ? all.filter(({ state }) => state !== 'waiting') : all;
  const total = runs.reduce((sum, { note, unreadable }) => sum + (note?.rows ?? 0) + unreadable, 0);
  const what = `${counted(total, 'row')} of ${counted(runs.length, 'run')} of ${oneLine(flow)}`;
  if (!(await confirmed(`Remove ${what} for good?`, flags.yes))) {
    context.err.write('Nothing was changed.\n');
    return exitCodes.failed;
  }
  for (const { folder } of runs) await folder.remove();
  context.out.write(`${paint(context.out.color).good('✓')} ${what} removed\n`);
  return exitCodes.done;
}
