import { type Command, Option } from 'commander';
import type { EntityStatus } from '../../core/result.js';
import type { JournalEntry } from '../../journal/index.js';
import { jsonText } from '../../messages/index.js';
import { runsText, runText } from '../../messages/runs.js';
import { type Context, exitCodes } from '../context.js';
import { list, positive, since } from '../flags.js';
import { loadFrom } from '../workspace.js';

interface JournalFlags {
  readonly number: number;
  readonly flow?: readonly string[];
  readonly entity?: readonly string[];
  readonly status?: EntityStatus;
  readonly since?: Date;
  readonly until?: Date;
  readonly json?: boolean;
}

const examples = `
Examples:
  hygge journal                           the last 20 runs, the newest at the end
  hygge journal -n 5 --status fail        the last 5 that failed
  hygge journal --flow orders --since 7d  a week of one flow
  hygge journal --since 2026-01-01 --until 2026-02-01
  hygge journal show 01k0q3v7r2           everything known about one run
  hygge journal --json                    everything known about each run, as one JSON document`;

/** `hygge journal`: shows the record of what ran. */
export function registerJournal(program: Command, context: Context, done: (exitCode: number) => void): void {
  const journal = program
    .command('journal')
    .description('show what ran, when, and what became of it')
    .argument('[path]', place)
    .option('-n, --number <n>', 'how many runs, counted from the newest', positive, 20)
    .option('-f, --flow <names>', 'only these flows; commas, or repeat it', list)
    .option('-e, --entity <names>', 'only these entities, as flow.entity; commas, or repeat it', list)
    .addOption(new Option('--status <status>', 'only these').choices(['success', 'fail', 'skip']))
    .option('--since <time>', 'only what started then or later: 2h, 7d, 2026-01-31', since)
    .option('--until <time>', 'only what started before then: 2h, 7d, 2026-01-31', since)
    .option('--json', 'print the entries as one JSON document')
    .addHelpText('after', examples)
    // So that flags behind `show` are those of `show`.
    .enablePositionalOptions()
    .action(async (path: string | undefined, flags: JournalFlags) => {
      done(await showJournal(path, flags, context));
    });
  journal
    .command('show')
    .description('show everything known about one run')
    .argument('<run>', "the run's id, or the beginning of it")
    .argument('[path]', place)
    .option('--json', 'print the entries as one JSON document')
    .action(async (run: string, path: string | undefined, flags: { readonly json?: boolean }) => {
      done(await showRun(run, path, flags.json === true, context));
    });
}

const place = 'a YAML file with flows, or a workspace folder (default: the workspace found upward)';

async function showRun(
  run: string,
  path: string | undefined,
  json: boolean,
  context: Context,
): Promise<number> {
  const { workspace } = await loadFrom(path, context);
  const { openJournal, runIdOf } = await import('../../journal/index.js');
  const journal = openJournal(workspace.state);
  const entries = await journal.about(runIdOf(await journal.entries(), run, journal.where));
  context.out.write(json ? jsonText({ status: 'success', entries }) : runText(entries, context.out));
  return exitCodes.done;
}

async function showJournal(path: string | undefined, flags: JournalFlags, context: Context): Promise<number> {
  const { workspace } = await loadFrom(path, context);
  const { openJournal } = await import('../../journal/index.js');
  const journal = openJournal(workspace.state);
  const entries = (await journal.entries()).filter((entry) => matches(entry, flags));
  await journal.close();
  const newest = entries.slice(-flags.number);
  const { out } = context;
  if (flags.json === true) out.write(jsonText({ status: 'success', entries: newest }));
  else if (newest.length === 0) out.write('No runs to show. `hygge go` makes the first one.\n');
  else out.write(runsText(newest, entries.length, out));
  return exitCodes.done;
}

function matches(entry: JournalEntry, flags: JournalFlags): boolean {
  const selected =
    (flags.flow === undefined && flags.entity === undefined) ||
    flags.flow?.includes(entry.flow) === true ||
    flags.flow?.includes(entry.name) === true ||
    flags.entity?.includes(`${entry.flow}.${entry.entity ?? ''}`) === true;
  const status = flags.status === undefined || entry.status === flags.status;
  const late = flags.since === undefined || new Date(entry.start_time) >= flags.since;
  const early = flags.until === undefined || new Date(entry.start_time) < flags.until;
  return selected && status && late && early;
}
