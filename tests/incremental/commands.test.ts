import { describe, expect, it } from 'vitest';
import { hygge } from '../cli/helpers.js';
import { readFile, settled, useWorkplace, visible } from '../integration/workplace.js';

const place = useWorkplace();
const run = (...args: string[]) => hygge(args, { cwd: place.folder });
const json = async (...args: string[]) => {
  const ended = await run(...args, '--json');
  return { code: ended.code, document: JSON.parse(ended.stdout) };
};

const project = `name: cosy
flows:
  orders:
    home: home
    store: store
    run_type: incremental
    watermark: { watermark_column: at, primary_key: id }
`;

const orders = (name: string, select: string) => place.parquet(`home/${name}.parquet`, select);
const first = "SELECT i AS id, TIMESTAMP '2026-01-01' + INTERVAL (i) DAY AS at FROM range(10) AS n(i)";

describe('an incremental flow on the command line', () => {
  it('shows its window, moves it, and tells of it in the result and in the journal', async () => {
    await place.file('hygge.yml', project);
    await orders('1', first);
    const plan = await run('plan');
    expect(plan.stderr).toBe('');
    expect(plan.stdout).toContain('at from the beginning to 2026-01-10 00:00:00, primary key id');
    expect((await run('go')).code).toBe(0);
    const again = await json('go');
    expect(again.code).toBe(0);
    expect(again.document.flows).toMatchObject([
      { status: 'skip', rows: 0, watermark: '2026-01-10 00:00:00', watermark_type: 'TIMESTAMP' },
    ]);
    expect((await run('plan')).stdout).toContain('at from 2026-01-10 00:00:00 to 2026-01-10 00:00:00');
    const [entry] = await (await place.project()).journal();
    expect(entry).toMatchObject({
      status: 'success',
      primary_key: 'id',
      watermark_column: 'at',
      watermark_type: 'TIMESTAMP',
      watermark: '2026-01-10 00:00:00',
    });
  });

  it('moves what --from and --to name, and refuses them without a watermark', async () => {
    await place.file('hygge.yml', project);
    await orders('1', first);
    expect((await json('go', '--to', '2026-01-03')).document).toMatchObject({ rows: 3 });
    const middle = await json('go', '--from', '2026-01-06', '--to', '2026-01-07');
    expect(middle.document).toMatchObject({ rows: 2 });
    expect(middle.document.flows[0].watermark).toBe('2026-01-03 00:00:00');
    expect((await json('go')).document).toMatchObject({ rows: 5 });
    await place.witness.expectSame(settled(place.at('store')), first);
    expect((await run('go', '--from', 'yesterday')).stdout).toContain('WATERMARK_VALUE');
    await place.file('plain.yml', 'flows:\n  plain: { home: home, store: other }\n');
    const refused = await run('go', 'plain.yml', '--from', '1');
    expect(refused.code).toBe(2);
    expect(refused.stdout).toContain('WATERMARK_NEEDED');
  });

  it('a watermark is listed, set and cleared, and no row arrives twice for it', async () => {
    await place.file('hygge.yml', project);
    await orders('1', first);
    expect((await run('watermark', 'list')).stdout).toMatch(/orders +at +– +–/);
    const asked = await run('watermark', 'set', '2026-01-08', '-f', 'orders');
    expect(asked.code).toBe(2);
    expect(asked.stderr).toContain('--yes');
    const wrong = await run('watermark', 'set', 'soon', '-f', 'orders', '--yes');
    expect(wrong.stderr).toContain('WATERMARK_VALUE');
    expect(wrong.stdout).toBe('');
    expect((await run('watermark', 'set', '2026-01-08', '--yes')).stderr).toContain('-f FLOW');

    const set = await json('watermark', 'set', '2026-01-08', '-f', 'orders', '--yes');
    expect(set.document.watermarks).toMatchObject([
      { name: 'orders', column: 'at', type: 'TIMESTAMP', value: '2026-01-08 00:00:00', error: null },
    ]);
    expect((await json('go')).document).toMatchObject({ rows: 3 });
    const listed = await json('watermark', 'list');
    expect(listed.document.watermarks[0].value).toBe('2026-01-10 00:00:00');

    expect((await run('watermark', 'clear', '--yes')).code).toBe(0);
    expect((await json('watermark', 'list')).document.watermarks[0].value).toBeNull();
    expect((await json('go')).document).toMatchObject({ rows: 7 });
    await place.witness.expectSame(settled(place.at('store')), first);
    const entries = await (await place.project()).journal();
    expect(entries.map(({ action, watermark }) => [action, watermark])).toEqual([
      ['watermark', '2026-01-08 00:00:00'],
      ['run', '2026-01-10 00:00:00'],
      ['watermark', null],
      ['run', '2026-01-10 00:00:00'],
    ]);
  });

  it("goes on from the earlier tool's journal, and brings no row that it had brought", async () => {
    await place.file('hygge.yml', project);
    await orders('1', first);
    // What the earlier tool had moved lies in the store, and its journal beside it.
    await place.parquet('store/00000000000000000001.parquet', `${first} WHERE i < 5`);
    const entry = (status: string, finish: string, watermark: string) =>
      `SELECT 'orders' AS flow, 'orders' AS entity, '${status}' AS status, '${finish}' AS finish_time, 'id' AS primary_key, 'at' AS watermark_column, 'datetime' AS watermark_type, ${watermark} AS watermark`;
    await place.parquet(
      'store/.hygge_journal/journal.parquet',
      [
        entry('success', '2026-01-01T00:00:00', "'2026-01-02T00:00:00'"),
        entry('success', '2026-01-02T00:00:00', "'2026-01-05T00:00:00'"),
        entry('fail', '2026-01-03T00:00:00', "'2026-01-09T00:00:00'"),
      ].join(' UNION ALL '),
    );
    expect((await json('watermark', 'list')).document.watermarks[0].value).toBe('2026-01-05T00:00:00');
    const { plans } = (await json('plan')).document;
    expect(plans[0].plan.watermark).toMatchObject({ from: '2026-01-05 00:00:00' });
    expect((await json('go')).document).toMatchObject({ rows: 5 });
    await place.witness.expectSame(settled(place.at('store')), first);
  });
});

