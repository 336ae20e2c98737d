import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { typeName } from '../../src/core/types.js';
import { logicalSchema, readFooter } from '../../src/parquet/index.js';
import { thriftType } from '../../src/parquet/thrift/tree.js';
import { Witness } from './engine.js';
import { type Element, emptyMetadata, fields, fileOf, union } from './synthetic.js';

let folder: string;
let witness: Witness;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hygge-parquet-'));
  witness = await Witness.open();
});
afterAll(async () => {
  witness.close();
  await rm(folder, { recursive: true });
});

/** Names and types by the engine's reader; a geometry's coordinate system is not part of ours. */
const described = async (path: string): Promise<string[]> =>
  (
    await witness.rows(
      `SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM read_parquet('${path}'))`,
    )
  ).map(([name, type]) => `${name} ${plainType(type ?? '')}`);

const ours = async (path: string): Promise<string[]> =>
  logicalSchema(await readFooter(path)).map((column) => `${column.name} ${plainType(typeName(column.type))}`);

/** The engine leaves quotes out where it can. */
const plainType = (type: string): string =>
  type.replace(/GEOMETRY\('.*?'\)/g, 'GEOMETRY').replaceAll('"', '');

/** Both answers for files that hold one column each; "refused" where there is none. */
async function compare(columns: readonly Element[], keyValues?: Record<string, string>): Promise<string[]> {
  const differences: string[] = [];
  for (const [i, column] of columns.entries()) {
    const path = join(folder, `one-${i}.parquet`);
    await writeFile(path, fileOf(emptyMetadata([column], keyValues)));
    const theirs = await described(path).catch(() => ['refused']);
    const mine = await ours(path).catch(() => ['refused']);
    if (String(theirs) !== String(mine)) {
      differences.push(`${JSON.stringify(column)}: ${mine}, but the engine says ${theirs}`);
    }
  }
  return differences;
}

const physicalTypes = [0, 1, 2, 3, 4, 5, 6, 7];
const { i8, i32 } = thriftType;
const flag = (id: number, value: boolean) => [id, thriftType.true, value] as const;

