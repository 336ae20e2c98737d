import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtinRegistry, Coordinator, loadWorkspace } from '../../src/index.js';
import { openWitness, type Witness } from '../integration/witness.js';
import { bring, failure, file, fresh, runProject, workFolder } from './workbench.js';

const folder = workFolder();
let witness: Witness;
beforeAll(async () => {
  witness = await openWitness();
});
afterAll(() => witness.close());

/** More rows than are taken for typical of all. */
const many = 25_000;

interface Text {
  readonly type: 'csv' | 'ndjson';
  row(id: number, value: string): string;
  readonly head: string;
}
const csv: Text = { type: 'csv', head: 'id,value\n', row: (id, value) => `${id},${value}\n` };
const ndjson: Text = {
  type: 'ndjson',
  head: '',
  row: (id, value) => `{"id": ${id}, "value": ${value}}\n`,
};

const texts = ({ head, row }: Text, usual: string, last: readonly string[]): string =>
  head +
  Array.from({ length: many }, (_, i) => row(i, usual)).join('') +
  last.map((value, i) => row(many + i, value)).join('');

async function settled(store: string) {
  const from = `FROM read_parquet('${join(store, '*.parquet')}')`;
  const [column] = await witness.rows(
    `SELECT column_type FROM (DESCRIBE SELECT value ${from}) WHERE column_name = 'value'`,
  );
  const late = await witness.rows(`SELECT value::VARCHAR ${from} WHERE id >= ${many} ORDER BY id`);
  const [count] = await witness.rows(`SELECT count(*) ${from}`);
  return { type: column?.[0], late: late.map(([value]) => value ?? null), rows: Number(count?.[0]) };
}

describe('a value that comes late', () => {
  it.each([
    ['csv, a word', csv, '5', ['x'], 'VARCHAR', ['x']],
    ['csv, a number with a zero before it', csv, '5', ['007'], 'VARCHAR', ['007']],
    ['csv, a number with more places', csv, '5.25', ['1.125'], 'DECIMAL(4,3)', ['1.125']],
    [
      'csv, a number beyond 64 bits',
      csv,
      '5',
      ['9223372036854775808'],
      'DECIMAL(38,0)',
      ['9223372036854775808'],
    ],
    [
      'csv, a time of day behind a date',
      csv,
      '2024-02-29',
      ['2024-02-29 10:00:00'],
      'TIMESTAMP',
      ['2024-02-29 10:00:00'],
    ],
    ['csv, the first of its column', csv, '', ['7'], 'BIGINT', ['7']],
    ['ndjson, text', ndjson, '5', ['"5"'], 'JSON', ['"5"']],
    ['ndjson, a number among texts', ndjson, '"a"', ['5'], 'JSON', ['5']],
    [
      'ndjson, a long number',
      ndjson,
      '5.5',
      ['0.1234567890123456789'],
      'DECIMAL(20,19)',
      ['0.1234567890123456789'],
    ],
    ['ndjson, the first of its key', ndjson, 'null', ['true'], 'BOOLEAN', ['true']],
    ['ndjson, a list', ndjson, 'true', ['[1]'], 'JSON', ['[1]']],
  ] as const)('counts as if it were the first: %s', async (_, text, usual, last, type, late) => {
    const content = texts(text, usual, last);
    const path = await file(folder, `rows.${text.type}`, content);
    const packed = await file(folder, `rows.${text.type}.gz`, gzipSync(content));
    for (const each of [path, packed]) {
      const store = fresh(folder);
      await bring({ type: text.type, path: each }, store);
      expect(await settled(store)).toEqual({ type, late, rows: many + last.length });
    }
  });

  it('may have a key that no other line has', async () => {
    const content = `${texts(ndjson, '5', [])}{"id": ${many}, "value": 6, "late": 7}\n`;
    const path = await file(folder, 'rows.ndjson', content);
    for (const columns of [null, { id: 'bigint', value: 'bigint' }]) {
      const store = fresh(folder);
      await bring({ type: 'ndjson', path, columns }, store);
      const rows = await witness.rows(`SELECT late FROM '${store}/*.parquet' WHERE late IS NOT NULL`);
      expect(rows.map(([late]) => String(late))).toEqual(['7']);
    }
  });

  it('is an error with its line where a type was declared', async () => {
    const path = await file(folder, 'rows.ndjson', texts(ndjson, '5', ['5.5']));
    const columns = { id: 'bigint', value: 'bigint' };
    const error = await failure({ type: 'ndjson', path, columns }, fresh(folder));
    expect(error).toMatchObject({ code: 'BAD_ROW', facts: { path, line: many + 1, column: 'value' } });
  });
});

