import { readdirSync } from 'node:fs';
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { everything, settled, useWorkplace, visible } from '../integration/workplace.js';
import { flipBit, lastByteOf, withChecksums } from '../verify/checksums.js';

const numbers = fileURLToPath(new URL('../../data/home/numbers', import.meta.url));
const place = useWorkplace();
beforeEach(async () => {
  await cp(numbers, place.at('in'), { recursive: true });
  await place.file(
    'hygge.yml',
    'flows:\n  c:\n    home: in\n    store: { path: out, batch_size: 500 }\n    run_type: incremental\n',
  );
});

const start = async () => (await place.project()).coordinator.start();
const files = (): string[] => visible(place.at('out'));
/** All rows, in the order of the files. */
const rows = () => place.witness.rows(settled(place.at('out')));
const compact = async (parts: object) => {
  const all = { rows: null, bytes: null, sort: [], ...parts };
  const [outcome] = await (await place.project()).coordinator.compact({ compact: all });
  return outcome;
};

describe('compacting a store', () => {
  it('joins small files into few, with the same rows in the same order, and leaves other files alone', async () => {
    for (let i = 0; i < 3; i++) await start();
    const [before, many] = [await rows(), files()];
    expect(many.length).toBe(9);
    const outcome = await compact({ rows: 5000 });
    expect(outcome?.error).toBeNull();
    expect(outcome?.compacted).toMatchObject({ files_before: many.length, files_after: 2, rows: 7500 });
    expect(files()).toHaveLength(2);
    expect(await rows()).toEqual(before);
    const entries = await (await place.project()).journal();
    expect(entries.at(-1)).toMatchObject({ action: 'compact', status: 'success', row_count: 7500, files: 2 });
    // Nothing is left to do, and what follows goes on behind it.
    expect((await compact({ rows: 5000 }))?.compacted).toMatchObject({
      files_before: 2,
      files_after: 2,
      rows: 0,
    });
    await cp(join(numbers, '0001_to_1000.parquet'), place.at('out', 'foreign.parquet'));
    await start();
    await compact({ rows: 100_000 });
    expect(files()).toEqual(['00000000000000000001.parquet', 'foreign.parquet']);
  });

  it('sorts all rows where it is asked to', async () => {
    for (let i = 0; i < 2; i++) await start();
    expect((await compact({ sort: ['last_digit', 'number'] }))?.error).toBeNull();
    const sorted = await place.witness.rows(
      `SELECT count(*), bool_and(ordered) FROM (SELECT (last_digit, number) >= lag((last_digit, number), 1, (last_digit, number)) OVER (ORDER BY file_row_number) AS ordered
       FROM read_parquet('${place.at('out', '*.parquet')}', file_row_number = true))`,
    );
    expect(sorted).toEqual([['5000', 'true']]);
  });

  it.each([{ rows: 5000 }, { sort: ['number'] }])('passes nothing on that is damaged: %o', async (how) => {
    for (const name of readdirSync(place.at('in')))
      await withChecksums(join(numbers, name), place.at('in', name));
    await start();
    const before = files();
    const damaged = place.at('out', before[1] ?? '');
    await flipBit(damaged, await lastByteOf(damaged, 0, 1));
    const outcome = await compact(how);
    expect(outcome?.error).toMatchObject({ code: 'PAGE_CORRUPT', facts: { path: damaged } });
    expect(files()).toEqual(before);
    expect(everything(place.at('out')).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('names the nearest column where one is misspelt, and touches nothing', async () => {
    await start();
    const before = files();
    const outcome = await compact({ sort: ['last_digt'] });
    expect(outcome?.error).toMatchObject({ code: 'COLUMN_NOT_FOUND', hint: 'Did you mean "last_digit"?' });
    expect(files()).toEqual(before);
  });

  it('joins files of which some lack a column, and leaves those apart that store one in another way', async () => {
    const run = async (file: number, columns: string): Promise<void> => {
      await place.parquet(`in/${file}.parquet`, `SELECT i AS id, ${columns} FROM range(9) t(i)`);
      await start();
    };
    const state = () =>
      place.witness.rows(
        `SELECT id, v::VARCHAR, word FROM read_parquet('${place.at('out', '*.parquet')}', union_by_name = true)`,
      );
    await rm(place.at('in'), { recursive: true });
    await run(1, 'i::INTEGER AS v');
    await run(2, "i::INTEGER AS v, 'new' AS word");
    const before = await state();
    expect((await compact({ rows: 1000 }))?.compacted).toMatchObject({ files_before: 2, files_after: 1 });
    expect(await state()).toEqual(before);
    await run(3, "(i + 5000000000)::BIGINT AS v, 'x' AS word");
    const refused = await compact({ rows: 1000 });
    expect(refused?.error).toMatchObject({
      code: 'COMPACT_IMPOSSIBLE',
      message: expect.stringContaining('column "v" is stored in two ways'),
    });
    await run(4, "i::BIGINT AS v, 'y' AS word");
    const later = await state();
    const outcome = await compact({ rows: 1000 });
    expect(outcome?.error).toBeNull();
    expect(outcome?.compacted).toMatchObject({
      files_before: 3,
      files_after: 2,
      reason: expect.stringContaining('files stay apart where a column "v" is stored in two ways'),
    });
    expect(await state()).toEqual(later);
    // a column that the first file lacks can be sorted by, too
    await compact({ sort: ['word', 'id'] });
    expect(await place.witness.rows(`SELECT count(*) FROM (${settled(place.at('out'))})`)).toEqual([
      [String(later.length)],
    ]);
    expect((await state()).toSorted()).toEqual(later.toSorted());
  });
});
