import { availableParallelism, totalmem } from 'node:os';
import { duckdbText, hyggeText } from '../contenders.mjs';
import { atLeast, atMost, faster, raceTable } from '../figures.mjs';
import { race } from '../race.mjs';
import { shapes, sourceOf, textOf } from '../shapes.mjs';

/** Text into parquet, against the same statement in DuckDB alone: same threads, same limit, both synced. */
export async function text({ bytes, rounds }) {
  // As text the same rows take about three times the bytes: two and a half as csv, more than four as ndjson.
  const source = await sourceOf('mixed', bytes / 3);
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
        rowGroup: shapes.mixed.rowGroup,
        threads: availableParallelism(),
        memory: Math.floor(totalmem() / 2),
      };
      const rows = await race([duckdbText, hyggeText], job, { rounds, patience: Number.POSITIVE_INFINITY });
      const speed = faster(rows, hyggeText.name, duckdbText.name);
      const what = `${format} to parquet, ${how}`;
      parts.push({
        title: what,
        table: raceTable(rows, duckdbText.name),
        rows,
        goals: [
          atLeast(`${what}: speed of DuckDB`, speed, 0.95),
          atMost(`${what}: peak memory of DuckDB`, peakRatio(rows), 1.25),
        ],
      });
    }
  }
  return {
    title: 'Text into parquet',
    text: 'One file of text becomes one file. DuckDB casts every text, and finds types by a look at all rows before it reads them; hygge holds every value against its text, and the types of the first rows against all of them, and counts what it wrote. Where it finds types, those of hygge are narrower: a decimal is no floating-point number.',
    parts,
  };
}

/** How much memory hygge takes of what DuckDB does; null where one was not measured. */
function peakRatio(rows) {
  const [ours, theirs] = [hyggeText, duckdbText].map(
    ({ name }) => rows.find((row) => row.name === name)?.peak ?? null,
  );
  return ours === null || theirs === null ? null : ours / theirs;
}
