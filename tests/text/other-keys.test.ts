import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWitness, type Witness } from '../integration/witness.js';
import { bring, failure, file, fresh, workFolder } from './workbench.js';

const folder = workFolder();
let witness: Witness;
beforeAll(async () => {
  witness = await openWitness();
});
afterAll(() => witness.close());

async function settled(lines: readonly string[], columns: Readonly<Record<string, string>>) {
  const path = await file(folder, 'lines.ndjson', `${lines.join('\n')}\n`);
  const store = fresh(folder);
  await bring({ type: 'ndjson', path, columns }, store);
  const from = `FROM read_parquet('${join(store, '*.parquet')}')`;
  return {
    columns: (await witness.rows(`DESCRIBE ${from}`)).map(([name, type]) => `${name} ${type}`),
    rows: await witness.rows(from),
  };
}

describe('keys of lines that no column was declared for', () => {
  const many = Array.from({ length: 5000 }, (_, i) => `{"id": ${i}, "it's": "x"}`);

  it('come behind those that were, also where only the last line has them', async () => {
    const { columns, rows } = await settled([...many, '{"late": true, "id": 5000, "a\\"b": 1.5}'], {
      "it's": 'varchar',
      id: 'bigint',
    });
    expect(columns).toEqual(["it's VARCHAR", 'id BIGINT', 'late BOOLEAN', 'a"b DECIMAL(2,1)']);
    expect(rows.length).toBe(5001);
    expect(rows.at(-1)?.map(String)).toEqual(['null', '5000', 'true', '1.5']);
    expect(rows[0]?.map(String)).toEqual(['x', '0', 'null', 'null']);
  });

  it('are not looked for among lines that are no objects, and hide none of these', async () => {
    const columns = { id: 'bigint', "it's": 'varchar' };
    expect((await settled(many, columns)).columns).toEqual(['id BIGINT', "it's VARCHAR"]);
    const path = await file(folder, 'bad.ndjson', [...many, '["other"]', '{"id": '].join('\n'));
    const error = await failure({ type: 'ndjson', path, columns }, fresh(folder));
    expect(error).toMatchObject({ code: 'BAD_ROW', message: expect.stringContaining('5001') });
  });
});

it.each([
  ['declared', { id: 'bigint', note: 'varchar' }],
  ['found out', {}],
])('a key that stands twice in a line has its first value, with types that are %s', async (_, columns) => {
  const { rows } = await settled(
    ['{"id": 1, "note": "first", "id": 2}', '{"note": "x", "note": null, "id": 3}'],
    columns,
  );
  expect(rows.map((row) => row.map(String))).toEqual([
    ['1', 'first'],
    ['3', 'x'],
  ]);
});