describe('texts that the engine takes for more than they say', () => {
  it('keep the zeros before a number', async () => {
    const path = await file(folder, 'rows.csv', 'zip,n\n007,1\n008,2\n');
    const store = fresh(folder);
    await bring({ type: 'csv', path }, store);
    expect(await witness.rows(`SELECT zip FROM '${store}/*.parquet' ORDER BY 1`)).toEqual([['007'], ['008']]);
  });

  it.each([
    ['date', '2024-02-29x'],
    ['date', '2024-02-29 and more'],
    ['time', '2024-02-29 10:00:00'],
    ['time', '2024-02-29'],
  ])('are no %s: %s', async (type, text) => {
    const path = await file(folder, 'rows.csv', `value,n\n${text},1\n`);
    const error = await failure({ type: 'csv', path, columns: { value: type } }, fresh(folder));
    expect(error).toMatchObject({ code: 'BAD_ROW', facts: { line: 2, column: 'value' } });
  });

  it.each([
    ['date', ['2024-2-9', '2024/02/09', ' 2024-02-29 ', 'infinity', '0044-03-15 (BC)']],
    ['time', ['10:11:12', '10:11:12.5', '9:05:00']],
  ])('are a %s in other spellings', async (type, values) => {
    const path = await file(folder, 'rows.csv', `value,n\n${values.map((value) => `${value},1\n`).join('')}`);
    const store = fresh(folder);
    await bring({ type: 'csv', path, columns: { value: type } }, store);
    const rows = await witness.rows(`SELECT value FROM '${store}/*.parquet' WHERE value IS NOT NULL`);
    expect(rows.length).toBe(values.length);
  });
});

describe('types of the last run that do not hold any more', () => {
  const flows = (root: string, path: string, schema: object = {}) => ({
    rows: { home: { type: 'csv', path }, store: join(root, 'out'), schema },
  });
  const inferred = (root: string) => {
    const lines = readFileSync(join(root, '.hygge', 'journal.jsonl'), 'utf8')
      .trim()
      .split('\n');
    return JSON.parse(lines.at(-1) ?? '{}').inferred;
  };

  it('grow where the rules of the schema allow it', async () => {
    const path = await file(folder, 'rows.csv', 'id,value\n1,5\n');
    const root = fresh(folder);
    await runProject(root, flows(root, path));
    await writeFile(path, 'id,value\n1,5\n2,9223372036854775808\n');
    const result = await runProject(root, flows(root, path));
    expect(result).toMatchObject({ status: 'success', rows: 2 });
    const rows = await witness.rows(`SELECT value::VARCHAR FROM '${root}/out/*.parquet' ORDER BY id`);
    expect(rows).toEqual([['5'], ['9223372036854775808']]);
    expect(inferred(root)).toMatchObject({ value: 'DECIMAL(38,0)' });
  });

  it('stop the run where they do not, until the columns are accepted', async () => {
    const path = await file(folder, 'rows.csv', 'id,value\n1,5\n');
    const root = fresh(folder);
    const strict = flows(root, path, { mode: 'strict' });
    await runProject(root, strict);
    await writeFile(path, 'id,value\n1,5\n2,x\n');
    const [stopped] = (await runProject(root, strict)).flows;
    expect(stopped?.error).toMatchObject({ code: 'BAD_ROW' });
    expect(stopped?.error?.message).toContain('line 3, column "value": "x" does not fit BIGINT');
    expect(stopped?.error?.hint).toContain('hygge schema accept rows');
    const registry = builtinRegistry();
    const { workspace } = await loadWorkspace({ path: root, registry });
    const [accepted] = await new Coordinator({ workspace, registry }).schemas('accept', {});
    expect(accepted).toMatchObject({ accepted: true, error: null });
    expect(await runProject(root, strict)).toMatchObject({ status: 'success', rows: 2 });
    expect(await witness.rows(`SELECT value FROM '${root}/out/*.parquet' ORDER BY id`)).toEqual([
      ['5'],
      ['x'],
    ]);
  });
});
