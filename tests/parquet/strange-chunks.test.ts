import { readFile as bytesOf, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Flow } from '../../src/index.js';
import { planSplice, readFooter } from '../../src/parquet/index.js';
import { listOf, structOf, withField } from '../../src/parquet/thrift/access.js';
import { decodeThrift } from '../../src/parquet/thrift/decode.js';
import { type ThriftStruct, thriftType } from '../../src/parquet/thrift/tree.js';
import { readFile, useWorkplace, visible } from '../integration/workplace.js';
import { fileOf, list } from './synthetic.js';

const place = useWorkplace();
const sample = fileURLToPath(new URL('../../data/home/numbers/0001_to_1000.parquet', import.meta.url));
const { i32, binary, uuid, struct, list: listType } = thriftType;

const structs = (value: ReturnType<typeof listOf>): ThriftStruct[] => (value?.values ?? []) as ThriftStruct[];

/** The sample with the description of its first column changed. */
async function changed(change: (meta: ThriftStruct) => ThriftStruct): Promise<string> {
  const footer = await readFooter(sample);
  const raw = decodeThrift(footer.raw, { path: sample });
  const [group] = structs(listOf(raw, 4));
  const [column, ...others] = structs(group === undefined ? null : listOf(group, 1));
  const meta = column === undefined ? null : structOf(column, 3);
  if (group === undefined || column === undefined || meta === null) throw new Error('the sample is empty');
  const columns = list(struct, [withField(column, 3, struct, change(meta)), ...others]);
  const groups = list(struct, [withField(group, 1, listType, columns)]);
  const path = place.at('changed.parquet');
  const bytes = await bytesOf(sample);
  const data = bytes.subarray(4, bytes.length - 8 - footer.raw.length);
  await writeFile(path, fileOf(withField(raw, 4, listType, groups), data));
  return path;
}

const bound = (id: number, bytes: number) => (meta: ThriftStruct) =>
  withField(meta, 12, struct, withField(structOf(meta, 12) ?? meta, id, binary, new Uint8Array(bytes)));

type Case = readonly [what: string, change: (meta: ThriftStruct) => ThriftStruct, word: string];

const cases: readonly Case[] = [
  ['a codec that the format does not have', (meta) => withField(meta, 4, i32, 99), 'codec'],
  ...[-1, 10].map((one): Case => {
    const change = (meta: ThriftStruct) => withField(meta, 2, listType, list(i32, [one]));
    return [`the encoding ${one}`, change, 'encoding'];
  }),
  ...[5, 6].map((id): Case => [`a bound that is no number, in field ${id}`, bound(id, 9), 'statistics']),
];

describe('what no reader would take is not copied', () => {
  it.each(cases)('%s', async (_, change, word) => {
    const path = await changed(change);
    await expect(place.witness.rows(`SELECT count(*) FROM (${readFile(path)})`)).rejects.toThrow();
    const footer = await readFooter(path);
    expect(planSplice([{ footer, rowGroups: [0] }])).toMatchObject({
      impossible: expect.stringContaining(word),
    });
    const flow = new Flow({ name: 'f', home: path, store: place.at('store'), retry: { attempts: 1 } });
    await expect(flow.start()).rejects.toThrow();
    expect(visible(place.at('store'))).toEqual([]);
  });

  it('a field of a kind that parquet does not have', async () => {
    const path = await changed((meta) => withField(meta, 30, uuid, new Uint8Array(16)));
    await expect(readFooter(path)).rejects.toMatchObject({ code: 'PARQUET_DAMAGED' });
  });

  it('a column that ends in the middle of a page, by what is said of its size', async () => {
    const [chunk] = (await readFooter(sample)).rowGroups[0]?.columns ?? [];
    if (chunk === undefined) throw new Error('the sample is empty');
    const path = await changed((meta) => withField(meta, 7, thriftType.i64, chunk.compressedBytes - 12));
    // the engine reads the bytes behind it all the same; a copy would not have them
    expect(await place.witness.rows(`SELECT count(*) FROM (${readFile(path)})`)).toEqual([['1000']]);
    const flow = new Flow({ name: 'f', home: path, store: place.at('store'), retry: { attempts: 1 } });
    await expect(flow.start({ route: 'splice' })).rejects.toMatchObject({
      code: 'PAGE_CORRUPT',
      message: expect.stringContaining('it goes beyond the end of its column'),
    });
    expect(visible(place.at('store'))).toEqual([]);
  });

  it('what is as the format has it is', async () => {
    for (const change of [bound(5, 0), bound(5, 8)]) {
      const footer = await readFooter(await changed(change));
      expect(planSplice([{ footer, rowGroups: [0] }])).not.toHaveProperty('impossible');
    }
  });
});
