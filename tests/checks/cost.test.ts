import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import { parseContract } from '../../src/config/index.js';
import { openEngine } from '../../src/engine/index.js';
import { compile } from '../../src/flow/checks/compile.js';
import { evaluate } from '../../src/flow/checks/evaluate.js';
import type { EngineSession, Schema } from '../../src/index.js';
import { readFile, useWorkplace } from '../integration/workplace.js';

const work = useWorkplace();
const names = Array.from({ length: 100 }, (_, i) => `c${i}`);

describe('the checks of 100 columns', () => {
  it('are one statement, which reads the rows once', async () => {
    const path = await work.parquet(
      'wide.parquet',
      `SELECT ${names.map((name, i) => `(i + ${i})::INTEGER AS ${name}`).join(', ')} FROM range(1000) AS r(i)`,
    );
    const contract = parseContract({
      columns: Object.fromEntries(
        names.map((name) => [
          name,
          { nullable: false, min: 0, max: 5000, in: [5000, ...Array(20).keys()], on_fail: 'warn' },
        ]),
      ),
      checks: [{ min_rows: 1 }, { completeness: { column: 'c7', at_least: 1 } }, 'c1 = c0 + 1'],
    });
    const schema: Schema = names.map((name) => ({ name, type: { kind: 'integer' }, nullable: true }));
    const { compiled, problems } = compile('wide', contract, schema, null, 'x');
    expect(problems).toEqual([]);
    const engine = await openEngine({ memoryLimit: null, threads: 1, tempFolder: work.at('tmp') });
    const session = await engine.session();
    const asked: string[] = [];
    const heard: EngineSession = Object.assign(Object.create(session) as EngineSession, {
      rows: (sql: string) => {
        asked.push(sql);
        return session.rows(sql);
      },
      run: (sql: string) => {
        asked.push(sql);
        return session.run(sql);
      },
    });
    try {
      const rows = { sql: readFile(path), schema };
      const reference = async (): Promise<void> => {};
      const results = await evaluate(compiled, {
        session: heard,
        rows,
        types: new Map(),
        before: null,
        options: {},
        reference,
      });
      expect(results).toHaveLength(403);
      expect(results.filter(({ status }) => status === 'passed').length).toBe(303);
      // All that follows the first statement looks for rows that break a check: one for each of those.
      expect(asked).toHaveLength(1 + 100);
      const instance = await DuckDBInstance.create(':memory:');
      const connection = await instance.connect();
      const plan = (await connection.runAndReadAll(`EXPLAIN ${asked[0]}`)).getRows();
      const once = (await connection.runAndReadAll(`EXPLAIN SELECT sum(c0) FROM (${rows.sql})`)).getRows();
      const scans = (of: unknown): number => JSON.stringify(of).match(/READ_PARQUET/g)?.length ?? 0;
      expect([scans(plan), scans(once) > 0]).toEqual([scans(once), true]);
      connection.closeSync();
    } finally {
      await session.close();
      await engine.close();
    }
  });
});
