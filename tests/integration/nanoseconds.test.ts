import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Field,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  Timestamp,
  TimeUnit,
  tableToIPC,
} from 'apache-arrow';
import { Table as WasmTable, writeParquet } from 'parquet-wasm/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Flow } from '../../src/index.js';
import { readFooter } from '../../src/parquet/index.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hygge-nano-'));
  const type = new Timestamp(TimeUnit.NANOSECOND, 'UTC');
  const moments = makeData({ type, length: 2, data: new BigInt64Array([1_700_000_000_123_456_789n, 1n]) });
  const schema = new Schema([new Field('at', type, false)]);
  const struct = makeData({ type: new Struct(schema.fields), length: 2, children: [moments] });
  const table = new Table([new RecordBatch(schema, struct)]);
  const bytes = writeParquet(WasmTable.fromIPCStream(tableToIPC(table, 'stream')));
  await writeFile(join(folder, 'in.parquet'), bytes);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const flow = (parts: object = {}) =>
  new Flow({
    name: 'f',
    home: { type: 'parquet', path: join(folder, 'in.parquet'), ...parts },
    store: join(folder, 'out'),
  });

describe('moments in nanoseconds, which the engine reads in microseconds', () => {
  it('are kept where row groups are copied', async () => {
    const result = await flow().start();
    expect(result.route).toBe('splice');
    const settled = await readFooter(result.files[0] ?? '');
    expect(settled.leaves[0]?.annotation).toMatchObject({ kind: 'timestamp', unit: 'nanos', utc: true });
  });

  it.each(['engine', 'batches'] as const)('are not cut in silence on the %s route', async (route) => {
    await expect(flow().start({ route })).rejects.toMatchObject({ code: 'NANOSECONDS_CUT' });
    expect((await flow({ nanoseconds: 'cut' }).start({ route })).rows).toBe(2);
  });
});
