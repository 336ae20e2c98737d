import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openWitness, type Witness } from '../integration/witness.js';
import { failure, fresh, runProject, workFolder } from './workbench.js';

const folder = workFolder();
let witness: Witness;
beforeAll(async () => {
  witness = await openWitness();
});
afterAll(() => witness.close());

const rows = (from: number, line: (i: number) => string, end = '\n'): string =>
  Array.from({ length: 50 }, (_, i) => line(from + i) + end).join('');
/** Each with the same columns in its own way. */
const files: Readonly<Record<string, string>> = {
  '1.csv': `id,day,name\n${rows(0, (i) => `${i},2024-01-01,"n ""${i}"", x"`)}`,
  '2.csv': `name,id,day\n${rows(50, (i) => `n ${i},${i},`)}`,
  '3.csv': 'id,day,name\n',
  '4.csv': '',
  '5.csv': `\uFEFF"id","name"\r\n${rows(100, (i) => `"${i}",n ${i}`, '\r\n')}\r\n`,
};
const columns = { id: 'bigint', day: 'date', name: 'varchar' };

async function written(more: Readonly<Record<string, string>> = {}): Promise<string> {
  const source = fresh(folder);
  await mkdir(source);
  for (const [name, text] of Object.entries({ ...files, ...more })) await writeFile(join(source, name), text);
  return source;
}

it.each([
  ['declared', columns],
  ['found out', null],
] as const)('files that have their columns in other orders are read together, types %s', async (_, types) => {
  const source = await written();
  const root = fresh(folder);
  const home = { type: 'csv', path: source, ...(types === null ? {} : { columns: types }) };
  const result = await runProject(root, { rows: { home, store: join(root, 'out') } });
  expect(result).toMatchObject({ status: 'success', rows: 150 });
  const sums = await witness.rows(
    `SELECT count(*), count(DISTINCT id), sum(id), typeof(any_value(id)), count(day), typeof(any_value(day)), sum(CAST(name = CASE WHEN id < 50 THEN 'n "' || id || '", x' ELSE 'n ' || id END AS INTEGER)) FROM '${root}/out/*.parquet'`,
  );
  expect(sums).toEqual([['150', '150', '11175', 'BIGINT', '50', 'DATE', '150']]);
});

it('the file is told in which a row is bad, whatever the order of its columns', async () => {
  const source = await written({ '6.csv': 'day,id,name\n2024-01-01,1,x\n2024-02-30,2,y\n' });
  const error = await failure({ type: 'csv', path: source, columns }, fresh(folder));
  expect(error).toMatchObject({
    code: 'BAD_ROW',
    facts: { path: join(source, '6.csv'), line: 3, column: 'day' },
  });
});