describe('logicalSchema', () => {
  it('sees every type that the engine writes as the engine reads it', async () => {
    const path = join(folder, 'all.parquet');
    await witness.run(`COPY (SELECT * EXCLUDE "union" FROM test_all_types()) TO '${path}'`);
    const expected = await described(path);
    expect(expected.length).toBeGreaterThan(50);
    expect(await ours(path)).toEqual(expected);
  });

  it('sees the flights as the engine does', async () => {
    const path = 'node_modules/vega-datasets/data/flights-3m.parquet';
    expect(await ours(path)).toEqual(await described(path));
    expect((await readFooter(path)).rows).toBe(3_000_000);
  });

  it('agrees with the engine on every converted type over every physical type', async () => {
    const columns = physicalTypes.flatMap((type) =>
      Array.from({ length: 26 }, (_, converted) => ({
        ...{ name: 'c', type, converted, length: 4 },
        ...{ scale: 2, precision: 9 },
      })),
    );
    expect(await compare([...columns, ...physicalTypes.map((type) => ({ name: 'c', type }))])).toEqual([]);
  });

  it('agrees with the engine on every annotation over every physical type', async () => {
    const units = [1, 2, 3, 4].map((unit) => union(unit));
    const timed = [7, 8].flatMap((id) =>
      [true, false].flatMap((utc) =>
        units.map((unit) => union(id, fields(flag(1, utc), [2, thriftType.struct, unit]))),
      ),
    );
    const annotations = [
      ...[1, 2, 3, 4, 6, 11, 12, 13, 14, 15, 17, 18, 19, 40].map((id) => union(id)),
      ...timed,
      union(5, fields([1, i32, 2], [2, i32, 9])),
      union(10, fields([1, i8, 16], flag(2, true))),
      union(10, fields([1, i8, 64], flag(2, false))),
    ];
    const columns = physicalTypes.flatMap((type) =>
      annotations.flatMap((logical) =>
        [2, 16].map((length) => ({ name: 'c', type, logical, length }) satisfies Element),
      ),
    );
    expect(await compare(columns)).toEqual([]);
  });

  it('agrees with the engine on decimals of all widths', async () => {
    const sizes = [
      [1, 0],
      [9, 9],
      [18, 3],
      [38, 37],
      [39, 2],
    ];
    const columns = sizes.flatMap(([precision = 0, scale = 0]) =>
      [1, 2, 6, 7].map((type) => ({ name: 'c', type, converted: 5, precision, scale, length: 16 })),
    );
    expect(await compare([...columns, { name: 'c', type: 7 }, { name: 'c', type: 1, converted: 5 }])).toEqual(
      [],
    );
  });

  it('refuses what the engine takes but cannot read: impossible decimals, groups without fields', async () => {
    const impossible: Element[] = [
      { name: 'c', type: 1, converted: 5, precision: 5, scale: 6 },
      { name: 'c', type: 1, converted: 5, precision: 0, scale: 0 },
      { name: 'c', children: [] },
    ];
    for (const [i, column] of impossible.entries()) {
      const path = join(folder, `impossible-${i}.parquet`);
      await writeFile(path, fileOf(emptyMetadata([{ name: 'a', type: 1 }, column])));
      await expect(ours(path)).rejects.toMatchObject({
        code: 'PARQUET_TYPE_UNSUPPORTED',
        facts: { path, column: 'c' },
      });
    }
  });

  it('agrees with the engine on nested columns, old and new', async () => {
    const leaf = (name: string, repetition = 1): Element => ({ name, type: 1, repetition });
    const group = (name: string, children: Element[], more: Partial<Element> = {}): Element => ({
      name,
      children,
      ...more,
    });
    const repeated = { repetition: 2 };
    const asList = { converted: 3 };
    const asMap = { converted: 1 };
    const columns: Element[] = [
      leaf('plain', 0),
      leaf('repeated', 2),
      group('struct', [leaf('a'), leaf('b', 0)]),
      group('one', [leaf('a')]),
      group('repeatedOne', [leaf('a')], repeated),
      group('repeatedTwo', [leaf('a'), leaf('b')], repeated),
      group('list', [group('list', [leaf('element')], repeated)], asList),
      group('list', [group('bag', [leaf('array_element')], repeated)], asList),
      group('list', [leaf('array', 2)], asList),
      group('list', [group('array', [leaf('a'), leaf('b')], repeated)], asList),
      group('list', [group('list', [leaf('a'), leaf('b')], repeated)], { ...asList, logical: union(3) }),
      group('list', [group('list', [leaf('element')], repeated)], { logical: union(3) }),
      group(
        'lists',
        [group('list', [group('element', [group('list', [leaf('element')], repeated)], asList)], repeated)],
        asList,
      ),
      group('map', [group('key_value', [leaf('key', 0), leaf('value')], repeated)], asMap),
      group('map', [group('map', [leaf('key', 0), leaf('value')], { ...repeated, converted: 2 })], asMap),
      group('map', [group('map', [leaf('key', 0), leaf('value')], { ...repeated, converted: 2 })]),
      group('map', [group('key_value', [leaf('key', 0)], repeated)], asMap),
      group('map', [group('key_value', [leaf('key', 0), leaf('value')])], asMap),
      group('map', [group('key_value', [leaf('key', 0), leaf('value')], repeated)], { logical: union(2) }),
      group('map', [leaf('key', 0), leaf('value')], asMap),
      group(
        'variant',
        [
          { name: 'metadata', type: 6, repetition: 0 },
          { name: 'value', type: 6 },
        ],
        {
          logical: union(16),
        },
      ),
      group(
        'shredded',
        [
          { name: 'metadata', type: 6, repetition: 0 },
          { name: 'value', type: 6 },
          { name: 'typed_value', type: 1 },
        ],
        { logical: union(16) },
      ),
      group('list', [group('list', [{ name: 'element', type: 6, logical: union(11) }], repeated)], asList),
      group('struct', [{ name: 'a', type: 6, logical: union(11) }, leaf('b')]),
      group('same', [leaf('a'), leaf('A'), leaf('a'), leaf('a_1')]),
    ];
    expect(await compare(columns)).toEqual([]);
  });

  it('agrees with the engine on names that differ in case alone, and on GeoParquet', async () => {
    const path = join(folder, 'names.parquet');
    const names = ['a', 'A', 'ä', 'Ä', 'a', 'a_1', 'A_2', ''];
    await writeFile(path, fileOf(emptyMetadata(names.map((name) => ({ name, type: 1 })))));
    expect(await ours(path)).toEqual(await described(path));
    const geo = JSON.stringify({
      version: '1.0.0',
      primary_column: 'g',
      columns: { g: { encoding: 'WKB', geometry_types: [] } },
    });
    const geometry = { name: 'g', type: 6 };
    const struct = { name: 's', children: [geometry] };
    expect(await compare([geometry, struct, { name: 'g', type: 6, repetition: 2 }], { geo })).toEqual([]);
    expect(await compare([geometry], { geo: '{' })).toEqual([]);
  });
});