describe('a run that is killed', () => {
  const inject = new URL('../faults/inject.mjs', import.meta.url).href;
  const fault = (kind: string, at: number) => JSON.stringify({ kind, at, how: 'kill', where: 'store' });

  it.each([
    ['incremental', 'fsync', 1],
    ['incremental', 'rename', 2],
    ['merge', 'rename', 1],
    ['merge', 'unlink', 1],
  ] as const)('%s, at %s %i, and run again is as if it had not been killed', async (type, kind, at) => {
    await place.file('hygge.yml', project.replace('run_type: incremental', `run_type: ${type}`));
    await orders('1', first);
    expect((await run('go')).code).toBe(0);
    await orders(
      '2',
      "SELECT 5 + i AS id, TIMESTAMP '2026-01-10' + INTERVAL (i // 2) DAY AS at FROM range(10) AS n(i)",
    );
    const killed = await hygge(['go'], {
      cwd: place.folder,
      nodeArgs: ['--import', inject],
      env: { HYGGE_FAULT: fault(kind, at) },
    });
    expect(killed.signal).toBe('SIGKILL');
    expect((await run('go')).code).toBe(0);
    const home = readFile(place.at('home', '*.parquet'));
    const latest = `SELECT id, max("at") AS "at" FROM (${home}) GROUP BY id`;
    await place.witness.expectSame(settled(place.at('store')), type === 'merge' ? latest : home);
    const files = visible(place.at('store'));
    expect((await json('go')).document.flows).toMatchObject([{ status: 'skip' }]);
    expect(visible(place.at('store'))).toEqual(files);
  });
});
