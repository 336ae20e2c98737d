import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LogicalType, type Schema, simpleKinds, type Value } from '../../src/core/types.js';
import { anyType, valuesOrNull } from './arbitrary.js';
import { collect, useEngine } from './support.js';

const held = useEngine();
const seed = 20_240_229;

/** The values as they come back from a table of the engine. */
async function thereAndBack(schema: Schema, columns: readonly (readonly Value[])[]): Promise<Value[][]> {
  const table = await held.session.table(schema);
  const rows = columns[0]?.length ?? 0;
  await table.append({ schema, rows, columns, bytes: 0 });
  const batches = await collect(held.session.batches(await table.relation()));
  await table.drop();
  return schema.map((_, i) => batches.flatMap((batch) => batch.columns[i] ?? []));
}

const column = (type: LogicalType): Schema[number] => ({ name: 'a', type, nullable: true });

describe('values come back from the engine as they went', () => {
  it.each(simpleKinds.map((kind) => ({ kind })))('$kind', async (type) => {
    await fc.assert(
      fc.asyncProperty(fc.array(valuesOrNull(type), { maxLength: 60, size: 'max' }), async (values) => {
        expect(await thereAndBack([column(type)], [values])).toStrictEqual([values]);
      }),
      { seed, numRuns: 12 },
    );
  });

  it('of decimals, enums and nested types', async () => {
    const tables = fc.array(anyType, { minLength: 1, maxLength: 6 }).chain((types) =>
      fc.integer({ min: 0, max: 12 }).chain((rows) =>
        fc.record({
          types: fc.constant(types),
          columns: fc.tuple(
            ...types.map((type) => fc.array(valuesOrNull(type), { minLength: rows, maxLength: rows })),
          ),
        }),
      ),
    );
    await fc.assert(
      fc.asyncProperty(tables, async ({ types, columns }) => {
        const schema = types.map((type, i) => ({ ...column(type), name: `column ${i}` }));
        expect(await thereAndBack(schema, columns)).toStrictEqual(columns.map((values) => [...values]));
      }),
      { seed, numRuns: 150 },
    );
  });

  it('of more rows than one chunk has, lists and texts included', async () => {
    const rows = 5000;
    const many = (value: (row: number) => Value): Value[] => Array.from({ length: rows }, (_, i) => value(i));
    const schema: Schema = [
      { name: 'n', nullable: true, type: { kind: 'integer' } },
      { name: 't', nullable: true, type: { kind: 'varchar' } },
      { name: 'l', nullable: true, type: { kind: 'list', element: { kind: 'varchar' } } },
    ];
    const columns = [
      many((i) => (i % 7 === 0 ? null : i)),
      many((i) => (i % 5 === 0 ? null : 'x'.repeat(i % 40))),
      many((i) => (i % 3 === 0 ? null : Array.from({ length: i % 4 }, (_, j) => `element ${i} ${j}`))),
    ];
    expect(await thereAndBack(schema, columns)).toStrictEqual(columns);
  });
});
