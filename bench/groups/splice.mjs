import { copyFile, cp, duckdb, hyggeMany, hyggeOne, polars, polarsNode, pyarrow } from '../contenders.mjs';
import { atLeast, atMost, faster, raceTable } from '../figures.mjs';
import { race } from '../race.mjs';
import { shapes, sourceOf } from '../shapes.mjs';

/** Parquet to parquet, unchanged, in the shapes that tables have. */
export async function splice({ bytes, rounds }) {
  const parts = [];
  for (const [shape, { text, rowGroup }] of Object.entries(shapes)) {
    console.log(`splice: ${shape}`);
    const job = { source: await sourceOf(shape, bytes), rowGroup };
    const rows = await race([cp, copyFile, hyggeMany, hyggeOne, duckdb, polars, polarsNode, pyarrow], job, {
      rounds,
    });
    const best = (other) => faster(rows, hyggeOne.name, other.name);
    const peak = Math.max(...rows.filter(({ name }) => name.startsWith('hygge')).map((row) => row.peak ?? 0));
    parts.push({
      title: `${shape}: ${text}`,
      table: raceTable(rows, cp.name),
      rows,
      goals: [
        atLeast(`${shape}, one file: speed of cp`, best(cp), 0.8),
        atLeast(`${shape}, files of 100,000 rows: speed of cp`, faster(rows, hyggeMany.name, cp.name), 0.8),
        atLeast(`${shape}, one file: times the speed of DuckDB`, best(duckdb), 5),
        atMost(`${shape}: peak memory`, peak === 0 ? null : peak / 1e6, 200, ' MB'),
      ],
    });
  }
  return {
    title: 'Unchanged parquet',
    text: `A file of ${Math.round(bytes / 1e6)} MB is moved as it is.`,
    parts,
  };
}
