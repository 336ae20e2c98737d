import { copyFile, cp, ducks, hyggeMany, hyggeOne, polars, polarsNode, pyarrow } from '../contenders.mjs';
import { atLeast, atMost, faster, fasterThanAll, raceTable } from '../figures.mjs';
import { race } from '../race.mjs';
import { shapes, sourceOf } from '../shapes.mjs';

/** Parquet to parquet, unchanged, in the shapes that tables have. */
export async function splice({ bytes, rounds }) {
  const parts = [];
  for (const [shape, { text, rowGroup }] of Object.entries(shapes)) {
    console.log(`splice: ${shape}`);
    const job = { source: await sourceOf(shape, bytes), rowGroup };
    const others = [...ducks, polars, polarsNode, pyarrow];
    const rows = await race([cp, copyFile, hyggeMany, hyggeOne, ...others], job, { rounds });
    const peak = Math.max(...rows.filter(({ name }) => name.startsWith('hygge')).map((row) => row.peak ?? 0));
    parts.push({
      title: `${shape}: ${text}`,
      table: raceTable(rows, cp.name),
      rows,
      goals: [
        atLeast(`${shape}, one file: speed of cp`, faster(rows, hyggeOne.name, cp.name), 0.8),
        atLeast(`${shape}, files of 100,000 rows: speed of cp`, faster(rows, hyggeMany.name, cp.name), 0.8),
        atLeast(
          `${shape}, one file: times the speed of DuckDB`,
          fasterThanAll(rows, hyggeOne.name, ducks),
          5,
        ),
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
