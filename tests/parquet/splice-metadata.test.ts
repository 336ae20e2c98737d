import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { executeSplice, type Footer, planSplice, readFooter } from '../../src/parquet/index.js';
import type { SpliceOptions } from '../../src/parquet/splice/plan.js';
import { encodeMovedRowGroup } from '../../src/parquet/splice/row-group.js';
import { integerOf, isStruct, listOf, withField } from '../../src/parquet/thrift/access.js';
import { decodeThrift } from '../../src/parquet/thrift/decode.js';
import { encodeThrift } from '../../src/parquet/thrift/encode.js';
import { thriftType } from '../../src/parquet/thrift/tree.js';
import { Witness } from './engine.js';
import { fields } from './synthetic.js';

let folder: string;
let witness: Witness;
let made = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hygge-metadata-'));
  witness = await Witness.open();
});
afterAll(async () => {
  witness.close();
  await rm(folder, { recursive: true });
});

/** A file with two row groups and these pairs. */
async function fileWith(pairs: Record<string, string>, select = 'i AS a, i * 2 AS b'): Promise<Footer> {
  const path = join(folder, `${made++}.parquet`);
  const text = Object.entries(pairs).map(([key, value]) => `"${key}": '${value.replaceAll("'", "''")}'`);
  const metadata = text.length === 0 ? '' : `, KV_METADATA {${text.join(', ')}}`;
  await witness.run(
    `COPY (SELECT ${select} FROM range(4000) t(i)) TO '${path}' (ROW_GROUP_SIZE 2048${metadata})`,
  );
  return readFooter(path);
}

/** The pairs of what is made of some files, by key, and the plan's notes. */
async function spliced(
  footers: readonly Footer[],
  options: SpliceOptions = {},
  rowGroups: number[] = [1, 0],
): Promise<{ pairs: Record<string, string | null>; notes: readonly string[]; footer: Footer }> {
  const plan = planSplice(
    footers.map((footer) => ({ footer, rowGroups })),
    options,
  );
  if ('impossible' in plan) throw new Error(plan.impossible);
  const path = join(folder, `${made++}.parquet`);
  await executeSplice(plan, [path]);
  const footer = await readFooter(path);
  return {
    pairs: Object.fromEntries(footer.keyValues.map(({ key, value }) => [key, value])),
    notes: plan.notes,
    footer,
  };
}

const onlyA = { columns: [{ from: 'a', name: 'a' }] };

