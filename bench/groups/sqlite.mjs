import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hyggeText, sqliteCsv, sqliteDump } from '../contenders.mjs';
import { atLeast, faster, raceTable } from '../figures.mjs';
import { measure } from '../measure.mjs';
import { mixedColumns, mixedFiles, mixedRowBytes } from '../mixed.mjs';
import { cli, data } from '../paths.mjs';
import { race } from '../race.mjs';

/** A SQLite file into parquet: against what the shell of SQLite writes of it, which is text. */
export async function sqlite({ bytes, rounds }) {
  const count = Math.round(bytes / mixedRowBytes / 4);
  const { source } = await mixedFiles(count);
  const path = await databaseOf(source, count);
  const job = { source, input: path, home: { type: 'sqlite', path, table: 'rows' } };
  const rows = await race([sqliteDump, sqliteCsv, hyggeText], job, {
    rounds,
    patience: Number.POSITIVE_INFINITY,
  });
  const speed = faster(rows, hyggeText.name, sqliteDump.name);
  return {
    title: 'SQLite to parquet',
    text: `${count.toLocaleString('en-US')} rows of ${mixedColumns.length} mixed columns. The shell writes text, and looks at no type; hygge holds every value against the type of its column, and counts what it wrote.`,
    parts: [
      {
        table: raceTable(rows, sqliteDump.name),
        rows,
        goals: [atLeast(`SQLite to parquet: speed of ${sqliteDump.name}`, speed, 1)],
      },
    ],
  };
}

/** The rows in a SQLite file; made where it is not there yet. */
async function databaseOf(source, count) {
  const path = join(data, `mixed-${count}.sqlite`);
  if (existsSync(path)) return path;
  console.log('making the SQLite file …');
  const draft = `${path}.draft`;
  const flow = join(data, 'sqlite', 'flow.yml');
  mkdirSync(join(data, 'sqlite'), { recursive: true });
  rmSync(draft, { force: true });
  const store = { type: 'sqlite', path: draft, table: 'rows' };
  writeFileSync(flow, JSON.stringify({ flows: { rows: { home: source, store } } }));
  await measure({ file: process.execPath, args: [cli, 'go', flow, '--quiet'] });
  renameSync(draft, path);
  return path;
}
