import { availableParallelism, totalmem } from 'node:os';
import { duckdb, ducks, hyggeEngine } from '../contenders.mjs';
import { atLeast, faster, raceTable } from '../figures.mjs';
import { race } from '../race.mjs';
import { shapes, sourceOf } from '../shapes.mjs';

/** The engine route against the same statement in DuckDB alone: same threads, same limit, both synced. */
export async function engine({ bytes, rounds }) {
  const source = await sourceOf('narrow', bytes);
  const parts = [];
  for (const [codec, text] of [
    ['snappy', 'the same compression, though it could be spliced'],
    ['zstd', 'from snappy to zstd'],
  ]) {
    console.log(`engine: ${codec}`);
    const job = {
      source,
      codec,
      rowGroup: shapes.narrow.rowGroup,
      threads: availableParallelism(),
      memory: Math.floor(totalmem() / 2),
    };
    const contender = hyggeEngine(codec);
    const rows = await race([...ducks, contender], job, { rounds, patience: Number.POSITIVE_INFINITY });
    parts.push({
      title: text,
      table: raceTable(rows, duckdb.name),
      rows,
      goals: [
        atLeast(`engine route, ${text}: speed of DuckDB`, faster(rows, contender.name, duckdb.name), 0.95),
      ],
    });
  }
  return {
    title: 'Through the engine',
    text: `One file of ${Math.round(bytes / 1e6)} MB becomes one file. hygge keeps the order of the rows, and is held against DuckDB doing so.`,
    parts,
  };
}
