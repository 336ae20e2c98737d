import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyRanges, cp, ducks, hyggeOne } from '../contenders.mjs';
import { identifier, literal, withDuck } from '../duck.mjs';
import { atLeast, faster, fasterThanAll, raceTable } from '../figures.mjs';
import { data } from '../paths.mjs';
import { race } from '../race.mjs';
import { shapes, sourceOf } from '../shapes.mjs';

const wanted = ['id', 'started', 'amount_0'];

/** Three of 21 columns. */
export async function columns({ bytes, rounds }) {
  console.log('columns');
  const source = await sourceOf('narrow', bytes);
  const chunks = await rangesOf(source);
  const file = join(data, 'ranges.json');
  mkdirSync(data, { recursive: true });
  writeFileSync(file, JSON.stringify(chunks));
  const those = copyRanges(file);
  const job = { source, columns: wanted, rowGroup: shapes.narrow.rowGroup };
  const select = wanted.map(identifier).join(', ');
  const rows = await race([those, hyggeOne, ...ducks], job, { rounds, select });
  const size = chunks.reduce((sum, [, length]) => sum + length, 0);
  return {
    title: 'Three of 21 columns',
    text: `${Math.round(size / 1e6)} MB of ${Math.round(bytes / 1e6)} MB are wanted; ${cp.name} would have to copy all.`,
    parts: [
      {
        table: raceTable(rows, those.name),
        rows,
        goals: [
          atLeast(
            '3 of 21 columns: speed of copying their bytes',
            faster(rows, hyggeOne.name, those.name),
            0.8,
          ),
          atLeast('3 of 21 columns: times the speed of DuckDB', fasterThanAll(rows, hyggeOne.name, ducks), 5),
        ],
      },
    ],
  };
}

/** Where the bytes of the wanted columns lie: [offset, length]. */
function rangesOf(source) {
  return withDuck(async (ask) => {
    const rows = await ask(`
      SELECT coalesce(nullif(dictionary_page_offset, 0), data_page_offset) AS start, total_compressed_size AS bytes
      FROM parquet_metadata(${literal(source)}) WHERE path_in_schema IN (${wanted.map(literal).join(', ')})
      ORDER BY row_group_id, column_id`);
    return rows.map(({ start, bytes }) => [Number(start), Number(bytes)]);
  });
}
