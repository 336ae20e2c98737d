// Races hygge against others, and prints how it went. `--help` has the options.
import { checks } from './groups/checks.mjs';
import { columns } from './groups/columns.mjs';
import { engine } from './groups/engine.mjs';
import { growth } from './groups/growth.mjs';
import { join } from './groups/join.mjs';
import { memory } from './groups/memory.mjs';
import { postgres } from './groups/postgres.mjs';
import { safety } from './groups/safety.mjs';
import { splice } from './groups/splice.mjs';
import { sqlite } from './groups/sqlite.mjs';
import { startup } from './groups/startup.mjs';
import { text } from './groups/text.mjs';
import { tools } from './groups/tools.mjs';
import { machine } from './machine.mjs';
import { readOptions } from './options.mjs';
import { writePage } from './page.mjs';
import { keep, kept } from './results.mjs';
import { goalsTable, tableText } from './table.mjs';

const groups = {
  splice,
  columns,
  join,
  tools,
  engine,
  text,
  checks,
  postgres,
  sqlite,
  growth,
  memory,
  startup,
  safety,
};

let options;
try {
  options = readOptions(process.argv.slice(2));
} catch (error) {
  console.error(error.message);
  process.exit(2);
}
const results = [];
for (const [name, group] of Object.entries(groups)) {
  if (!options.only.includes(name)) continue;
  const result = await group(options);
  results.push(result);
  keep(name, result, options);
  console.log(`\n# ${result.title}\n${result.text}`);
  for (const { title, table, goals } of result.parts) {
    console.log(`\n${title ?? ''}\n${tableText(table)}\n\n${goalsTable(goals)}\n`);
  }
}
if (options.write) {
  const all = kept(options);
  const inOrder = Object.keys(groups).flatMap((name) => all[name] ?? []);
  writePage(inOrder, await machine(), options);
  console.log('docs/benchmarks.md is written');
}
// A contender that loses rows, or hygge that does, is no news to pass over.
const wrong = results
  .flatMap(({ parts }) => parts.flatMap(({ rows = [] }) => rows))
  .filter(
    ({ name, missing, checked }) => name.startsWith('hygge') && (missing !== null || checked !== 'equal'),
  );
for (const { name, missing, checked } of wrong) console.error(`${name}: ${missing ?? checked}`);
process.exit(wrong.length === 0 ? 0 : 1);
