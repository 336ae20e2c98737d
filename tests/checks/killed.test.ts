import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import { hygge, mainOfModules, sql } from '../cli/helpers.js';
import { type Project, project, range } from '../recover/project.js';

const points = [
  'before the rows aside',
  'before the note about them',
  'before the intent',
  'between two files',
  'before the manifest',
  'before the record',
];

interface Listed {
  readonly runs: readonly { readonly state: string; readonly folder: string; readonly rows: number }[];
}

/** What waits in the quarantine, as its command lists it, and as anybody reads the files. */
async function waiting(list: Listed): Promise<number[]> {
  const ids: number[] = [];
  for (const { state, folder, rows } of list.runs) {
    if (state !== 'waiting') continue;
    const found = await sql(`SELECT id FROM '${join(folder, 'rows.parquet')}'`);
    expect(found).toHaveLength(rows);
    ids.push(...found.map(([id]) => Number(id)));
  }
  return ids;
}

const flow = (more: string): string => `home: in
store: { path: store, batch_size: 2048 }
${more}
contract:
  columns: { id: { max: 8999, on_fail: quarantine } }
  checks: [id % 1000 <> 7]
  on_fail: quarantine
`;

const runTypes = [
  'run_type: full_drop',
  'run_type: incremental\nwatermark: { watermark_column: id, primary_key: id }',
];

/** Every row is in the store or waits in the quarantine, once, and the journal says how many are where. */
async function expectAllOnce(
  { run, json, journal }: Project,
  settledIds: () => Promise<number[]>,
  how: string,
): Promise<void> {
  const after = await run(['go']);
  expect(after.code, how + after.stdout + after.stderr).toBe(0);
  const aside = await waiting((await json(['quarantine', 'list'])) as unknown as Listed);
  const settled = await settledIds();
  expect(
    [...settled, ...aside].sort((a, b) => a - b),
    how,
  ).toEqual(range(0, 10_000));
  expect(aside, how).toHaveLength(1009);
  const standing = (await journal()).filter(({ status }) => status === 'success').at(-1);
  expect([standing?.row_count, standing?.rows_quarantined], how).toEqual([settled.length, aside.length]);
}

describe('every row is in the store or in the quarantine, once, after the run that follows one that died', () => {
  it.each(points.map((kill, i) => [kill, runTypes[i % 2] ?? ''] as const))('%s, %s', async (kill, more) => {
    const place = project({ 'hygge.yml': 'name: cosy\n', 'flows/numbers/flow.yml': flow(more) });
    const { folder, run, ids, source } = place;
    await source('in/numbers.parquet', 0, 10_000);
    const died = await run(['go'], { kill });
    expect(died.signal).toBe('SIGKILL');
    await expectAllOnce(place, () => ids('store'), kill);
    expect(existsSync(join(folder, '.hygge', 'quarantine'))).toBe(true);
  });
});

describe('the same of a table in a DuckDB file', () => {
  const killer = fileURLToPath(new URL('../stores/fixtures/kill-at-statement.mjs', import.meta.url));
  const table = async (runType: string): Promise<{ place: Project; ids: () => Promise<number[]> }> => {
    const store = 'store: { type: duckdb, path: store.duckdb, table: numbers }';
    const text = flow(runType).replace(/^store: .*$/m, store);
    const place = project({ 'hygge.yml': 'name: cosy\n', 'flows/numbers/flow.yml': text });
    await place.source('in/numbers.parquet', 0, 10_000);
    const ids = async (): Promise<number[]> => {
      const instance = await DuckDBInstance.create(join(place.folder, 'store.duckdb'), {
        access_mode: 'READ_ONLY',
      });
      const connection = await instance.connect();
      try {
        return (await connection.runAndReadAll('SELECT id FROM numbers')).getRows().map(([id]) => Number(id));
      } finally {
        connection.closeSync();
        instance.closeSync();
      }
    };
    return { place, ids };
  };

  it.each(['before the rows aside', 'before the note about them', 'before the record'])(
    '%s',
    async (kill) => {
      const { place, ids } = await table(runTypes[0] ?? '');
      expect((await place.run(['go'], { kill })).signal).toBe('SIGKILL');
      await expectAllOnce(place, ids, kill);
    },
  );

  it('before every second statement that comes after the rows were put aside', async () => {
    const more = runTypes[1] ?? '';
    const whole = await table(more);
    const log = join(whole.place.folder, 'statements');
    const how = { nodeArgs: ['--import', killer], program: mainOfModules };
    await hygge(['go'], { ...how, cwd: whole.place.folder, env: { HYGGE_KILL_LOG: log } });
    const statements = Number(readFileSync(log, 'utf8'));
    expect(statements).toBeGreaterThan(12);
    let published = 0;
    for (let at = statements; at > statements - 10; at -= 2) {
      const { place, ids } = await table(more);
      const died = await hygge(['go'], {
        cwd: place.folder,
        ...how,
        env: { HYGGE_KILL_AT: String(at) },
      });
      expect(died.signal).toBe('SIGKILL');
      const there = await place.journal();
      published += there.length;
      await expectAllOnce(place, ids, `statement ${at} of ${statements}`);
    }
    // Some died before the rows were published.
    expect(published).toBeLessThan(5);
  }, 120_000);
});
