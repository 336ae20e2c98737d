import { describe, expect, it } from 'vitest';
import { sampleOf } from '../../src/coordinator/index.js';
import { builtinRegistry, Coordinator, defineHome, loadWorkspace, z } from '../../src/index.js';
import { everything, settled, useWorkplace } from '../integration/workplace.js';
import { key } from './support.js';

const place = useWorkplace();

let pieces = 0;
/** A home of a program: a hundred rows in a piece, without an end. */
const endless = defineHome({
  type: 'endless',
  summary: 'Rows without an end',
  config: z.strictObject({}),
  capabilities: { gives: ['batches'], ordered: true },
  open: async () => ({
    schema: async () => [
      { name: 'id', type: { kind: 'bigint' }, nullable: false },
      { name: 'day', type: { kind: 'date' }, nullable: true },
    ],
    estimate: async () => ({ rows: null, bytes: null, files: null, exact: false }),
    read: async function* () {
      for (pieces = 0; ; pieces++)
        yield Array.from({ length: 100 }, (_, i) => ({ id: pieces * 100 + i, day: '2026-01-31' }));
    },
    close: async () => {},
  }),
});

const project = async (home: string, more: string) => {
  await place.file('hygge.yml', 'name: p\n');
  await place.file('flows/f/flow.yml', `home: ${home}\nstore: out\n${more}`);
  const registry = builtinRegistry().home(endless);
  return loadWorkspace({ path: place.folder, registry, env: { MASK_KEY: key } });
};

const more = `run_type: merge
watermark: { watermark_column: day, primary_key: id }
where: id % 3 = 0
mask: { key: "\${MASK_KEY}", columns: { day: date_shift } }
columns: ["*", { from: id, as: varchar }]
`;

describe('a sample of a home that never ends', () => {
  it('is read no further than it has rows, whatever the watermark is', async () => {
    const { workspace, registry } = await project('{ type: endless }', more);
    const [outcome] = await new Coordinator({ workspace, registry }).preview({ rows: 120 });
    expect(outcome?.error).toBeNull();
    expect(outcome?.preview?.rows.map(([, id]) => id)).toEqual(
      Array.from({ length: 120 }, (_, i) => String(3 * i)),
    );
    expect(pieces).toBeLessThan(10);
    expect(everything(place.at('.hygge'))).toEqual([]);

    const sample = sampleOf(workspace, registry, 120);
    const { status, flows } = await new Coordinator({ workspace: sample, registry }).start();
    expect([status, flows[0]?.rows, flows[0]?.watermark]).toEqual(['success', 120, null]);
    expect(pieces).toBeLessThan(40);
    expect(everything(place.at('out'))).toEqual([]);
    const rows = await place.witness.rows(
      `SELECT count(*), max(id::INT), count(DISTINCT day) > 20, typeof(min(id)) FROM (${settled(place.at('.hygge/scratch/f'))})`,
    );
    expect(rows).toEqual([['120', '357', 'true', 'VARCHAR']]);
  });
});

describe('a sample of files', () => {
  it.each(['engine', 'batches'] as const)('has the first rows of all, by %s', async (route) => {
    await place.parquet('in/1.parquet', 'SELECT range AS id FROM range(70)');
    await place.parquet('in/2.parquet', 'SELECT range + 70 AS id FROM range(70)');
    const { workspace, registry } = await project('in', '');
    const sample = sampleOf(workspace, registry, 100);
    const { flows } = await new Coordinator({ workspace: sample, registry }).start({ route });
    expect(flows[0]).toMatchObject({ status: 'success', rows: 100, route });
    const rows = await place.witness.rows(
      `SELECT min(id), max(id) FROM (${settled(place.at('.hygge/scratch/f'))})`,
    );
    expect(rows).toEqual([['0', '99']]);
    expect(everything(place.at('out'))).toEqual([]);
  });

  it('is as small as they are', async () => {
    await place.parquet('in/1.parquet', 'SELECT range AS id FROM range(7)');
    const { workspace, registry } = await project('in', '');
    const { flows } = await new Coordinator({
      workspace: sampleOf(workspace, registry, 100),
      registry,
    }).start();
    expect(flows[0]).toMatchObject({ status: 'success', rows: 7 });
  });
});
