import { join as joined } from 'node:path';
import { duckdb, ducks, hygge, hyggeMany, hyggeOne } from '../contenders.mjs';
import { atLeast, atMost, fasterThanAll, raceTable } from '../figures.mjs';
import { race } from '../race.mjs';
import { smallFilesOf } from '../shapes.mjs';

const engine = hygge('hygge, engine route', {
  flags: ['--route', 'engine'],
  store: { batch_size: 1_000_000_000 },
});

/** Many small files become few. */
export async function join({ quick, rounds }) {
  console.log('join');
  const count = quick ? 500 : 10_000;
  const source = joined(await smallFilesOf(count), '*.parquet');
  const rows = await race([hyggeOne, hyggeMany, engine, ...ducks], { source }, { rounds });
  const peak = Math.max(...rows.slice(0, 2).map((row) => row.peak ?? 0));
  return {
    title: 'Small files joined',
    text: `${count.toLocaleString('en')} files of 1,000 rows. DuckDB writes row groups of the usual size; a splice keeps those that are there.`,
    parts: [
      {
        table: raceTable(rows, duckdb.name),
        rows,
        goals: [
          atLeast(
            'small files joined: times the speed of DuckDB',
            fasterThanAll(rows, hyggeOne.name, ducks),
            5,
          ),
          atMost('small files joined: peak memory', peak === 0 ? null : peak / 1e6, 200, ' MB'),
        ],
      },
    ],
  };
}
