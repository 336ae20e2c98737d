import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parquet, sql } from '../cli/helpers.js';
import { project } from '../recover/project.js';

const files = (max: number, more = ''): Record<string, string> => ({
  'hygge.yml': 'name: cosy\n',
  'flows/orders/flow.yml': `home: in\nstore: store\n${more}contract:\n  columns: { id: { unique: true, max: ${max}, on_fail: quarantine } }\n  checks: [{ min_rows: 50 }]\n`,
});

describe('hygge quarantine', () => {
  it('lists and shows what was put aside, moves it again once it is good, and drops it', async () => {
    const { run, json, ids, source, folder, journal } = project(files(89));
    await source('in/orders.parquet', 0, 100);
    await run(['go']);
    const list = await run(['quarantine']);
    expect(list.stdout).toMatch(/^orders {2}\w{26} {2}10 rows\n {11}10 {2}id <= 89\n/);
    const shown = await run(['quarantine', 'show', 'orders', '-n', '2']);
    expect(shown.stdout).toMatch(/hygge_reasons {2}id\nid <= 89 {7}90\nid <= 89 {7}91\n… and 8 more rows/);
    const refused = await run(['quarantine', 'retry', 'orders']);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('Add --yes')]);

    // The contract was too strict: five of them are good.
    const { writeFileSync } = await import('node:fs');
    writeFileSync(join(folder, 'flows/orders/flow.yml'), files(94)['flows/orders/flow.yml'] ?? '');
    const retried = await run(['quarantine', 'retry', 'orders', '--yes']);
    expect(retried.stdout).toContain('5 rows added to the store, 5 rows put aside again');
    expect(await ids('store')).toEqual([...Array(95).keys()]);
    expect((await journal()).at(-1)).toMatchObject({
      row_count: 5,
      rows_quarantined: 5,
      retries: [expect.any(String)],
    });
    const after = (await json(['quarantine', 'list'])) as { runs: { state: string; rows: number }[] };
    expect(after.runs.map(({ state, rows }) => [state, rows])).toEqual([
      ['retried', 10],
      ['waiting', 5],
    ]);
    const again = await run(['quarantine', 'retry', 'orders', '--yes']);
    expect(again.stdout).toContain('0 rows added to the store, 5 rows put aside again');

    // What a retry added can be taken back, and waits again.
    const last = (await journal()).at(-1)?.coordinator_run_id ?? '';
    expect((await run(['undo', last, '--yes'])).code).toBe(0);
    const back = (await json(['quarantine', 'list'])) as { runs: { state: string }[] };
    expect(back.runs.map(({ state }) => state)).toEqual(['retried', 'waiting', 'unpublished']);
    const dropped = await run(['quarantine', 'drop', 'orders', '--yes']);
    expect(dropped.stdout).toBe('✓ 20 rows of 3 runs of orders removed\n');
    expect((await run(['quarantine', 'list'])).stdout).toBe('No rows are in the quarantine.\n');
  });

  it('keeps the watermark of the store, and what a merge knows', async () => {
    const merge = 'run_type: merge\nwatermark: { watermark_column: id, primary_key: id }\n';
    const { run, ids, source, folder } = project(files(89, merge));
    await source('in/orders.parquet', 0, 100);
    await run(['go']);
    const { writeFileSync } = await import('node:fs');
    writeFileSync(join(folder, 'flows/orders/flow.yml'), files(94, merge)['flows/orders/flow.yml'] ?? '');
    const retried = await run(['quarantine', 'retry', 'orders', '--yes']);
    expect(retried.stdout + retried.stderr).toContain('5 rows added to the store, 5 rows put aside again');
    expect(await ids('store')).toEqual([...Array(95).keys()]);
    expect((await run(['watermark', 'list'])).stdout).toContain('99');
    expect((await run(['go'])).stdout).toContain('skipped');
  });
});

describe('hygge check', () => {
  it('asks what the store holds now, and ends with 1 where it is not as the contract says', async () => {
    const { run, json, source, folder } = project(files(99));
    await source('in/orders.parquet', 0, 100);
    expect((await run(['go'])).code).toBe(0);
    const good = await run(['check', 'orders']);
    expect([good.code, good.stdout]).toEqual([
      0,
      '✓ orders  100 rows\n    ✓ id is unique\n    ✓ id <= 99\n    ✓ at least 50 rows  100 rows\n\n1 store checked, and as the contract says.\n',
    ]);
    // Somebody writes into the folder behind hygge's back.
    await parquet(join(folder, 'store/foreign.parquet'), 'SELECT i AS id FROM range(95, 105) AS r(i)');
    const bad = await run(['check']);
    expect(bad.code).toBe(1);
    const document = (await json(['check'])) as {
      status: string;
      stores: { checks: { violations: number | null; status: string }[] }[];
    };
    expect(document.status).toBe('fail');
    const counted = await sql(
      `SELECT count(*) FILTER (WHERE n > 1), count(*) FILTER (WHERE id > 99) FROM (SELECT id, count(*) OVER (PARTITION BY id) AS n FROM '${folder}/store/*.parquet')`,
    );
    expect(document.stores[0]?.checks.map(({ violations, status }) => [violations, status])).toEqual([
      [Number(counted[0]?.[0]), 'failed'],
      [Number(counted[0]?.[1]), 'failed'],
      [null, 'passed'],
    ]);
  });

  it('needs a contract', async () => {
    const { run, source } = project({
      'hygge.yml': 'name: cosy\n',
      'flows/orders/flow.yml': 'home: in\nstore: store\n',
    });
    await source('in/orders.parquet', 0, 10);
    const ended = await run(['check']);
    expect([ended.code, ended.stderr]).toEqual([2, expect.stringContaining('CONTRACT_NEEDED')]);
  });
});
