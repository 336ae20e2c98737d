import { describe, expect, it } from 'vitest';
import type { Row } from '../../src/core/batch.js';
import { typeName } from '../../src/core/types.js';
import { inferSchema, rowsToBatch } from '../../src/engine/index.js';
import { errorOf } from './support.js';

const types = (rows: readonly Row[]): Record<string, string> =>
  Object.fromEntries(inferSchema(rows).map((column) => [column.name, typeName(column.type)]));

describe('a schema from plain objects', () => {
  it('knows the type of every kind of value', () => {
    const row = {
      whole: 1,
      part: 1.5,
      big: 1n,
      huge: 2n ** 100n,
      text: 'a',
      flag: true,
      when: new Date(0),
      bytes: new Uint8Array(1),
      nothing: null,
      many: [1, 2.5],
      none: [],
      deep: { a: [{ b: 'x' }] },
      pairs: new Map([['a', 1]]),
      empty: {},
    };
    expect(types([row])).toEqual({
      whole: 'BIGINT',
      part: 'DOUBLE',
      big: 'BIGINT',
      huge: 'HUGEINT',
      text: 'VARCHAR',
      flag: 'BOOLEAN',
      when: 'TIMESTAMP WITH TIME ZONE',
      bytes: 'BLOB',
      nothing: 'VARCHAR',
      many: 'DOUBLE[]',
      none: 'VARCHAR[]',
      deep: 'STRUCT("a" STRUCT("b" VARCHAR)[])',
      pairs: 'MAP(VARCHAR, BIGINT)',
      empty: 'JSON',
    });
    const batch = rowsToBatch([row], inferSchema([row]), { name: 'numbers' });
    expect(batch.rows).toBe(1);
    expect(batch.columns.flat().slice(0, 4)).toEqual([1n, 1.5, 1n, 2n ** 100n]);
  });

  it('widens without loss, and takes columns and fields that come later', () => {
    const rows = [
      { a: 1, b: null, s: { x: 1 } },
      { a: 2.5, b: 'x', s: { y: 'a' }, late: 1n },
      { s: {}, late: 2n ** 70n },
    ];
    expect(types(rows)).toEqual({
      a: 'DOUBLE',
      b: 'VARCHAR',
      s: 'STRUCT("x" BIGINT, "y" VARCHAR)',
      late: 'HUGEINT',
    });
    expect(rowsToBatch(rows, inferSchema(rows)).columns).toEqual([
      [1, 2.5, null],
      [null, 'x', null],
      [
        { x: 1n, y: null },
        { x: null, y: 'a' },
        { x: null, y: null },
      ],
      [null, 1n, 2n ** 70n],
    ]);
  });

  it('refuses types that have nothing in common, with the column and both rows', async () => {
    const rows = [{ a: null }, { a: 1 }, { a: 2 }, { a: 'x' }];
    const error = await errorOf(() => inferSchema(rows, 'people'));
    expect([error.code, error.message]).toEqual([
      'TYPES_MIXED',
      'people: column "a" is BIGINT in row 2, but VARCHAR in row 4',
    ]);
    expect((await errorOf(() => inferSchema([{ a: [1, true] }]))).code).toBe('TYPES_MIXED');
    expect((await errorOf(() => inferSchema([{ a: () => 1 }]))).code).toBe('VALUE_UNFIT');
  });

  it('does not make a double of a whole number that a double cannot hold', async () => {
    const rows = [{ a: 2n ** 53n + 1n }, { a: 0.5 }];
    const error = await errorOf(() => rowsToBatch(rows, inferSchema(rows)));
    expect([error.code, error.facts.row]).toEqual(['VALUE_UNFIT', 1]);
  });
});

describe('a batch from plain objects', () => {
  const schema = inferSchema([{ a: 1 }]);

  it('has a key that is no column refused, with its row', async () => {
    const error = await errorOf(() =>
      rowsToBatch([{ a: 1 }, { a: 2, b: 'x' }], schema, { name: 'people', firstRow: 10 }),
    );
    expect([error.code, error.message]).toEqual([
      'KEY_UNEXPECTED',
      'people: row 12 has the key "b" ("x"), which is no column',
    ]);
  });

  it('takes nothing from prototypes', () => {
    const columns = inferSchema([JSON.parse('{"toString": null, "__proto__": "x"}') as Row]);
    expect(columns.map((column) => column.name)).toEqual(['toString', '__proto__']);
    expect(rowsToBatch([{}], columns).columns).toEqual([[null], [null]]);
  });

  it('knows about how much memory it takes', () => {
    const rows = Array.from({ length: 100 }, () => ({ text: 'x'.repeat(1000) }));
    const { bytes } = rowsToBatch(rows, inferSchema(rows));
    expect(bytes).toBeGreaterThan(100_000);
    expect(bytes).toBeLessThan(200_000);
  });
});
