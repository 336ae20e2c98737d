import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ColumnChoice } from '../../src/core/shaping.js';
import {
  chunkRange,
  columnNames,
  executeSplice,
  type Footer,
  planSplice,
  readFooter,
} from '../../src/parquet/index.js';
import { encodingOf } from '../../src/parquet/names.js';
import type { SpliceInput, SpliceOptions, SplicePlan } from '../../src/parquet/splice/plan.js';
import { integerOf, listOf, structOf } from '../../src/parquet/thrift/access.js';
import { decodeThrift, decodeThriftPrefix } from '../../src/parquet/thrift/decode.js';
import { Witness } from './engine.js';
import { checkIndexes } from './index-check.js';
import { type Reader, readersWith, type TextRow } from './readers.js';
import { flights, writeSamples } from './samples.js';

let folder: string;
let witness: Witness;
let readers: Reader[];
let samples: string[];
let made = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hygge-splice-'));
  witness = await Witness.open();
  readers = readersWith(witness);
  samples = await writeSamples(folder, witness);
});
afterAll(async () => {
  witness.close();
  await rm(folder, { recursive: true });
});

const allOf = (footer: Footer): SpliceInput => ({ footer, rowGroups: footer.rowGroups.map((_, i) => i) });

function planned(inputs: readonly SpliceInput[], options?: SpliceOptions): SplicePlan {
  const plan = planSplice(inputs, options);
  if ('impossible' in plan) throw new Error(plan.impossible);
  // a plan is JSON: what comes back from its text is carried out
  return JSON.parse(JSON.stringify(plan));
}

async function carryOut(plan: SplicePlan): Promise<Footer[]> {
  const paths = plan.outputs.map(() => join(folder, `out-${made++}.parquet`));
  const results = await executeSplice(plan, paths);
  const footers = await Promise.all(paths.map((path) => readFooter(path)));
  expect(footers.map((footer) => footer.rows)).toEqual(plan.outputs.map((output) => output.rows));
  expect(footers.map((footer) => footer.fileBytes)).toEqual(results.map((result) => result.bytes));
  for (const footer of footers) await checkIndexes(footer);
  return footers;
}

/** What a reader should see in the outputs, from what it sees in the inputs. */
async function expected(
  reader: Reader,
  inputs: readonly SpliceInput[],
  columns: readonly ColumnChoice[] | undefined,
): Promise<TextRow[]> {
  const result: TextRow[] = [];
  const names = inputs[0] === undefined ? [] : columnNames(inputs[0].footer);
  const choices = columns ?? names.map((name) => ({ from: name, name }));
  for (const { footer, rowGroups } of inputs) {
    const rows = await reader.rows(footer.path);
    const starts = footer.rowGroups.map((_, i) =>
      footer.rowGroups.slice(0, i).reduce((sum, group) => sum + group.rows, 0),
    );
    for (const index of rowGroups) {
      const start = starts[index] ?? 0;
      const end = start + (footer.rowGroups[index]?.rows ?? 0);
      for (const row of rows.slice(start, end)) {
        result.push(Object.fromEntries(choices.map(({ from, name }) => [name, row[from] ?? 'missing'])));
      }
    }
  }
  return result;
}

/** Splices, and has every reader compare. */
async function proved(inputs: readonly SpliceInput[], options: SpliceOptions = {}): Promise<Footer[]> {
  const outputs = await carryOut(planned(inputs, options));
  for (const reader of readers) {
    const seen: TextRow[] = [];
    for (const output of outputs) {
      const rows = await reader.rows(output.path).catch((cause: unknown) => {
        throw new Error(`${reader.name} cannot read what was made of ${inputs[0]?.footer.path}`, { cause });
      });
      seen.push(...rows);
    }
    const wanted = await expected(reader, inputs, options.columns);
    expect(seen.length, reader.name).toBe(wanted.length);
    // compared as one text: a difference between thousands of objects takes long to print
    expect(JSON.stringify(seen) === JSON.stringify(wanted), `${reader.name} sees the same rows`).toBe(true);
  }
  return outputs;
}

