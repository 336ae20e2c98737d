import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { stringify } from 'yaml';
import { fail } from '../../errors/index.js';
import { oneLine, paint } from '../../errors/text.js';
import type { Profile } from '../../flow/index.js';
import { jsonText, shortPath } from '../../messages/index.js';
import { profileText } from '../../messages/profile.js';
import { type Context, exitCodes } from '../context.js';
import { stopSignals } from '../stop.js';
import { loadFrom } from '../workspace.js';

const examples = `
Examples:
  hygge profile orders              what the rows of a flow are like, as they would settle
  hygge profile data/in.parquet     what is in some files: parquet, csv or ndjson, plain or packed, by their names
  hygge profile 'data/*.csv.gz'     of all that match a pattern
  hygge profile shop.duckdb -t orders   of a table of a database file
  hygge profile orders.yml          of the flows of one file
  hygge profile orders --write      also write a first contract, contracts/orders.yml, to go on from
  hygge profile orders --json       all of it, with quartiles, top values and histograms

Every row is read once for all columns, and once more for each one's top values and histogram. Nothing is moved.
Exit codes: 0 done, 1 something could not be read, 2 the configuration is wrong.`;

interface Flags {
  readonly json?: boolean;
  readonly write?: boolean;
  readonly table?: string;
}

/** `hygge profile`: what the values of each column are like. */
export function registerProfile(program: Command, context: Context, done: (exitCode: number) => void): void {
  program
    .command('profile')
    .description('show what the values of each column are like, and write a first contract')
    .argument(
      '<flow>',
      'a flow or entity, a YAML file with flows, or the path of files or of a database file',
    )
    .argument('[path]', 'a YAML file with flows, or a workspace folder (default: the workspace found upward)')
    .option('-t, --table <name>', 'of a database file: the table')
    .option('--write', 'write a contract of what was found, where there is none yet')
    .option('--json', 'print the profile as one JSON document')
    .addHelpText('after', examples)
    .action(async (flow: string, path: string | undefined, flags: Flags) => {
      done(await show(flow, path, flags, context));
    });
}

async function show(flow: string, path: string | undefined, flags: Flags, context: Context): Promise<number> {
  const stop = stopSignals();
  const state = await mkdtemp(join(tmpdir(), 'hygge-profile-'));
  try {
    const { noDatabase, profileEntity, select, workspaceOfFiles } = await import(
      '../../coordinator/index.js'
    );
    // Names hold no slash.
    const isYaml = path === undefined && /\.ya?ml$/i.test(flow);
    const isFile = path === undefined && !isYaml && (await isPath(flow, context.cwd));
    if (flags.table !== undefined && !isFile) throw noDatabase(flow);
    const { workspace, registry } = isFile
      ? await filesOf(flow)
      : await loadFrom(isYaml ? flow : path, context);
    const entities = select(workspace.entities, isFile || isYaml ? {} : { flows: [flow] });
    const profiles: Profile[] = [];
    for (const config of entities) {
      const found = await profileEntity(workspace, registry, config, stop.signal);
      profiles.push(found);
      if (flags.json !== true) context.out.write(profileText(found, context.out));
      if (flags.write === true) await write(found, isFile ? context.cwd : workspace.root, context);
    }
    if (flags.json === true) context.out.write(jsonText({ status: 'success', profiles }));
    return stop.exitCode() ?? exitCodes.done;

    async function filesOf(files: string) {
      const { builtinRegistry } = await import('../../builtin.js');
      const known = builtinRegistry();
      const request = { path: resolve(context.cwd, files), table: flags.table, signal: stop.signal };
      return { workspace: await workspaceOfFiles(request, known, state), registry: known };
    }
  } finally {
    stop.dispose();
    await rm(state, { recursive: true, force: true });
  }
}

/** Whether an argument is a path: names of flows hold no slash, and seldom end as files do. */
async function isPath(argument: string, cwd: string): Promise<boolean> {
  if (/[/\\*]/.test(argument)) return true;
  const { builtinRegistry } = await import('../../builtin.js');
  if (builtinRegistry().homeOfFile(argument) !== undefined) return true;
  return argument.includes('.') && existsSync(resolve(cwd, argument));
}

/** Texts of so few different values may be all that there are. */
const fewValues = 12;
const manyRows = 100;

/** Writes what holds of every row that was seen. */
async function write({ name, rows, columns }: Profile, root: string, context: Context): Promise<void> {
  const file = join(root, 'contracts', `${name}.yml`);
  if (existsSync(file)) throw fail('INIT_WOULD_OVERWRITE', { paths: [shortPath(file, context.cwd)] });
  const rules = columns.map(({ name: column, type, nulls, distinct, top }) => {
    const isUnique = rows > 1 && nulls === 0 && distinct === rows;
    const isFew =
      type === 'VARCHAR' && rows >= manyRows && distinct > 0 && distinct <= Math.min(fewValues, top.length);
    return [
      column,
      {
        type,
        ...(rows > 0 && nulls === 0 ? { nullable: false } : {}),
        ...(isUnique ? { unique: true } : {}),
        ...(isFew ? { in: top.map(({ value }) => value) } : {}),
      },
    ] as const;
  });
  const text = `# What held of ${rows} rows; look at it, and change what is chance.\n${stringify({ columns: Object.fromEntries(rules) })}`;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text, { flag: 'wx' });
  const shown = oneLine(relative(root, file));
  const brush = paint(context.err.color);
  context.err.write(`${brush.good('✓')} ${shown} written; add to the flow: contract: ${shown}\n`);
}
