import { availableParallelism, totalmem } from 'node:os';
import { duckdbText, hyggeText } from '../contenders.mjs';
import { atLeast, faster, raceTable } from '../figures.mjs';
import { race } from '../race.mjs';
import { shapes, sourceOf, textOf } from '../shapes.mjs';

/** Text into parquet, against the same statement in DuckDB alone: same threads, same limit, both synced. */
export async function text({ bytes, rounds }) {
  // As text the same rows take about three times the bytes.
  const source = await sourceOf('narrow', bytes / 3);
  const parts = [];
  for (const format of ['csv', 'ndjson']) {
    for (const isDeclared of [true, false]) {
      const how = isDeclared ? 'types declared' : 'types found out from all rows';
      console.log(`text: ${format}, ${how}`);
      const { path, types } = await textOf(source, format);
      const job = {
        source,
        input: path,
        format,
        types: isDeclared ? types : null,
        rowGroup: shapes.narrow.rowGroup,
        threads: availableParallelism(),
        memory: Math.floor(totalmem() / 2),
      };
      const rows = await race([duckdbText, hyggeText], job, { rounds, patience: Number.POSITIVE_INFINITY });
      const speed = faster(rows, hyggeText.name, duckdbText.name);
      parts.push({
        title: `${format} to parquet, ${how}`,
        table: raceTable(rows, duckdbText.name),
        rows,
        goals: [atLeast(`${format} to parquet, ${how}: speed of DuckDB`, speed, 0.95)],
      });
    }
  }
  return {
    title: 'Text into parquet',
    text: 'One file of text becomes one file. DuckDB casts every text; hygge also holds every value against its text, and counts what it wrote.',
    parts,
  };
}