describe('the metadata of spliced files', () => {
  it('keeps what is still true, and says what it leaves out', async () => {
    const own = { author: 'somebody', 'ARROW:schema': 'x', pandas: '{}', 'parquet.avro.schema': '{}' };
    const file = await fileWith(own);
    const same = await spliced([file]);
    expect(same.pairs).toEqual({
      author: 'somebody',
      'ARROW:schema': 'x',
      'parquet.avro.schema': '{}',
      'hygge.spliced': expect.stringMatching(/^\{"version":"[^"]+","files":1\}$/),
    });
    expect(same.notes).toEqual(['the metadata "pandas" was left out, since it describes other rows']);
    const narrowed = await spliced([file], onlyA);
    expect(Object.keys(narrowed.pairs)).toEqual(['author', 'hygge.spliced']);
    expect(narrowed.notes).toHaveLength(3);
  });

  it('keeps of several files what they agree on', async () => {
    const first = await fileWith({ author: 'one', project: 'p', only: 'here' });
    const second = await fileWith({ author: 'two', project: 'p', other: 'there' });
    const { pairs, notes } = await spliced([first, second]);
    expect(Object.keys(pairs)).toEqual(['project', 'hygge.spliced']);
    expect(notes.join('\n')).toMatch(/"author".*agree/s);
    expect(notes.join('\n')).toMatch(/"only".*agree/s);
    expect(notes.join('\n')).toMatch(/"other".*not every file/s);
  });

  it('does not tell of splicing twice', async () => {
    const once = await spliced([await fileWith({})]);
    const twice = await spliced([once.footer]);
    expect(twice.footer.keyValues.filter(({ key }) => key === 'hygge.spliced')).toHaveLength(1);
    expect(twice.notes).toEqual([]);
  });

  it('takes GeoParquet along with its columns', async () => {
    const column = { encoding: 'WKB', geometry_types: ['Point'], bbox: [0, 0, 1, 1] };
    const geo = JSON.stringify({ version: '1.1.0', primary_column: 'g', columns: { g: column, h: column } });
    const point = `unhex('0101000000000000000000F03F000000000000F03F')`;
    const file = await fileWith({ geo }, `i AS a, ${point} AS g, ${point} AS h`);
    expect((await spliced([file])).pairs.geo).toBe(geo);
    const choice = [
      { from: 'a', name: 'a' },
      { from: 'h', name: 'place' },
    ];
    const { pairs, footer } = await spliced([file, file], { columns: choice });
    expect(JSON.parse(pairs.geo ?? '')).toEqual({
      version: '1.1.0',
      primary_column: 'place',
      columns: { place: { encoding: 'WKB', geometry_types: ['Point'] } },
    });
    const [described] = await witness.rows(
      `SELECT column_type FROM (DESCRIBE FROM '${footer.path}') WHERE column_name = 'place'`,
    );
    expect(described?.[0]).toMatch(/^GEOMETRY/);
    expect((await spliced([file], onlyA)).pairs.geo).toBeUndefined();
    const bytes = await fileWith({}, `i AS a, ${point} AS g, ${point} AS h`);
    const plan = planSplice([file, bytes].map((footer) => ({ footer, rowGroups: [0] })));
    expect(plan).toEqual({ impossible: expect.stringMatching(/geometries/) });
  });

  it('keeps the order of rows that is still one', async () => {
    const file = await fileWith({});
    const [group] = file.rowGroups;
    if (group === undefined) throw new Error('there is no row group');
    const { i32, true: yes, list, struct } = thriftType;
    const by = (column: number) => fields([1, i32, column], [2, yes, true], [3, yes, false]);
    const sorting = { kind: 'list', element: struct, values: [by(1), by(0)] } as const;
    const raw = encodeThrift(withField(decodeThrift(group.raw, { path: '' }), 4, list, sorting));
    const { rows, totalBytes, columns, lengthsApart } = group;
    const changed = { rows, totalBytes, columns, lengthsApart, raw };
    const [a, b] = [0, 1];
    const sorted = (leaves: number[]): (number | null)[] | undefined => {
      const chosen = leaves.map((leaf) => ({ leaf, rename: null }));
      const bytes = encodeMovedRowGroup(changed, chosen, { start: 4, ordinal: 0, path: '' });
      return listOf(decodeThrift(bytes, { path: '' }), 4)
        ?.values.filter(isStruct)
        .map((value) => integerOf(value, 1));
    };
    expect(sorted([a, b])).toEqual([1, 0]);
    expect(sorted([b, a])).toEqual([0, 1]);
    expect(sorted([b])).toEqual([0]);
    expect(sorted([a])).toBeUndefined();
  });
});

describe('the writer that spliced files name', () => {
  it('is the one whose bytes they are, and hygge where there are several', async () => {
    const file = await fileWith({});
    const other = { ...file, createdBy: 'parquet-mr version 1.13.0 (build x)' };
    const input = (footer: Footer) => ({ footer, rowGroups: [0] });
    expect((await spliced([file, file])).footer.createdBy).toBe(file.createdBy);
    expect((await spliced([file, other])).footer.createdBy).toMatch(/^hygge version \d/);
    const faulty = { ...file, createdBy: 'parquet-mr version 1.9.0 (build x)' };
    expect(planSplice([input(faulty)])).not.toHaveProperty('impossible');
    expect(planSplice([input(file), input(faulty)])).toEqual({
      impossible: expect.stringMatching(/parquet-mr version 1\.9\.0 .*statistics/),
    });
    expect(planSplice([input({ ...file, createdBy: 'parquet-mr version 1.2.8' })])).toEqual({
      impossible: expect.stringMatching(/wrong sizes/),
    });
  });
});
