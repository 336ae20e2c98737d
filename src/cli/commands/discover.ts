import { existsSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Discovery } from '../../coordinator/index.js';
import type { FoundTable } from '../../core/discover.js';
import { fail } from '../../errors/index.js';
import { discoveryDocument, discoveryText } from '../../messages/discovery.js';
import { counted, jsonText, shortPath } from '../../messages/index.js';
import { type Context, exitCodes } from '../context.js';
import { list } from '../flags.js';
import { flowFiles, writeFiles } from '../flow-files.js';
import { stopSignals } from '../stop.js';

interface DiscoverFlags {
  readonly schema?: readonly string[];
  readonly table?: readonly string[];
  readonly type?: string;
  readonly columns?: boolean;
  readonly json?: boolean;
  readonly write?: string;
  readonly force?: boolean;
}

const examples = `
Examples:
  hygge discover warehouse                        the tables of a connection of hygge.yml
  hygge discover warehouse -s shop -t 'order*'    those of one schema whose names begin so
  hygge discover data/shop.duckdb --columns       those of a database file, with every column
  hygge discover warehouse -s shop --write shop   write the flow "shop" with an entity for each

Only catalogs are read: rows and sizes are what the database believes. A watermark is a guess by names and types.
Exit codes: 0 done, 1 the database could not be read, 2 something is wrong with the command or hygge.yml.`;

/** `hygge discover`: lists what a database holds, and makes a flow of it. */
export function registerDiscover(program: Command, context: Context, done: (exitCode: number) => void): void {
  program
    .command('discover')
    .description('list the tables of a connection or a database file, and write a flow that moves them')
    .argument('<database>', 'the name of a connection, or the path of a database file')
    .argument('[path]', 'the project whose connection it is (default: the workspace found upward)')
    .option('-s, --schema <names>', 'only tables of these schemas; commas, or repeat it', list)
    .option(
      '-t, --table <patterns>',
      'only tables with these names; * is any text; commas, or repeat it',
      list,
    )
    .option('--type <type>', 'of a file: the type of home that reads it (default: whichever can)')
    .option('--columns', 'show every column with its type')
    .option('--json', 'print all of it as one JSON document')
    .option('--write <flow>', 'write a flow of this name with an entity for each table')
    .option('--force', 'with --write: write over files that are there already')
    .addHelpText('after', examples)
    .action(async (database: string, path: string | undefined, flags: DiscoverFlags) => {
      done(await discover(database, path, flags, context));
    });
}

async function discover(
  database: string,
  path: string | undefined,
  flags: DiscoverFlags,
  context: Context,
): Promise<number> {
  const [{ loadProject, loadProjectOrNone }, { builtinRegistry }, { discover: look }] = await Promise.all([
    import('../../config/index.js'),
    import('../../builtin.js'),
    import('../../coordinator/index.js'),
  ]);
  const { cwd, env, out } = context;
  const file = resolve(cwd, database);
  const load = existsSync(file) ? loadProjectOrNone : loadProject;
  const { workspace, registry, flowsFolder } = await load({ path, cwd, env, registry: builtinRegistry() });
  const isConnection = Object.hasOwn(workspace.connections ?? {}, database);
  const isFile = !isConnection && (flags.type !== undefined || /[./\\]/.test(database) || existsSync(file));
  const stop = stopSignals();
  const found = await look(workspace, registry, {
    connection: isFile ? null : database,
    path: isFile ? file : null,
    type: flags.type,
    signal: stop.signal,
  }).finally(stop.dispose);
  const tables = chosen(found.tables, flags);
  const wanted = flags.write;
  let note = '';
  if (wanted !== undefined) {
    if (flowsFolder === null || /[/\\]|^\.*$/.test(wanted)) throw notAFlow(wanted, flowsFolder === null);
    const readable = tables.filter((table) => table.readable);
    if (readable.length === 0) throw fail('USAGE', { reason: 'there is no table to write a flow for' });
    const folder = resolve(flowsFolder, wanted);
    const files = flowFiles(wanted, relativeHome(found, workspace.root), readable);
    await writeFiles(folder, files, { force: flags.force === true, cwd });
    const left = tables.length - readable.length;
    note = `\nWritten: ${shortPath(folder, cwd)}/flow.yml and ${counted(files.size - 1, 'entity', 'entities')}${left === 0 ? '' : `; ${counted(left, 'table')} without the right to read left out`}\nNext: hygge plan -f ${wanted}\n`;
  }
  const shown = { ...found, home: relativeHome(found, workspace.root) };
  if (flags.json === true) out.write(jsonText(discoveryDocument(shown, tables)));
  else out.write(discoveryText(database, tables, found.tables.length, out, flags) + note);
  return exitCodes.done;
}

/** Paths of a project start at its root. */
function relativeHome({ home }: Discovery, root: string): Discovery['home'] {
  if (typeof home.path !== 'string') return home;
  const short = relative(root, home.path);
  return { ...home, path: short.startsWith('..') || isAbsolute(short) ? home.path : short };
}

function chosen(tables: readonly FoundTable[], { schema, table }: DiscoverFlags): readonly FoundTable[] {
  const schemas = new Set(tables.map((one) => one.schema));
  const missing = schema?.find((name) => !schemas.has(name));
  if (missing !== undefined) {
    const known = [...schemas].filter((name) => name !== null).join(', ');
    const hint = known === '' ? 'This database has no schemas.' : `There are: ${known}.`;
    throw fail('USAGE', { reason: `there is no schema "${missing}" with tables in it`, hint });
  }
  const patterns = table?.map(
    (text) =>
      new RegExp(
        `^${text
          .split('*')
          .map((part) => part.replaceAll(/[.+?^$()|[\]{}\\]/g, '\\$&'))
          .join('.*')}$`,
        'i',
      ),
  );
  return tables.filter(
    (one) =>
      (schema === undefined || (one.schema !== null && schema.includes(one.schema))) &&
      (patterns === undefined || patterns.some((pattern) => pattern.test(one.name))),
  );
}

const notAFlow = (name: string, isSingleFile: boolean): Error =>
  isSingleFile
    ? fail('USAGE', {
        reason: 'a single file with flows has no folder for a new one',
        hint: 'Make a workspace with `hygge init`, or a hygge.yml with the same connections.',
      })
    : fail('USAGE', { reason: `"${name}" cannot be the name of a flow`, hint: 'For example: --write shop' });
