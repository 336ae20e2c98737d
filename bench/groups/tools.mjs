import { cp, dlt, duckdb, earlier, hyggeMany, hyggeOne, sling } from '../contenders.mjs';
import { atLeast, faster, raceTable } from '../figures.mjs';
import { race } from '../race.mjs';
import { shapes, sourceOf } from '../shapes.mjs';

const batches = dlt('dlt (Arrow batches), then fsync', 'arrow');
const imported = dlt('dlt (file taken as it is), then fsync', 'import');

/** Seconds after which a tool is stopped: some take many minutes. */
const limit = 60;

/** Tools that move tables. */
export async function tools({ bytes, rounds }) {
  console.log('tools');
  const job = { source: await sourceOf('narrow', bytes), rowGroup: shapes.narrow.rowGroup };
  const rows = await race([cp, hyggeMany, hyggeOne, duckdb, batches, imported, sling, earlier], job, {
    rounds,
    limit,
  });
  const goals = [batches, imported, sling, earlier].map((tool) =>
    atLeast(`times the speed of ${tool.name.split(',')[0]}`, faster(rows, hyggeMany.name, tool.name), 10),
  );
  return {
    title: 'Other tools that move tables',
    text: `The narrow file of ${Math.round(bytes / 1e6)} MB; whoever needs over ${limit} s is stopped. dlt has two ways: through Arrow, where it sees the rows, and taking the file as it is, where it believes a row count that it is told.`,
    parts: [{ table: raceTable(rows, cp.name), rows, goals }],
  };
}
