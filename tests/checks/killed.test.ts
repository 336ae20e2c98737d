import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sql } from '../cli/helpers.js';
import { project, range } from '../recover/project.js';

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

describe('every row is in the store or in the quarantine, once, after the run that follows one that died', () => {
  it.each(points.map((kill, i) => [kill, runTypes[i % 2] ?? ''] as const))('%s, %s', async (kill, more) => {
    const { folder, run, json, ids, source, journal } = project({
      'hygge.yml': 'name: cosy\n',
      'flows/numbers/flow.yml': flow(more),
    });
    await source('in/numbers.parquet', 0, 10_000);
    const died = await run(['go'], { kill });
    expect(died.signal).toBe('SIGKILL');
    const after = await run(['go']);
    expect(after.code, after.stdout + after.stderr).toBe(0);
    const aside = await waiting((await json(['quarantine', 'list'])) as unknown as Listed);
    const settled = await ids('store');
    expect([...settled, ...aside].sort((a, b) => a - b)).toEqual(range(0, 10_000));
    expect(aside).toHaveLength(1009);
    const standing = (await journal()).filter(({ status }) => status === 'success').at(-1);
    expect([standing?.row_count, standing?.rows_quarantined]).toEqual([settled.length, aside.length]);
    expect(existsSync(join(folder, '.hygge', 'quarantine'))).toBe(true);
  });
});
