// Writes the reference pages from the definitions that hygge itself works by: `npm run reference`, after a build.
// With --check it writes nothing, and ends with 1 where a page is not what it would write.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { builtinRegistry } from '../build/builtin.js';
import { describeTypes } from '../build/config/index.js';
import { catalogue, fail } from '../build/errors/index.js';
import { errorExamples } from './error-examples.mjs';
import { kindsTable } from './kinds-table.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const made = (from) => `<!-- Made by scripts/reference.mjs from ${from}. Do not edit. -->`;

/** Text that cannot end a cell of a table or begin a tag. */
const cell = (text) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('\n', '<br>');
const code = (text) => `\`${text.replaceAll('|', '\\|')}\``;

function table(titles, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)].join('\n');
}

async function typesPage() {
  const registry = builtinRegistry();
  const { homes, stores, connections } = describeTypes(registry);
  const homeAbilities = ({ capabilities: { gives, ordered } }) =>
    `Gives: ${gives.join(', ')}. Rows come in the same order every time: ${ordered ? 'yes' : 'no'}.`;
  const storeAbilities = ({ capabilities: { takes, modes, ordered } }) =>
    `Takes: ${takes.join(', ')}. Can: ${modes.join(', ')}. Keeps the order of the rows: ${ordered ? 'yes' : 'no'}.`;
  const section = (role, types, abilities) =>
    types.flatMap((type) => [
      `### ${role} ${code(type.type)}`,
      `${type.summary}.`,
      ...abilities(type.type),
      table(
        ['key', 'value', 'default', 'meaning'],
        type.keys.map((key) => [
          code(key.name),
          cell(key.type),
          key.required ? 'required' : defaultText(key.default),
          cell(key.description ?? ''),
        ]),
      ),
    ]);
  const find = (list, type) => list.find((definition) => definition.type === type);
  return page([
    made('the schemas of the types'),
    '# Types of homes, stores and connections',
    'The same list as `hygge types`, which also knows the types of plugins. How the keys are written is in [configuration.md](configuration.md).',
    '## Homes',
    ...section('home', homes, (type) => [homeAbilities(find(registry.homes, type))]),
    '## Stores',
    ...section('store', stores, (type) => [storeAbilities(find(registry.stores, type))]),
    '## Connections',
    'What stands under `connections:` in `hygge.yml`, each under a name of its own; homes and stores say the name.',
    ...section('connection', connections, () => []),
    '## What becomes of each type',
    'Logical types are those of the engine (DuckDB). This is what a column of each type becomes in a store that makes the table, and, for text, how a value is written. A dash: the store refuses the column, and names it. Types that have parts are carried as their parts are.',
    table(...(await kindsTable())),
    'A home gives a column back as the type that it reads: parquet, DuckDB and Postgres have types of their own, SQLite has the declared ones, and text files have what `columns` declares. Values that a type of the store does not have stop the run, with column and row: NaN, -0.0 and texts with a NUL character in SQLite; texts with a NUL character and times finer than a microsecond in Postgres; intervals finer than a millisecond, below zero or with more than 1193 hours beside their days, and times with an offset from UTC in parquet. In ndjson, a JSON `null` comes back as NULL, and JSON documents without their white space. Which member of a union it was is lost in text and in Postgres, and what a variant was made of in Postgres, so that `verify: fingerprint` refuses such columns there. Where a column of floating-point numbers has both 0.0 and -0.0, the engine gives them one sign when it writes them into parquet with a dictionary: a splice keeps them apart, and with `verify: fingerprint` nothing is published where they were not.',
  ]);
}

function defaultText(value) {
  return value === undefined || value === null
    ? '–'
    : code(typeof value === 'string' ? value : JSON.stringify(value));
}

const kinds = [
  [
    'config',
    'What was asked for is wrong',
    '2',
    'Nothing was tried. Mend the file or the command, and run it again.',
  ],
  ['run', 'What was asked for is right, but could not be done', '1', 'Stores keep what they held before.'],
  [
    'interrupt',
    'Somebody stopped it',
    '130',
    'Nothing of what was stopped was published. After SIGTERM the exit code is 143.',
  ],
];

function errorsPage() {
  const parts = [
    made('src/errors/catalogue'),
    '# Errors',
    'Every error that hygge makes on purpose has a code. It says what happened and to what, where in your files (where there is such a place), and what to try. Codes do not change; wording may. `--json` and the journal carry them, `hygge explain CODE` says of one what stands here, and in a program they are `error.code` of a [`HyggeError`](library.md#errors).',
    table(
      ['kind', 'meaning', 'exit code'],
      kinds.map(([kind, meaning, exit]) => [code(kind), meaning, exit]),
    ),
    'An error that is *worth trying again* may be gone the next time: another run held the store, a disk or a server did not answer.',
  ];
  for (const [kind, meaning, exit, after] of kinds) {
    const entries = Object.entries(catalogue)
      .filter(([, entry]) => entry.kind === kind)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    parts.push(`## ${meaning} (exit code ${exit})`, after);
    for (const [name, entry] of entries) parts.push(...errorSection(name, entry));
  }
  return page(parts);
}

function errorSection(name, entry) {
  const title = `${entry.title}.${entry.retryable === true ? ' Worth trying again.' : ''}`;
  const facts = errorExamples[name];
  if (facts === undefined) return [`### ${name}`, title];
  const { message, hint } = fail(name, facts);
  const lines = [message, ...(hint === null ? [] : [`try: ${hint}`])];
  return [`### ${name}`, title, `\`\`\`text\n${lines.join('\n')}\n\`\`\``];
}

const page = (parts) => `${parts.join('\n\n')}\n`;

const pages = { 'docs/types.md': await typesPage(), 'docs/errors.md': errorsPage() };
const without = Object.keys(catalogue).filter((name) => errorExamples[name] === undefined);
if (without.length > 0) console.error(`scripts/error-examples.mjs has no example of: ${without.join(', ')}`);
let stale = without.length > 0;
for (const [file, text] of Object.entries(pages)) {
  if (!process.argv.includes('--check')) writeFileSync(`${root}${file}`, text);
  else if (readFileSync(`${root}${file}`, 'utf8') !== text) {
    console.error(`${file} is out of date: build, then npm run reference`);
    stale = true;
  }
}
process.exitCode = stale ? 1 : 0;
