import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { compare } from '../check.mjs';
import { atMost, megabytes, secondsText } from '../figures.mjs';
import { measure, median } from '../measure.mjs';
import { mixedColumns, mixedDefinition, mixedFiles, mixedRowBytes } from '../mixed.mjs';
import { output } from '../paths.mjs';
import { hyggeBy, startPostgres } from '../postgres.mjs';
import { readyMemory } from '../ready-memory.mjs';

/** Bytes of what was asked for, for each row of the smallest size: a gigabyte is 1, 10 and 30 million rows. */
const perRow = 1000;
const factors = [1, 10, 30];

/** Peak memory of databases and text as the rows become ten and thirty times as many. */
export async function growth({ bytes, rounds }) {
  const sizes = factors.map((factor) => Math.round(bytes / perRow) * factor);
  const server = await startPostgres();
  try {
    const measured = [];
    // The largest takes long, and what it is for shows within one run.
    for (const [i, rows] of sizes.entries())
      measured.push(await ofSize(server, rows, i < sizes.length - 1 ? rounds : 1));
    const [small, large, largest] = measured;
    const counts = sizes.map((rows) => rows.toLocaleString('en-US'));
    const ratio = (more, less) => (less.peak === null ? null : more.peak / less.peak);
    return {
      title: 'Memory, and ten and thirty times the rows',
      text: `Rows of ${mixedColumns.length} mixed columns, into one file or table. The most that the whole process of hygge held, code and libraries included, and the median of ${rounds} runs, of the largest size one; the engine may use half of the machine's memory.`,
      parts: [
        {
          table: {
            header: [
              '',
              ...counts.map((n) => `peak, ${n} rows`),
              ...counts.map((n) => `time, ${n} rows`),
              'rows',
            ],
            lines: small.map(({ name }, i) => [
              name,
              ...measured.map((size) => megabytes(size[i].peak)),
              ...measured.map((size) => secondsText(size[i].seconds)),
              measured.map((size) => size[i].checked).join(', '),
            ]),
          },
          rows: measured.flat(),
          goals: small.flatMap((one, i) => [
            atMost(`${one.name}: peak at ten times the rows, against once`, ratio(large[i], one), 1.1),
            atMost(`${one.name}: peak at thirty times, against ten`, ratio(largest[i], large[i]), 1.1),
          ]),
        },
      ],
    };
  } finally {
    server.close();
    rmSync(output, { recursive: true, force: true });
  }
}

async function ofSize(server, rows, rounds) {
  console.log(`growth: ${rows} rows`);
  const { source, csv } = await mixedFiles(rows);
  const file = { path: join(output, 'store'), batch_size: 1e9 };
  const fileCheck = () => compare(source, join(output, 'store', '*.parquet'));
  const types = Object.fromEntries(mixedColumns.map(([name, , type]) => [name, type]));
  await server.query(`DROP TABLE IF EXISTS target; CREATE TABLE target (${mixedDefinition})`);
  const table = { type: 'postgres', connection: 'db', table: 'target' };
  const works = [
    [
      'hygge, parquet to Postgres',
      source,
      table,
      async () => {
        const [[count]] = await server.query('SELECT count(*)::int FROM target');
        return count === rows ? 'equal' : `${count} rows`;
      },
    ],
    ['hygge, Postgres to parquet', table, file, fileCheck],
    ['hygge, csv to parquet', { type: 'csv', path: csv, header: false, columns: types }, file, fileCheck],
  ];
  const measured = [];
  for (const [name, home, store, check] of works) {
    const runs = [];
    for (let round = 0; round < rounds; round++) {
      rmSync(output, { recursive: true, force: true });
      mkdirSync(output, { recursive: true });
      if (store === table) await server.query('TRUNCATE target');
      readyMemory(rows * mixedRowBytes);
      const run = await measure(hyggeBy(server, home, store));
      console.log(`  ${name}: ${megabytes(run.peak)}, ${secondsText(run.seconds)}`);
      runs.push(run);
    }
    const middle = (of) => median(runs.map(of));
    const peak = runs[0].peak === null ? null : middle((run) => run.peak);
    measured.push({
      name,
      missing: null,
      seconds: middle((run) => run.seconds),
      peak,
      checked: await check(),
    });
  }
  return measured;
}
