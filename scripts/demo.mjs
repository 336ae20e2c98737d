// The main job on real data: `hygge go` on demo/, then a look at what settled, through the engine alone.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = `${root}node_modules/vega-datasets/data/flights-3m.parquet`;
const settled = `${root}demo/store/flights/*.parquet`;

console.log('$ hygge go demo');
const { status } = spawnSync(process.execPath, [`${root}dist/cli/main.js`, 'go', `${root}demo`], {
  stdio: 'inherit',
});
if (status !== 0) process.exit(status ?? 1);

const connection = await (await DuckDBInstance.create()).connect();
const ask = async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJson();
const quoted = (path) => `'${path.replaceAll("'", "''")}'`;
const [from, to] = [quoted(source), quoted(settled)];

console.log('\nWhat settled, as DuckDB reads it:');
console.table(await ask(`SELECT * REPLACE (strftime(date, '%Y-%m-%d %H:%M') AS date) FROM ${to} LIMIT 5`));
console.table(
  await ask(`SELECT origin, count(*) AS flights, round(avg(delay), 1) AS mean_delay
             FROM ${to} GROUP BY origin ORDER BY flights DESC LIMIT 5`),
);

// The same rows, each as often: nothing is left of one side when the other is taken away.
const [check] = await ask(`SELECT
  (SELECT count(*) FROM ${from}) AS left_home,
  (SELECT count(*) FROM ${to}) AS settled,
  (SELECT count(*) FROM (FROM ${from} EXCEPT ALL FROM ${to})) AS lost,
  (SELECT count(*) FROM (FROM ${to} EXCEPT ALL FROM ${from})) AS strange`);
console.log(
  `${check.left_home} rows left home, ${check.settled} settled; ${check.lost} lost, ${check.strange} that were not there before.`,
);
process.exit(check.lost === '0' && check.strange === '0' && check.left_home === check.settled ? 0 : 1);
