import { describe, expect, it } from 'vitest';
import { driftOf } from '../../src/core/drift.js';
import { changeRules, defaultSchemaSettings } from '../../src/core/schema-rules.js';
import { useWorkplace } from '../integration/workplace.js';
import { codeOf, project, run } from './cases.js';

const place = useWorkplace();

describe('a type that the configuration says', () => {
  const go = async (home: string, more = '') => {
    await place.file(
      'hygge.yml',
      `flows:\n  f:\n    home: ${home}\n    store: out\n    run_type: incremental\n${more}`,
    );
    const { coordinator } = await place.project();
    return (await coordinator.start()).flows[0];
  };

  it('is what the store gets where it holds all that is there, though the home has another', async () => {
    await place.parquet('in.parquet', 'SELECT 1 AS id, 10::SMALLINT AS n');
    expect((await go('in.parquet'))?.error).toBeNull();
    const flow = await go('in.parquet', '    columns: { id: id, n: { from: n, as: BIGINT } }\n');
    expect(flow?.error).toBeNull();
    expect(flow?.schema_changes?.[0]?.message).toMatch(/was SMALLINT and is declared as BIGINT now/);
    const read = `read_parquet('${place.at('out')}/*.parquet', union_by_name = true)`;
    expect(await place.witness.rows(`SELECT DISTINCT typeof(n) FROM ${read}`)).toEqual([['BIGINT']]);
  });

  it.each(['parquet', 'csv'])('is an error where it does not, and never made wider: %s', async (type) => {
    await place.parquet('in.parquet', 'SELECT 1 AS id, 5000000000 AS n');
    await place.file('in.csv', 'id,n\n1,5000000000\n');
    const home = (as: string) =>
      type === 'csv' ? `{ type: csv, path: in.csv, columns: { id: INTEGER, n: ${as} } }` : 'in.parquet';
    const columns = (as: string) =>
      type === 'csv' ? '' : `    columns: { id: id, n: { from: n, as: ${as} } }\n`;
    expect((await go(home('BIGINT'), columns('BIGINT')))?.error).toBeNull();
    const narrow = await go(home('INTEGER'), columns('INTEGER'));
    expect(narrow?.error?.code).toBe('SCHEMA_DRIFT');
    expect(narrow?.error?.message).toMatch(/was BIGINT and is declared as INTEGER now; not every value/);
  });

  it('may be any where all rows are replaced', () => {
    const column = (kind: 'bigint' | 'date') => [{ name: 'n', type: { kind }, nullable: true }];
    const drift = driftOf({
      kept: column('bigint'),
      given: column('date'),
      rules: changeRules(defaultSchemaSettings, 'replace'),
      mode: 'replace',
      isChosen: false,
      declared: new Set(['n']),
      keptFirst: false,
    });
    expect(drift.output).toEqual(column('date'));
    expect(drift.settling).toBeNull();
  });
});

describe('a UNION out of a parquet file', () => {
  it('is copied, and cannot be merged: the plan says so', async () => {
    await place.parquet(
      'in.parquet',
      'SELECT 1 AS id, union_value(a := 1)::UNION(a INTEGER, b VARCHAR) AS u',
    );
    expect(codeOf((await run(await project(place, { store: 'out' }))).result)).toBeNull();
    const merge = await project(place, { store: 'other', run_type: 'merge', key: true });
    const [outcome] = await merge.plan();
    expect(outcome?.error?.code).toBe('TYPE_UNSUPPORTED');
    expect(outcome?.error?.message).toMatch(/column "u".*UNION out of a parquet file/);
  });
});