/** The forms that pages have in the files of some writers: of header, of values, of compression. */
async function formsOf(paths: readonly string[]) {
  const forms = { pages: new Set<number>(), codecs: new Set(), encodings: new Set(), writers: new Set() };
  const has = { checksums: false, bloom: false, indexes: false, nested: false, sorting: false };
  for (const path of paths) {
    const footer = await readFooter(path);
    const bytes = await readFile(path);
    forms.writers.add(/^\S+( version)?/.exec(footer.createdBy ?? 'nobody')?.[0]);
    for (const group of footer.rowGroups) {
      has.sorting ||= listOf(decodeThrift(group.raw, { path }), 4) !== null;
      for (const chunk of group.columns) {
        forms.codecs.add(chunk.codec);
        has.bloom ||= chunk.bloomFilter !== null;
        has.indexes ||= chunk.columnIndex !== null && chunk.offsetIndex !== null;
        has.nested ||= chunk.leaf.path.length > 2;
        const { offset, length } = chunkRange(chunk);
        for (let at = offset; at < offset + length; ) {
          const header = decodeThriftPrefix(bytes.subarray(at), { path });
          const page = integerOf(header.struct, 1) ?? -1;
          forms.pages.add(page);
          has.checksums ||= integerOf(header.struct, 4) !== null;
          // Of a page of data, old or new: how its values are encoded.
          const about = structOf(header.struct, page === 0 ? 5 : 8);
          const encoding = about === null ? null : integerOf(about, page === 0 ? 2 : 4);
          if (encoding !== null) forms.encodings.add(encodingOf(encoding));
          at += header.length + (integerOf(header.struct, 3) ?? 0);
        }
      }
    }
  }
  return { ...forms, has };
}

/** A file for hyparquet that counts the bytes that are read of it. */
class CountedFile {
  readonly byteLength: number;
  read = 0;
  readonly #bytes: ArrayBufferLike;

  constructor(bytes: ArrayBufferLike) {
    this.#bytes = bytes;
    this.byteLength = bytes.byteLength;
  }

  readonly slice = (start: number, end?: number): ArrayBuffer => {
    this.read += (end ?? this.byteLength) - start;
    return this.#bytes.slice(start, end) as ArrayBuffer;
  };
}

describe('the files that splicing is tried with', () => {
  it('come from many writers, and have every form that pages have', async () => {
    const { pages, codecs, encodings, writers, has } = await formsOf([...samples, flights]);
    expect([...pages].sort()).toEqual([0, 2, 3]);
    expect([...codecs].sort()).toEqual(['BROTLI', 'GZIP', 'LZ4_RAW', 'SNAPPY', 'UNCOMPRESSED', 'ZSTD']);
    expect([...encodings].sort()).toEqual([
      'BYTE_STREAM_SPLIT',
      'DELTA_BINARY_PACKED',
      'DELTA_BYTE_ARRAY',
      'DELTA_LENGTH_BYTE_ARRAY',
      'PLAIN',
      'PLAIN_DICTIONARY',
      'RLE',
      'RLE_DICTIONARY',
    ]);
    expect(has).toEqual({ checksums: true, bloom: true, indexes: true, nested: true, sorting: true });
    expect([...writers].sort()).toEqual([
      '@dsnp/parquetjs',
      'DuckDB version',
      'Polars',
      'fastparquet-python version',
      'github.com/parquet-go/parquet-go version',
      'hyparquet',
      'parquet-cpp-arrow version',
      'parquet-mr version',
      'parquet-rs version',
    ]);
  });
});

