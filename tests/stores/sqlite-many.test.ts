import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hygge } from '../docs/sandbox.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hygge-sqlite-many-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('many rows are read to their end, however often memory is cleared meanwhile', async () => {
  const { DatabaseSync } = await import('@photostructure/sqlite');
  const database = new DatabaseSync(join(folder, 'many.sqlite'));
  const columns = Array.from({ length: 10 }, (_, i) => `c${i} ${i % 2 === 0 ? 'TEXT' : 'INTEGER'}`);
  const values = Array.from({ length: 10 }, (_, i) =>
    i % 2 === 0 ? `'value ' || n * ${i + 1}` : `n * ${i}`,
  );
  database.exec(`CREATE TABLE many (${columns.join(', ')});
    WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 60000)
    INSERT INTO many SELECT ${values.join(', ')} FROM numbers`);
  database.close();
  const home = { type: 'sqlite', path: 'many.sqlite', table: 'many' };
  await writeFile(join(folder, 'flow.yml'), JSON.stringify({ flows: { many: { home, store: 'many' } } }));
  // A process of its own: the old fault ended it without a word.
  const { exitCode, out, err } = await hygge(['go', 'flow.yml', '--json'], folder);
  expect([exitCode, err]).toEqual([0, expect.stringMatching(/settled, 60,000 rows/)]);
  expect(out).toMatch(/"rows":\s*60000/);
}, 60_000);
