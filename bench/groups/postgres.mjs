import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { compare } from '../check.mjs';
import { literal } from '../duck.mjs';
import { atLeast, faster, raceTable } from '../figures.mjs';
import { measure, median } from '../measure.mjs';
import { mixedColumns, mixedDefinition, mixedFiles, mixedRowBytes } from '../mixed.mjs';
import { output, program } from '../paths.mjs';
import { hyggeBy, startPostgres } from '../postgres.mjs';
import { readyMemory } from '../ready-memory.mjs';

/** Postgres into parquet, and back: against COPY by psql, with a server on the same machine. */
export async function postgres({ bytes, rounds }) {
  const rows = Math.round(bytes / mixedRowBytes);
  const { source, csv } = await mixedFiles(rows);
  console.log('postgres: starting a server, and filling a table');
  const server = await startPostgres();
  try {
    const copy = copyBy(server);
    await server.query(`CREATE TABLE source (${mixedDefinition})`);
    await measure(copy.into('source', csv));
    await server.query('ANALYZE source');
    const [[sum]] = await server.query(hashOf('source'));
    const out = await racing(rounds, bytes, [
      { name: `${copy.name} to nowhere`, run: () => copy.out('SELECT * FROM source') },
      {
        name: 'hygge, one file',
        run: () =>
          hyggeBy(
            server,
            { type: 'postgres', connection: 'db', table: 'source' },
            { path: join(output, 'store'), batch_size: 1e9 },
          ),
        check: () => compare(source, join(output, 'store', '*.parquet')),
      },
    ]);
    const into = await racing(rounds, bytes, [
      {
        name: `${copy.name} from csv`,
        before: () => server.query(`DROP TABLE IF EXISTS target; CREATE TABLE target (${mixedDefinition})`),
        run: () => copy.into('target', csv),
        check: async () => ((await server.query(hashOf('target')))[0][0] === sum ? 'equal' : 'rows differ'),
      },
      {
        name: 'hygge',
        before: () => server.query('DROP TABLE IF EXISTS target'),
        run: () => hyggeBy(server, source, { type: 'postgres', connection: 'db', table: 'target' }),
        check: async () => ((await server.query(hashOf('target')))[0][0] === sum ? 'equal' : 'rows differ'),
      },
    ]);
    return {
      title: 'Postgres',
      text: `${rows.toLocaleString('en-US')} rows of ${mixedColumns.length} mixed columns; the server is on the same machine, so that it takes its part of the same cores. Its writes do not wait for the disk.`,
      parts: [part('Postgres to parquet', out, 0.7), part('parquet to Postgres', into, 0.8)],
    };
  } finally {
    server.close();
    rmSync(output, { recursive: true, force: true });
  }
}

function part(title, rows, wanted) {
  const [base, own] = rows;
  const speed = faster(rows, own.name, base.name);
  return {
    title,
    table: raceTable(rows, base.name),
    rows,
    goals: [atLeast(`${title}: speed of ${base.name}`, speed, wanted)],
  };
}

/** Rows in any order, each as often. */
const hashOf = (table) => `SELECT sum(hashtextextended(t::text, 0))::text FROM ${table} AS t`;

async function racing(rounds, bytes, contenders) {
  const rows = contenders.map(({ name }) => ({
    name,
    missing: null,
    times: [],
    peak: null,
    stopped: false,
    checked: '',
  }));
  for (let round = 0; round < rounds; round++) {
    for (const [i, { name, before, run, check }] of contenders.entries()) {
      rmSync(output, { recursive: true, force: true });
      mkdirSync(output, { recursive: true });
      await before?.();
      readyMemory(bytes);
      const { seconds, peak } = await measure(run());
      const row = rows[i];
      row.times.push(seconds);
      row.peak = Math.max(row.peak ?? 0, peak ?? 0) || null;
      if (check !== undefined && row.checked === '') row.checked = await check();
      console.log(`  ${round + 1}/${rounds} ${name}: ${seconds.toFixed(2)} s`);
    }
  }
  return rows.map(({ times, ...row }) => ({ ...row, rounds: times.length, seconds: median(times) }));
}

/** How rows are copied without hygge: by psql, or by the driver where there is none. */
function copyBy(place) {
  const { host, port, user, database } = place;
  if (spawnSync('psql', ['--version']).status === 0) {
    const psql = (command) => ({
      file: 'psql',
      args: [
        '--quiet',
        '--no-psqlrc',
        `host=${host} port=${port} user=${user} dbname=${database}`,
        '-c',
        command,
      ],
    });
    return {
      name: 'psql',
      out: (sql) => psql(`\\copy (${sql}) to '/dev/null'`),
      into: (table, csv) => psql(`\\copy ${table} from ${literal(csv)} with (format csv)`),
    };
  }
  const at = JSON.stringify({ host, port, user, database });
  const node = (name, ...args) => ({ file: process.execPath, args: [program(name), at, ...args] });
  return {
    name: 'COPY by the driver',
    out: (sql) => node('pg-copy-out.mjs', sql),
    into: (table, csv) => node('pg-copy-in.mjs', table, csv),
  };
}