describe('planSplice and executeSplice', () => {
  it('copies files of every writer: whole, in part, joined, divided, with other columns', async () => {
    expect(samples.length).toBeGreaterThanOrEqual(10);
    for (const path of samples) {
      const footer = await readFooter(path);
      const all = allOf(footer);
      expect(footer.rowGroups.length, basename(path)).toBeGreaterThan(1);
      const [whole] = await carryOut(planned([all]));
      expect(Buffer.compare(await readFile(path), await readFile(whole?.path ?? ''))).toBe(0);
      await proved([
        { footer, rowGroups: [1] },
        { footer, rowGroups: [1, 0] },
      ]);
      expect(await proved([all], { targetRows: 1 })).toHaveLength(footer.rowGroups.length);
      const names = columnNames(footer);
      const columns = names
        .filter((_, i) => i % 2 === 0)
        .reverse()
        .map((from) => ({ from, name: `new ${from}` }));
      await proved([all], { columns });
    }
  });

  it('copies a whole file byte for byte, and the flights', async () => {
    const footer = await readFooter(flights);
    const plan = planned([allOf(footer)]);
    expect(plan.outputs[0]).toMatchObject({ whole: 0, rows: 3_000_000 });
    const [copy] = await carryOut(plan);
    const same = Buffer.compare(await readFile(flights), await readFile(copy?.path ?? '')) === 0;
    expect(same).toBe(true);
  });

  it('joins, divides and narrows the flights', async () => {
    const footer = await readFooter(flights);
    const columns = [
      { from: 'destination', name: 'to' },
      { from: 'delay', name: 'delay' },
    ];
    const inputs = [
      { footer, rowGroups: [2, 3, 4] },
      { footer, rowGroups: [10] },
    ];
    const outputs = await carryOut(planned(inputs, { columns, targetRows: 600_000 }));
    expect(outputs.map((output) => output.rowGroups.length)).toEqual([2, 2]);
    const files = outputs.map((output) => `'${output.path}'`).join(', ');
    const digest = (source: string): Promise<string[][]> =>
      witness.rows(`SELECT count(*), sum(hash("to", delay)), min(delay), max("to") FROM (${source})`);
    const starts = footer.rowGroups.map((_, i) =>
      footer.rowGroups.slice(0, i).reduce((sum, group) => sum + group.rows, 0),
    );
    const spans = [2, 3, 4, 10].map((i) => {
      const from = starts[i] ?? 0;
      return `file_row_number BETWEEN ${from} AND ${from + (footer.rowGroups[i]?.rows ?? 0) - 1}`;
    });
    const source = `SELECT destination AS "to", delay FROM read_parquet('${flights}', file_row_number = true)
      WHERE ${spans.join(' OR ')}`;
    expect(await digest(`SELECT * FROM read_parquet([${files}])`)).toEqual(await digest(source));
  });

  it('joins files of different writers whose columns mean the same', async () => {
    const [first, second] = [samples[0] ?? '', samples[3] ?? ''];
    const footers = [await readFooter(first), await readFooter(second)];
    const outputs = await proved(footers.map(allOf));
    expect(outputs).toHaveLength(1);
    expect(outputs[0]?.createdBy).toMatch(/^DuckDB/);
    const arrow = await readFooter(samples.find((path) => path.includes('arrow-rs')) ?? '');
    const ids = [{ from: 'id', name: 'id' }];
    const [mixed] = await proved([...footers, arrow].map(allOf), { columns: ids });
    expect(mixed?.createdBy).toMatch(/^hygge version /);
    expect(mixed?.keyValues.map((pair) => pair.key)).toContain('hygge.spliced');
  });

  it('says why it cannot copy', async () => {
    const path = (name: string): string => join(folder, `${name}.parquet`);
    await witness.run(`COPY (SELECT 1 AS a, 2 AS b) TO '${path('ab')}'`);
    await witness.run(`COPY (SELECT 2 AS b, 1 AS a) TO '${path('ba')}'`);
    await witness.run(`COPY (SELECT 1 AS a) TO '${path('a')}'`);
    await witness.run(`COPY (SELECT 1::BIGINT AS a, 2 AS b) TO '${path('wide')}'`);
    await witness.run(`COPY (SELECT 1::UINTEGER AS a, 2 AS b) TO '${path('unsigned')}'`);
    const input = async (name: string): Promise<SpliceInput> => allOf(await readFooter(path(name)));
    const answer = async (...names: string[]): Promise<string> => {
      const plan = planSplice(await Promise.all(names.map(input)));
      return 'impossible' in plan ? plan.impossible : 'possible';
    };
    expect(await answer('ab', 'ba')).toBe('possible');
    await proved([await input('ab'), await input('ba')]);
    await witness.run(`COPY (SELECT 1 AS a, 2 AS "B") TO '${path('upper')}'`);
    expect(await answer('ab', 'upper')).toMatch(/column "b" is missing in .*upper\.parquet, which has "B"$/);
    const columnData = ['a', 'b'].map((name) => ({
      name,
      data: [1],
      type: 'INT32' as const,
      nullable: name === 'a',
    }));
    await writeFile(path('required'), new Uint8Array(parquetWriteBuffer({ columnData })));
    expect(await answer('required', 'a')).toMatch(
      /column "b" is missing in .*a\.parquet, and required in .*required\.parquet$/,
    );
    expect(await answer('ab', 'wide')).toMatch(/column "a" is stored in two ways: INTEGER .* and BIGINT/);
    expect(await answer('ab', 'unsigned')).toMatch(/column "a" is stored in two ways/);
    const none = planSplice([await input('ab')], { columns: [] });
    expect(none).toEqual({ impossible: 'no column is left' });
  });

  it('gives NULL to files that lack a column which may be', async () => {
    const path = (name: string): string => join(folder, `lacking-${name}.parquet`);
    const columns: Record<string, string> = {
      flag: 'i % 3 = 0',
      tiny: '(i % 250)::UTINYINT',
      number: 'CASE WHEN i % 7 = 0 THEN NULL ELSE i::BIGINT END',
      real: 'i / 3.0',
      small: 'i::FLOAT',
      words: "'wört ' || i",
      amount: '(i - 500)::DECIMAL(12, 2)',
      id16: 'uuid()',
      day: "DATE '2020-01-01' + i::INTEGER",
      list: '[i, NULL]',
      lists: "[['a' || i], []]",
      pair: "{'a': i, 'b': ['p' || i, NULL], 'c': {'d': i}}",
      pairs: "[{'a': i, 'b': 'x'}]",
      marks: "MAP {'k' || i: [i]}",
    };
    const write = async (name: string, of: readonly string[]): Promise<Footer> => {
      const list = ['i::INTEGER AS id', ...of.map((column) => `${columns[column]} AS ${column}`)];
      const options = 'ROW_GROUP_SIZE 2048, COMPRESSION zstd';
      await witness.run(
        `COPY (SELECT ${list.join(', ')} FROM range(5000) t(i)) TO '${path(name)}' (${options})`,
      );
      return readFooter(path(name));
    };
    const names = Object.keys(columns);
    const even = names.filter((_, i) => i % 2 === 0);
    const odd = names.filter((_, i) => i % 2 === 1);
    const footers = [await write('even', even), await write('odd', odd), await write('none', [])];
    const order = ['id', ...even, ...odd];
    const choices = [...order.slice(1).reverse(), 'id'].map((from) => ({ from, name: `new ${from}` }));
    for (const options of [{}, { columns: choices }, { targetRows: 1 }] satisfies SpliceOptions[]) {
      const outputs = await carryOut(planned(footers.map(allOf), options));
      const chosen = options.columns ?? order.map((from) => ({ from, name: from }));
      for (const output of outputs) expect(columnNames(output)).toEqual(chosen.map(({ name }) => name));
      for (const reader of readers) {
        const seen = (await Promise.all(outputs.map(({ path: out }) => reader.rows(out)))).flat();
        const wanted = (await Promise.all(footers.map(({ path: from }) => reader.rows(from)))).flat();
        expect(seen.length, reader.name).toBe(15_000);
        const expectedRows = wanted.map((row) =>
          Object.fromEntries(chosen.map(({ from, name }) => [name, row[from] ?? 'null'])),
        );
        // one of the readers says "undefined" of a list or a struct that is NULL, whoever wrote it
        const text = JSON.stringify(seen).replaceAll('"undefined"', '"null"');
        expect(text === JSON.stringify(expectedRows), reader.name).toBe(true);
      }
      // the statistics say it too: a reader leaves out whole row groups by them
      const nulls = async (list: readonly Footer[], one: string, other: string): Promise<string[][]> =>
        witness.rows(
          `SELECT count(*) FROM read_parquet([${list.map((of) => `'${of.path}'`).join(', ')}], union_by_name = true)
           WHERE "${one}" IS NULL AND "${other}" IS NULL`,
        );
      const [one = '', other = ''] = ['number', 'lists'].map(
        (name) => chosen.find(({ from }) => from === name)?.name,
      );
      expect(await nulls(outputs, one, other)).toEqual(await nulls(footers, 'number', 'lists'));
    }
    const [first] = footers;
    if (first === undefined) throw new Error('there is no file');
    const [only] = await carryOut(planned([{ footer: first, rowGroups: [1] }], { models: footers }));
    expect(columnNames(only ?? first)).toEqual(order);
  });

  it('makes a file without rows where no row group is wanted', async () => {
    const footer = await readFooter(samples[0] ?? '');
    const [empty] = await carryOut(planned([{ footer, rowGroups: [] }]));
    expect(empty?.rows).toBe(0);
    expect(await witness.rows(`SELECT count(*) FROM read_parquet('${empty?.path}')`)).toEqual([['0']]);
    expect(columnNames(empty ?? footer)).toEqual(columnNames(footer));
  });

  it.each([
    ['the column and offset indexes', { usePageIndex: true, useOffsetIndex: true }],
    ['the bloom filters', { useBloomFilters: true, useOffsetIndex: true }],
    ['all of them', { useBloomFilters: true, usePageIndex: true, useOffsetIndex: true }],
  ])(
    'keeps indexes and bloom filters so that filtered reads are right, and read less, by %s',
    async (_, use) => {
      const source = await readFooter(samples.find((path) => path.includes('hyparquet')) ?? '');
      const columns = ['words', 'id', 'wide', 'real'].map((from) => ({ from, name: `${from}2` }));
      const [output] = await carryOut(
        planned([allOf(source), { footer: source, rowGroups: [1] }], { columns }),
      );
      const bytes = await readFile(output?.path ?? '');
      const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
      const metadata = parquetMetadata(file);
      expect(metadata.row_groups).toHaveLength(4);
      for (const group of metadata.row_groups) {
        expect(group.columns[1]?.offset_index_offset).toBeGreaterThan(0n);
        expect(group.columns[1]?.column_index_offset).toBeGreaterThan(0n);
        expect(group.columns[1]?.meta_data?.bloom_filter_offset).toBeGreaterThan(0n);
        // By the statistics of row groups alone nothing is left out: what is not read is so by the index.
        if (group.columns[1]?.meta_data !== undefined) delete group.columns[1].meta_data.statistics;
      }
      for (const id of [0, 777, 1234, 2999, 5000]) {
        const filtered = async (how: object): Promise<{ rows: Record<string, unknown>[]; read: number }> => {
          const counted = new CountedFile(file);
          const filter = { id2: { $eq: id } };
          const rows = await parquetReadObjects({ file: counted, metadata, compressors, filter, ...how });
          return { rows, read: counted.read };
        };
        const { rows, read } = await filtered(use);
        const times = id >= 3000 ? 0 : id >= 1000 && id < 2000 ? 2 : 1;
        expect(rows.map((row) => [row.id2, row.wide2, row.words2])).toEqual(
          Array.from({ length: times }, () => [
            id,
            BigInt(id) * 1_000_003n,
            `a word that is longer than others ${id}`,
          ]),
        );
        const without = await filtered({
          useBloomFilters: false,
          usePageIndex: false,
          useOffsetIndex: false,
        });
        expect(without.rows).toEqual(rows);
        expect(read).toBeLessThan(without.read * 0.7);
        expect(await witness.rows(`SELECT count(*) FROM '${output?.path}' WHERE id2 = ${id}`)).toEqual([
          [String(times)],
        ]);
      }
    },
  );

  it('keeps the page indexes of other writers, so that filtered reads are right by them alone, and read less', async () => {
    const others = samples.filter((path) => /pyarrow-v1-indexed|parquet-java|parquet-go|arrow-rs/.test(path));
    expect(others.length).toBeGreaterThanOrEqual(6);
    for (const path of others) {
      const footer = await readFooter(path);
      const rowGroups = footer.rowGroups.map((_, i) => i).reverse();
      const [output] = await carryOut(planned([{ footer, rowGroups }, allOf(footer)]));
      const bytes = await readFile(output?.path ?? '');
      const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
      const metadata = parquetMetadata(file);
      const leaf = footer.schema.children.find(({ name }) => name === 'id')?.firstLeaf ?? -1;
      for (const group of metadata.row_groups) {
        const chunk = group.columns[leaf];
        expect(chunk?.column_index_offset, basename(path)).toBeGreaterThan(0n);
        if (chunk?.meta_data !== undefined) delete chunk.meta_data.statistics;
      }
      const ids = await witness.rows(`SELECT DISTINCT id FROM '${path}' ORDER BY hash(id) LIMIT 2`);
      for (const id of [...ids.map(([text]) => Number(text)), 123_456]) {
        const filtered = async (how: object): Promise<{ found: number; read: number }> => {
          const counted = new CountedFile(file);
          const isWide = footer.leaves[leaf]?.type === 'INT64';
          const filter = { id: { $eq: isWide ? BigInt(id) : id } };
          const rows = await parquetReadObjects({ file: counted, metadata, compressors, filter, ...how });
          return { found: rows.filter((row) => Number(row.id) === id).length, read: counted.read };
        };
        const [[times] = []] = await witness.rows(`SELECT count(*) FROM '${path}' WHERE id = ${id}`);
        const by = await filtered({ usePageIndex: true, useOffsetIndex: true, useBloomFilters: false });
        const without = await filtered({
          usePageIndex: false,
          useOffsetIndex: false,
          useBloomFilters: false,
        });
        expect([by.found, without.found], `${basename(path)}, ${id}`).toEqual([
          2 * Number(times),
          2 * Number(times),
        ]);
        expect(by.read, `${basename(path)}, ${id}`).toBeLessThan(without.read);
      }
    }
  });

  it('keeps the bloom filters of other writers, which the engine then asks', async () => {
    const own = join(folder, 'duckdb-bloom.parquet');
    // Every row group has the same least and greatest value: only its filter tells what it does not have.
    await witness.run(
      `COPY (SELECT CASE WHEN i % 2048 = 0 THEN -1 WHEN i % 2048 = 1 THEN 1000000000 ELSE (i // 2048) * 1000 + i % 100 END AS id FROM range(20480) t(i)) TO '${own}' (ROW_GROUP_SIZE 2048)`,
    );
    const others = samples.filter((path) => /pyarrow-v1-indexed|parquet-java|parquet-go/.test(path));
    expect(others).toHaveLength(5);
    for (const path of [own, ...others]) {
      const footer = await readFooter(path);
      const rowGroups = footer.rowGroups.map((__, i) => i).reverse();
      const [output] = await carryOut(planned([{ footer, rowGroups }, allOf(footer)]));
      const excluded = async (of: string, id: number): Promise<string[]> =>
        (
          await witness.rows(
            `SELECT bloom_filter_excludes FROM parquet_bloom_probe('${of}', 'id', ${id}) ORDER BY row_group_id`,
          )
        ).map(([no]) => no ?? '');
      for (const id of [1, 5, 250, 3050, 9007, 123_456]) {
        const before = await excluded(path, id);
        expect(await excluded(output?.path ?? '', id), `${basename(path)}, ${id}`).toEqual([
          ...before.toReversed(),
          ...before,
        ]);
        const count = async (of: string): Promise<number> =>
          Number((await witness.rows(`SELECT count(*) FROM '${of}' WHERE id = ${id}`))[0]?.[0]);
        expect(await count(output?.path ?? '')).toBe(2 * (await count(path)));
      }
      expect(await excluded(path, 123_456)).toContain('true');
    }
  });

  it('stops when it is told to, and leaves no file', async () => {
    const footer = await readFooter(flights);
    const plan = planned([{ footer, rowGroups: [0, 1, 2, 4, 5, 6] }]);
    const path = join(folder, 'stopped.parquet');
    const stop = new AbortController();
    let copied = 0;
    const running = executeSplice(plan, [path], {
      signal: stop.signal,
      onBytes: (bytes) => {
        copied += bytes;
        stop.abort(new Error('enough'));
      },
    });
    await expect(running).rejects.toThrow('enough');
    expect(copied).toBeGreaterThan(0);
    await expect(readFile(path)).rejects.toThrow('ENOENT');
  });

  it('tells the bytes it has copied', async () => {
    const footer = await readFooter(flights);
    const plan = planned([{ footer, rowGroups: [3, 7] }]);
    let copied = 0;
    await executeSplice(plan, [join(folder, 'told.parquet')], {
      onBytes: (bytes) => {
        copied += bytes;
      },
      sync: true,
    });
    expect(copied).toBe(plan.data_bytes);
  });

  it('notices that an input is not what it was', async () => {
    const path = join(folder, 'changing.parquet');
    await witness.run(`COPY (SELECT 1 AS a) TO '${path}'`);
    const plan = planned([allOf(await readFooter(path))]);
    await witness.run(`COPY (SELECT 2 AS a) TO '${path}'`);
    const out = join(folder, 'changed.parquet');
    await expect(executeSplice(plan, [out])).rejects.toMatchObject({ code: 'PARQUET_CHANGED' });
    await rm(path);
    await expect(executeSplice(plan, [out])).rejects.toMatchObject({ code: 'PATH_NOT_FOUND' });
    await expect(readFile(out)).rejects.toThrow('ENOENT');
  });

  it('does not write over a file', async () => {
    const footer = await readFooter(samples[0] ?? '');
    const plan = planned([{ footer, rowGroups: [0] }]);
    await expect(executeSplice(plan, [samples[1] ?? ''])).rejects.toMatchObject({
      code: 'PATH_NOT_WRITABLE',
    });
    expect((await readFooter(samples[1] ?? '')).rows).toBe(2200);
  });
});
