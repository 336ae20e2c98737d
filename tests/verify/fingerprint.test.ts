import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Batch } from '../../src/core/batch.js';
import { type Fingerprint, firstDifference } from '../../src/core/fingerprint.js';
import { type LogicalType, type Schema, simpleKinds, typeName, type Value } from '../../src/core/types.js';
import { BatchFingerprint, fingerprintOf, literal } from '../../src/engine/index.js';
import { anyType, valuesOrNull } from '../engine/arbitrary.js';
import { useEngine } from '../engine/support.js';

const held = useEngine();

const batchOf = (schema: Schema, values: readonly Value[]): Batch => ({
  schema,
  rows: values.length,
  columns: [values],
  bytes: values.length,
});
const columnOf = (type: LogicalType): Schema => [{ name: 'v', type, nullable: true }];

/** The fingerprint of some values, in batches as they are given. */
async function printOf(type: LogicalType, ...batches: (readonly Value[])[]): Promise<Fingerprint> {
  const print = new BatchFingerprint(held.session, columnOf(type));
  try {
    for (const values of batches) await print.add(batchOf(columnOf(type), values));
    return await print.end();
  } finally {
    await print.close();
  }
}

/** Each value as text that tells all values apart that are not the same. */
async function textsOf(type: LogicalType, values: readonly Value[]): Promise<string[]> {
  const table = await held.session.table(columnOf(type));
  await table.append(batchOf(columnOf(type), values));
  const { sql } = await table.relation();
  const tag = type.kind === 'union' ? 'union_tag(v)::VARCHAR' : "''";
  const rows = await held.session.rows(`SELECT ${tag}, v::VARCHAR FROM (${sql}) t(v)`);
  await table.drop();
  return rows.map((row) => JSON.stringify(row));
}

const sorted = (texts: readonly string[]): string => JSON.stringify([...texts].sort());

/** A type with values, and another list made from them by one change. */
const changed = (types: fc.Arbitrary<LogicalType>) =>
  types.chain((type) =>
    fc.record({
      type: fc.constant(type),
      values: fc.array(valuesOrNull(type), { minLength: 1, maxLength: 12 }),
      other: valuesOrNull(type),
      at: fc.nat(11),
      cut: fc.nat(12),
      how: fc.constantFrom('change', 'drop', 'repeat'),
    }),
  );

const eachKind = fc.constantFrom(...simpleKinds).map((kind): LogicalType => ({ kind }));

