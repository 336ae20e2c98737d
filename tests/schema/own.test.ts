import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { useWorkplace } from '../integration/workplace.js';
import { codeOf, project, run } from './cases.js';

const place = useWorkplace();
const given = "SELECT 1 AS id, 'a' AS name, 10::INTEGER AS n";

/** A run of a flow with these keys: its error, what it told, and the columns of its store with their types. */
async function go(keys: readonly string[], more: { schema?: string; run_type?: string } = {}) {
  const coordinator = await project(place, { store: 'out', run_type: 'full_drop', keys, ...more });
  const { result } = await run(coordinator);
  const read = `read_parquet('${place.at('out')}/*.parquet', union_by_name = true)`;
  const columns = await place.witness.rows(
    `SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM ${read})`,
  );
  const told = result.flows[0]?.schema_changes?.map(({ message }) => message) ?? [];
  return { code: codeOf(result), told, columns: columns.map(([name, type]) => `${name} ${type}`) };
}

describe('a change of the own configuration', () => {
  it('of names and of columns that are made needs no leave', async () => {
    await place.parquet('in.parquet', given);
    const polished = (rules: string) => [`store: { path: out, polish: { ${rules} } }`];
    const flow = async (rules: string) => {
      await place.file(
        'hygge.yml',
        `flows:\n  f:\n    home: in.parquet\n    ${polished(rules).join('\n    ')}\n`,
      );
      const { coordinator } = await place.project();
      return (await run(coordinator)).result.flows[0];
    };
    for (const rules of [
      'columns: { case: pascal }, constants: [{ name: Origin, value: 1 }], hash_ids: [{ name: row, from_columns: [id] }]',
      'timestamps: [{ name: at }], constants: [{ name: Origin, value: here }]',
      'columns: { case: snake }, hash_ids: [{ name: at, from_columns: [id] }]',
      '',
    ])
      expect((await flow(rules))?.error).toBeNull();
    expect((await flow(''))?.schema_changes ?? []).toEqual([]);
  });

  it.each([
    ['the mode is strict', '{ mode: strict }', ['columns: [{ from: n, name: m }, "*"]']],
    ['a rule says that it stops', '{ on_missing_column: fail }', ['columns: [{ from: n, name: m }, "*"]']],
    ['a rule says so of new columns', '{ on_new_column: fail }', ['columns: [{ from: n, name: m }, "*"]']],
    ['a rule says so of types', '{ on_type_change: fail }', ['mask: { columns: { n: redact } }']],
  ])('needs leave where %s', async (_, schema, keys) => {
    await place.parquet('in.parquet', given);
    expect((await go([])).code).toBeNull();
    expect(await go(keys, { schema })).toMatchObject({
      code: 'SCHEMA_DRIFT',
      columns: ['id INTEGER', 'name VARCHAR', 'n INTEGER'],
    });
  });

  it('is followed with mode warn, which keeps the columns against the home alone', async () => {
    await place.parquet('in.parquet', given);
    const warn = { schema: '{ mode: warn }' };
    await go([], warn);
    const found = await go(['columns: [{ from: n, name: m }, id]'], warn);
    expect(found).toMatchObject({ code: null, columns: ['m INTEGER', 'id INTEGER'] });
    await place.parquet('in.parquet', `${given}, 1 AS extra`);
    expect((await go(['columns: [{ from: n, name: m }, id, "*"]'], warn)).columns).toEqual([
      'm INTEGER',
      'id INTEGER',
    ]);
  });

  it('holds to the columns of the store where rows are added to it', async () => {
    await place.parquet('in.parquet', given);
    await go([], { run_type: 'incremental' });
    await place.parquet('in.parquet', given.replace('1 AS id', '2 AS id'));
    const found = await go(['columns: [{ from: n, name: m }, "*"]'], { run_type: 'incremental' });
    expect(found.code).toBeNull();
    expect(found.columns.sort()).toEqual(['id INTEGER', 'm INTEGER', 'n INTEGER', 'name VARCHAR']);
    const masked = await go(['mask: { columns: { n: redact } }'], { run_type: 'incremental' });
    expect(masked.code).toBe('SCHEMA_DRIFT');
  });

  it('is none where a column stays as wide as it was, run after run', async () => {
    await place.parquet('in.parquet', given);
    await go([]);
    await place.parquet('in.parquet', given.replace('10::INTEGER', '10::SMALLINT'));
    for (const _ of [1, 2, 3])
      expect(await go([])).toMatchObject({
        code: null,
        columns: ['id INTEGER', 'name VARCHAR', 'n INTEGER'],
        told: [expect.stringMatching(/"n" was INTEGER and is SMALLINT now: it stays INTEGER/)],
      });
  });

  it('is known from what columns were made of, which the kept schema tells where it is not plain', async () => {
    await place.parquet('in.parquet', given);
    await go(['columns: [id, { from: name, name: title }, { from: n, as: double }]']);
    const text = readFileSync(place.at('.hygge/schemas/f.yml'), 'utf8');
    expect(text).toMatch(/name: id\n {4}type: INTEGER\n {4}nullable: true\n/);
    expect(text).toMatch(/name: title\n {4}type: VARCHAR\n {4}nullable: true\n {4}from: name\n/);
    expect(text).toMatch(/name: n\n {4}type: DOUBLE\n {4}nullable: true\n {4}home_type: INTEGER\n/);
    // The home has another type now: that is not the configuration's doing.
    await place.parquet('in.parquet', "SELECT 1 AS id, 'a' AS name, DATE '2024-01-01' AS n");
    expect((await go(['columns: [id, { from: name, name: title }, n]'])).code).toBe('SCHEMA_DRIFT');
  });
});
