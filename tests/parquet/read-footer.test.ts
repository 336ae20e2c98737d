import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFooter } from '../../src/parquet/index.js';
import { asBytes, listOf, withField } from '../../src/parquet/thrift/access.js';
import { decodeThrift } from '../../src/parquet/thrift/decode.js';
import { encodeThrift } from '../../src/parquet/thrift/encode.js';
import { struct, type ThriftStruct, thriftType } from '../../src/parquet/thrift/tree.js';
import { Witness } from './engine.js';
import { flights, writeSamples } from './samples.js';
import { emptyMetadata, fields, fileOf, union } from './synthetic.js';

let folder: string;
let witness: Witness;
let samples: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hygge-footer-'));
  witness = await Witness.open();
  samples = [...(await writeSamples(folder, witness)), flights];
});
afterAll(async () => {
  witness.close();
  await rm(folder, { recursive: true });
});

async function written(name: string, bytes: Uint8Array | string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

/** The metadata of a file, without what stands around it. */
async function metadataOf(path: string): Promise<Uint8Array> {
  const bytes = await readFile(path);
  const length = bytes.readUInt32LE(bytes.length - 8);
  return bytes.subarray(bytes.length - 8 - length, bytes.length - 8);
}

describe('readFooter', () => {
  it('agrees with the engine on files of every writer', async () => {
    for (const path of samples) {
      const footer = await readFooter(path);
      const [[rows, groups, by] = []] = await witness.rows(
        `SELECT num_rows, num_row_groups, created_by FROM parquet_file_metadata('${path}')`,
      );
      expect([footer.rows, footer.rowGroups.length, footer.createdBy]).toEqual([
        Number(rows),
        Number(groups),
        by,
      ]);
      const chunks = footer.rowGroups.flatMap((group, i) =>
        group.columns.map((chunk) => [
          String(i),
          chunk.leaf.path.join(', '),
          chunk.type,
          chunk.codec,
          chunk.encodings.toSorted().join(', '),
          String(chunk.values),
          String(chunk.compressedBytes),
          String(chunk.uncompressedBytes),
          String(chunk.dataPageOffset),
          String(chunk.dictionaryPageOffset),
          String(chunk.bloomFilter?.offset ?? null),
        ]),
      );
      const theirs = await witness.rows(
        `SELECT row_group_id, path_in_schema, type, compression, encodings, num_values, total_compressed_size,
           total_uncompressed_size, data_page_offset, dictionary_page_offset, bloom_filter_offset
         FROM parquet_metadata('${path}') ORDER BY row_group_id, column_id`,
      );
      const sorted = theirs.map((row) =>
        row.map((cell, i) => (i === 4 ? cell.split(', ').sort().join(', ') : cell)),
      );
      expect(chunks).toEqual(sorted);
    }
  });

  it('reads metadata of every writer so that it is written again byte for byte', async () => {
    for (const path of samples) {
      const bytes = await metadataOf(path);
      const tree = decodeThrift(bytes, { path });
      expect(Buffer.compare(encodeThrift(tree), bytes), path).toBe(0);
      expect(Buffer.compare((await readFooter(path)).raw, bytes), path).toBe(0);
    }
  });

  it('reads a footer that is larger than the first reading', async () => {
    const columns = Array.from({ length: 4000 }, (_, i) => ({
      name: `a column with the number ${i}`,
      type: 1,
    }));
    const path = await written('wide.parquet', fileOf(emptyMetadata(columns)));
    const footer = await readFooter(path);
    expect(footer.footerBytes).toBeGreaterThan(64 * 1024);
    expect(footer.leaves).toHaveLength(4000);
    expect(footer.leaves[3999]?.name).toBe('a column with the number 3999');
  });

  it.each([
    ['an empty file', '', 'NOT_PARQUET', /it is empty/],
    ['a short file', 'PAR1PAR1', 'NOT_PARQUET', /8 bytes only/],
    ['a text', 'id,name\n1,one\n2,two\n', 'NOT_PARQUET', /does not begin with PAR1/],
    ['an encrypted file', 'PARE0123456789abcdefPARE', 'PARQUET_ENCRYPTED', /encrypted/],
    ['a file without an end', 'PAR1 and then something', 'PARQUET_DAMAGED', /does not end as one/],
    ['a footer of no bytes', 'PAR1\0\0\0\0PAR1', 'PARQUET_DAMAGED', /0 bytes, of 12/],
    ['a footer larger than the file', 'PAR1\x05\0\0\0PAR1', 'PARQUET_DAMAGED', /5 bytes, of 12/],
  ])('refuses %s', async (name, text, code, message) => {
    const path = await written(`${name}.parquet`, Buffer.from(text, 'latin1'));
    await expect(readFooter(path)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
      facts: { path },
    });
  });

  it('says how a home of a file of text is written', async () => {
    for (const [name, hint] of [
      ['rows.csv', /type: csv/],
      ['rows.ndjson.gz', /write the type too/],
      ['rows.parquet', /PAR1/],
    ] as const) {
      const path = await written(name, 'id,name\n1,one\n2,two\n');
      await expect(readFooter(path)).rejects.toMatchObject({ hint: expect.stringMatching(hint) });
    }
  });

  it('refuses what is no file, or not there', async () => {
    await expect(readFooter(join(folder, 'none.parquet'))).rejects.toMatchObject({ code: 'PATH_NOT_FOUND' });
    await expect(readFooter(join(samples[0] ?? '', 'x'))).rejects.toMatchObject({ code: 'PATH_NOT_FOUND' });
    await expect(readFooter(folder)).rejects.toMatchObject({ code: 'NOT_PARQUET' });
    const pipe = join(folder, 'pipe.parquet');
    execFileSync('mkfifo', [pipe]);
    await expect(readFooter(pipe)).rejects.toMatchObject({ code: 'NOT_PARQUET' });
    const closed = join(folder, 'closed');
    await mkdir(closed);
    const path = await written('closed/x.parquet', 'PAR1');
    await chmod(path, 0);
    if (process.getuid?.() !== 0) {
      await expect(readFooter(path)).rejects.toMatchObject({ code: 'PATH_NOT_READABLE' });
    }
  });

  it('refuses a file that was cut, wherever it was cut', async () => {
    const whole = await readFile(samples[0] ?? '');
    for (let length = 12; length < whole.length; length += 997) {
      const path = await written('cut.parquet', whole.subarray(0, length));
      await expect(readFooter(path)).rejects.toMatchObject({ code: 'PARQUET_DAMAGED' });
    }
  });

  it('refuses a file that lost bytes in its middle, since its columns lie no longer within it', async () => {
    const whole = await readFile(samples[0] ?? '');
    const path = await written('gap.parquet', Buffer.concat([whole.subarray(0, 1000), whole.subarray(5000)]));
    await expect(readFooter(path)).rejects.toMatchObject({ code: 'PARQUET_DAMAGED' });
  });

  it('refuses metadata that contradicts itself', async () => {
    const original = samples[0] ?? '';
    const data = await readFile(original);
    const raw = decodeThrift(await metadataOf(original), { path: original });
    const { i64, i32, list, struct: structType, binary } = thriftType;
    const groups = listOf(raw, 4)?.values ?? [];
    const withGroups = (values: typeof groups): ThriftStruct =>
      withField(raw, 4, list, { kind: 'list', element: structType, values });
    const [first, second] = groups as ThriftStruct[];
    if (first === undefined || second === undefined) throw new Error('the sample has too few row groups');
    const columns = listOf(first, 1)?.values ?? [];
    const withColumns = (values: typeof columns): ThriftStruct =>
      withGroups([withField(first, 1, list, { kind: 'list', element: structType, values }), second]);
    const withMeta = (change: (meta: ThriftStruct) => ThriftStruct): ThriftStruct => {
      const chunk = columns[0] as ThriftStruct;
      const meta = chunk.fields.find((field) => field.id === 3)?.value as ThriftStruct;
      return withColumns([withField(chunk, 3, structType, change(meta)), ...columns.slice(1)]);
    };
    const cases: [ThriftStruct, RegExp][] = [
      [withField(raw, 3, i64, 5), /speaks of 5 rows, but its row groups have 2200/],
      [withField(raw, 3, i64, -1), /number of rows/],
      [withField(raw, 3, i64, 2n ** 62n), /number of rows/],
      [withField(raw, 2, list, undefined), /schema is missing/],
      [withField(raw, 4, list, undefined), /row groups is missing/],
      [withColumns(columns.slice(1)), /row group 1 has \d+ columns, but the schema has \d+/],
      [withColumns([columns[1] as ThriftStruct, ...columns.slice(1)]), /another type|same place/],
      [withMeta((meta) => withField(meta, 9, i64, 1)), /beyond the data's end/],
      [withMeta((meta) => withField(meta, 9, i64, data.length)), /beyond the data's end/],
      [withMeta((meta) => withField(meta, 7, i64, data.length)), /beyond the data's end/],
      [withMeta((meta) => withField(meta, 7, i64, -4)), /impossible size/],
      [withMeta((meta) => withField(meta, 9, i64, 400)), /same place/],
      [withMeta((meta) => withField(meta, 5, i64, 3)), /has 3 values for 2048 rows/],
      [withMeta((meta) => withField(meta, 14, i64, data.length)), /index of column/],
      [withMeta((meta) => withField(meta, 1, i32, 99)), /another type/],
      [withField(raw, 8, structType, struct([])), /encrypted/],
    ];
    for (const [tree, message] of cases) {
      const path = await written('odd.parquet', fileOf(encodeThrift(tree), data.subarray(4)));
      await expect(readFooter(path), String(message)).rejects.toMatchObject({
        code: expect.stringMatching(/^PARQUET_(DAMAGED|ENCRYPTED)$/),
        message: expect.stringMatching(message),
      });
    }
    const elsewhere = withColumns([
      withField(columns[0] as ThriftStruct, 1, binary, asBytes('other.parquet')),
      ...columns.slice(1),
    ]);
    const path = await written('index.parquet', fileOf(elsewhere, data.subarray(4)));
    await expect(readFooter(path)).rejects.toMatchObject({ code: 'NOT_PARQUET' });
  });

  it.each([
    ['a decimal without scale', 5, fields([2, thriftType.i32, 18])],
    ['a decimal without precision', 5, fields([1, thriftType.i32, 3])],
    ['a time without unit', 7, fields([1, thriftType.true, true])],
    ['a timestamp that does not say whether it is in UTC', 8, fields([2, thriftType.struct, union(1)])],
    ['an integer without width', 10, fields([2, thriftType.true, true])],
    ['an integer without sign', 10, fields([1, thriftType.i8, 8])],
  ] as const)('refuses %s, as other readers do', async (_, id, value) => {
    const metadata = emptyMetadata([{ name: 'odd', type: 2, logical: union(id, value) }]);
    const path = await written('odd-type.parquet', fileOf(metadata));
    await expect(readFooter(path)).rejects.toMatchObject({
      code: 'PARQUET_DAMAGED',
      message: expect.stringContaining('the schema of column "odd" is not readable'),
    });
    await expect(witness.rows(`SELECT * FROM read_parquet('${path}')`)).rejects.toThrow();
  });

  it('refuses a column whose name is no text', async () => {
    const metadata = Buffer.from(encodeThrift(emptyMetadata([{ name: 'odd', type: 2 }])));
    metadata[metadata.indexOf('odd') + 1] = 0xff;
    const path = await written('odd-name.parquet', fileOf(metadata));
    await expect(readFooter(path)).rejects.toMatchObject({
      code: 'PARQUET_DAMAGED',
      message: expect.stringContaining('is not readable'),
    });
  });

  it('keeps small what is made to become large', async () => {
    // 8 MB of empty structs, as columns and as row groups: decoded carelessly they would fill gigabytes
    const empty = new Uint8Array(8_000_000);
    for (const head of [0x29, 0x49]) {
      const bomb = Buffer.concat([Buffer.from([head, 0xfc]), varint(empty.length), empty, Buffer.from([0])]);
      const path = await written('bomb.parquet', fileOf(bomb));
      const before = process.memoryUsage().rss;
      await expect(readFooter(path)).rejects.toMatchObject({ code: 'PARQUET_DAMAGED' });
      expect(process.memoryUsage().rss - before).toBeLessThan(128 * 1024 * 1024);
    }
    const hole = await open(join(folder, 'hole.parquet'), 'w');
    await hole.write(Buffer.from('PAR1'), 0, 4, 0);
    await hole.write(Buffer.from([0, 0, 0, 0xf0, ...Buffer.from('PAR1')]), 0, 8, 6 * 1024 ** 3);
    await hole.close();
    await expect(readFooter(join(folder, 'hole.parquet'))).rejects.toMatchObject({
      message: expect.stringMatching(/beyond all reason/),
    });
  });

  it('can be stopped', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(readFooter(flights, { signal })).rejects.toThrow('enough');
  });
});

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Uint8Array.from([...bytes, rest]);
    bytes.push((rest % 128) | 0x80);
  }
}