describe('the fingerprint of a column', () => {
  it.each([
    ['every simple type', eachKind, 100],
    ['types in types', anyType, 80],
  ])('changes with any one value, and not with the order: %s', async (_, types, numRuns) => {
    await fc.assert(
      fc.asyncProperty(changed(types), async ({ type, values, other, at, cut, how }) => {
        const place = at % values.length;
        const next = [...values];
        if (how === 'change') next[place] = other;
        else if (how === 'drop') next.splice(place, 1);
        else next.push(values[place] ?? null);

        const before = await printOf(type, values);
        const turned = [...values].reverse();
        expect(await printOf(type, turned.slice(0, cut), turned.slice(cut))).toEqual(before);

        const texts = [sorted(await textsOf(type, values)), sorted(await textsOf(type, next))];
        const difference = firstDifference(before, await printOf(type, next));
        expect({ type: typeName(type), same: difference === null }).toEqual({
          type: typeName(type),
          same: texts[0] === texts[1],
        });
      }),
      { numRuns, seed: 11 },
    );
  });

  it('knows NULL from an empty text, 0 from -0, and a value from its text', async () => {
    const print = async (sql: string): Promise<string> => {
      const schema = await held.session.describe(sql);
      const [column] = (await fingerprintOf(held.session, sql, schema)).columns;
      return `${column?.count} ${column?.hash}`;
    };
    const different = [
      "SELECT ''",
      'SELECT NULL::VARCHAR',
      "SELECT 'NULL'",
      'SELECT 0.0::DOUBLE',
      "SELECT '-0'::DOUBLE",
      "SELECT 'nan'::DOUBLE",
      "SELECT 'inf'::DOUBLE",
      'SELECT []::INTEGER[]',
      "SELECT ['a, b']",
      "SELECT ['a', 'b']",
      "SELECT ['NULL']",
      'SELECT [NULL::VARCHAR]',
      "SELECT ['']",
      'SELECT {a: NULL::INTEGER}',
      "SELECT INTERVAL '1 month'",
      "SELECT INTERVAL '30 days'",
    ];
    const hashes = await Promise.all(different.map(print));
    expect(new Set(hashes).size).toBe(different.length);
  });

  it('tells count, NULLs, least and greatest value', async () => {
    const sql = "SELECT * FROM (VALUES (3, 'b'), (NULL, 'a'), (-1, NULL), (3, NULL)) AS t(n, s)";
    const found = await fingerprintOf(held.session, sql, await held.session.describe(sql));
    expect(found).toMatchObject({
      by: 'values',
      rows: 4,
      columns: [
        { name: 'n', count: 3, nulls: 1, min: '-1', max: '3', hash: expect.stringMatching(/^[0-9a-f]{32}$/) },
        { name: 's', count: 2, nulls: 2, min: 'a', max: 'b' },
      ],
    });
  });

  it('is the same whether 0 or -0 comes first', async () => {
    const print = async (values: string) =>
      fingerprintOf(held.session, `SELECT * FROM (VALUES ${values}) AS t(v)`, columnOf({ kind: 'double' }));
    expect(await print("('-0'::DOUBLE), (0.0)")).toEqual(await print("(0.0), ('-0'::DOUBLE)"));
  });

  it('of whole rows notices values that have changed places', async () => {
    const schema: Schema = ['a', 'b'].map((name) => ({ name, type: { kind: 'integer' }, nullable: true }));
    const print = (values: string): Promise<Fingerprint> =>
      fingerprintOf(held.session, `VALUES ${values}`, schema);
    const [one, other] = [await print('(1, 10), (2, 20)'), await print('(1, 20), (2, 10)')];
    expect(one.columns).toEqual(other.columns);
    expect(firstDifference(one, other)).toMatchObject({ column: null, what: 'hash of all rows' });
  });

  it('of no rows at all is one, however they come', async () => {
    const none = await printOf({ kind: 'integer' });
    expect(none).toMatchObject({ rows: 0, columns: [{ count: 0, nulls: 0, min: null, max: null }] });
    const sql = 'SELECT 1 WHERE false';
    expect(await fingerprintOf(held.session, sql, columnOf({ kind: 'integer' }))).toEqual(none);
  });

  it('is the same before and after a parquet file, for every type that one can hold', async () => {
    const sql = 'SELECT * EXCLUDE (hugeint, uhugeint, time_tz, "interval") FROM test_all_types()';
    const schema = await held.session.describe(sql);
    const path = `${held.folder}/all.parquet`;
    await held.session.run(`COPY (${sql}) TO ${literal(path)}`);
    const back = `SELECT * FROM read_parquet(${literal(path)})`;
    const [before, after] = [
      await fingerprintOf(held.session, sql, schema),
      await fingerprintOf(held.session, back, schema),
    ];
    expect(firstDifference(before, after)).toBeNull();
    expect(after).toEqual(before);
  });

  it('can be made of a thousand columns', async () => {
    const columns = Array.from({ length: 1000 }, (_, i) => `i + ${i} AS c${i}`);
    const sql = `SELECT ${columns.join(', ')} FROM range(100) AS t(i)`;
    const found = await fingerprintOf(held.session, sql, await held.session.describe(sql));
    expect(found.columns[999]).toMatchObject({ name: 'c999', min: '999', max: '1098', count: 100 });
  });
});
