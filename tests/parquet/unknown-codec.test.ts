import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { planSplice, readFooter } from '../../src/parquet/index.js';

it('a codec that the format does not have is not copied, since nobody could read it', async () => {
  const footer = await readFooter(
    fileURLToPath(new URL('../../data/home/numbers/0001_to_1000.parquet', import.meta.url)),
  );
  const [group] = footer.rowGroups;
  if (group === undefined) throw new Error('the sample has no row group');
  const columns = group.columns.map((chunk, i) =>
    i === 1 ? { ...chunk, codec: 'CODEC_9' as const } : chunk,
  );
  const damaged = { ...footer, rowGroups: [{ ...group, columns }] };
  expect(planSplice([{ footer: damaged, rowGroups: [0] }])).toMatchObject({
    impossible: expect.stringContaining('unknown codec'),
  });
  expect(planSplice([{ footer, rowGroups: [0] }])).not.toHaveProperty('impossible');
});
