import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectForPeople, folderWith, goDocument, hygge, parquet, rowsIn, snapshot, sql } from './helpers.js';

/** A workspace with two flows, one of them with two entities. */
async function workspace(): Promise<string> {
  const folder = folderWith({
    'hygge.yml': 'name: cosy\n',
    'flows/tea/flow.yml': 'home: data/home/tea.parquet\nstore: data/store/tea\n',
    'flows/rooms/flow.yml': 'home: data/home/rooms\nstore: data/store/rooms\nentities: [attic, cellar]\n',
  });
  await parquet(join(folder, 'data/home/tea.parquet'));
  await parquet(join(folder, 'data/home/rooms/attic/1.parquet'), 'SELECT range AS id FROM range(20)');
  await parquet(join(folder, 'data/home/rooms/cellar/1.parquet'), 'SELECT range AS id FROM range(30)');
  return folder;
}

describe('hygge go', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await workspace();
  });
  const store = (name: string): string => join(folder, 'data/store', name);

  it('moves every table of the workspace, and says so', async () => {
    const ended = await hygge(['go'], { cwd: join(folder, 'flows/tea') });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expectForPeople(ended.stdout);
    expect(ended.stdout).toContain('cosy: 3 entities to move');
    expect(ended.stdout).toMatch(/^\[1 of 3\] rooms_attic: settled, 20 rows in /m);
    expect(ended.stdout).toMatch(/^\[3 of 3\] tea: settled, 1,000 rows in /m);
    expect(ended.stdout).toMatch(
      /✓ All 3 entities have settled\n {2}3 passed · 0 failed · 0 skipped · 1,050 rows/,
    );
    expect(await rowsIn(store('tea'))).toBe(1000);
    expect(await rowsIn(store('rooms/attic'))).toBe(20);
    expect(await rowsIn(store('rooms/cellar'))).toBe(30);
    const [differences] = await sql(`SELECT count(*) FROM
      (FROM '${folder}/data/home/tea.parquet' EXCEPT ALL FROM '${store('tea')}/*.parquet')`);
    expect(Number(differences?.[0])).toBe(0);
  });

  it('replaces on the second run, and appends when it is asked to', async () => {
    expect((await hygge(['go', '-f', 'tea'], { cwd: folder })).code).toBe(0);
    expect(await rowsIn(store('tea'))).toBe(1000);
    expect((await hygge(['go', '-f', 'tea', '-i'], { cwd: folder })).code).toBe(0);
    expect(await rowsIn(store('tea'))).toBe(2000);
    expect((await hygge(['go', '-f', 'tea', '-d'], { cwd: folder })).code).toBe(0);
    expect(await rowsIn(store('tea'))).toBe(1000);
  });

  it('prints one JSON document, and the progress elsewhere', async () => {
    const ended = await hygge(['go', '--json', folder, '--concurrency', '1']);
    expect(ended.code).toBe(0);
    const result = goDocument.parse(JSON.parse(ended.stdout));
    expect(result).toMatchObject({ status: 'success', rows: 1050 });
    expect(result.flows.map((flow) => [flow.name, flow.flow, flow.entity, flow.rows])).toEqual([
      ['rooms_attic', 'rooms', 'attic', 20],
      ['rooms_cellar', 'rooms', 'cellar', 30],
      ['tea', 'tea', null, 1000],
    ]);
    for (const flow of result.flows) {
      expect(flow).toMatchObject({ status: 'success', error: null, verified: { rows: flow.rows } });
      expect(flow.files.length).toBeGreaterThan(0);
      expect(flow.bytes_written).toBeGreaterThan(0);
    }
    expect(ended.stderr).toContain('[1 of 3] rooms_attic: settled');
    expect(ended.stderr).toContain('3 passed');
    expectForPeople(ended.stderr);
  });

  it.each([
    [
      ['--flow', 'tea', '--flow', 'rooms'],
      ['rooms_attic', 'rooms_cellar', 'tea'],
    ],
    [
      ['-f', 'tea,rooms'],
      ['rooms_attic', 'rooms_cellar', 'tea'],
    ],
    [['-e', 'rooms.cellar'], ['rooms_cellar']],
    [
      ['-e', 'rooms.cellar,rooms.attic'],
      ['rooms_attic', 'rooms_cellar'],
    ],
    [
      ['-e', 'rooms.cellar', '-e', 'rooms.attic'],
      ['rooms_attic', 'rooms_cellar'],
    ],
    [
      ['-e', 'rooms.attic', '-f', 'tea'],
      ['rooms_attic', 'tea'],
    ],
  ])('runs what %j names', async (flags, names) => {
    const ended = await hygge(['go', '--json', '--quiet', ...flags], { cwd: folder });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(goDocument.parse(JSON.parse(ended.stdout)).flows.map((flow) => flow.name)).toEqual(names);
  });

  it('says nothing when it is told to be quiet', async () => {
    expect(await hygge(['go', '-q'], { cwd: folder })).toMatchObject({ code: 0, stdout: '', stderr: '' });
  });

  it('takes a setting for one run, and a route', async () => {
    const flags = ['--var', 'flow.tea.store.compression=zstd', '--route', 'batches', '-f', 'tea', '--json'];
    const ended = await hygge(['go', ...flags], { cwd: folder });
    const [flow] = goDocument.parse(JSON.parse(ended.stdout)).flows;
    expect(flow).toMatchObject({ status: 'success', route: 'batches' });
    const codecs = await sql(
      `SELECT DISTINCT compression FROM parquet_metadata('${store('tea')}/*.parquet')`,
    );
    expect(codecs).toEqual([['ZSTD']]);
  });

  it('says more when it is told to be verbose', async () => {
    const ended = await hygge(['go', '--verbose', '-f', 'tea', '--route', 'engine'], { cwd: folder });
    expect(ended.stdout).toMatch(/^\[1 of 1\] tea: (spliced|engine): .+/m);
  });

  it('goes on when its reader has gone', async () => {
    const before = readdirSync(store('tea'));
    const ended = await hygge(['go', '-f', 'tea'], {
      cwd: folder,
      watch: (child) => child.stdout?.destroy(),
    });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(readdirSync(store('tea'))).toHaveLength(before.length);
    expect(await rowsIn(store('tea'))).toBe(1000);
  });

  it('runs a single file, and keeps its journal beside it', async () => {
    const single = folderWith({
      'one.yml': 'flows:\n  tea:\n    home: tea.parquet\n    store: out\n',
    });
    await parquet(join(single, 'tea.parquet'));
    const ended = await hygge(['go', 'one.yml'], { cwd: single });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toContain('✓ It has settled');
    expect(ended.stdout).toContain('→ out\n');
    expect(await rowsIn(join(single, 'out'))).toBe(1000);
    expect((await hygge(['journal', 'one.yml'], { cwd: single })).stdout).toContain('1 run.');
  });

  it('leaves stores that did not fail with what they got, and skips the rest', async () => {
    const broken = await workspace();
    writeFileSync(join(broken, 'data/home/rooms/cellar/1.parquet'), 'this is not parquet');
    const ended = await hygge(['go', '-c', '1', '--json'], { cwd: broken });
    expect(ended.code).toBe(1);
    const result = goDocument.parse(JSON.parse(ended.stdout));
    expect(result.status).toBe('fail');
    expect(result.flows.map((flow) => flow.status)).toEqual(['success', 'fail', 'skip']);
    expect(result.flows[1]?.error).toMatchObject({
      code: 'NOT_PARQUET',
      file: 'flows/rooms/flow.yml',
      line: 1,
    });
    expect(result.flows[2]?.reason).toContain('rooms_cellar');
    const spoken = await hygge(['go', '--var', 'flow.rooms.options={}'], { cwd: broken });
    expect(spoken.code).toBe(1);
    expect(spoken.stdout).toContain('hygge go --entity rooms.cellar');
    expectForPeople(spoken.stdout);
    const quiet = await hygge(['go', '-q'], { cwd: broken });
    expect(quiet).toMatchObject({ code: 1, stdout: '' });
    expect(quiet.stderr).toContain('✗ NOT_PARQUET');
    expect((await hygge(['go', '-q', '--verbose'], { cwd: broken })).stderr).toMatch(/\n\s+at .*\.js:\d+/);
  });

  it('goes on after a failure where the workspace says so', async () => {
    const broken = await workspace();
    writeFileSync(join(broken, 'hygge.yml'), 'options:\n  continue_on_error: true\n  concurrency: 1\n');
    writeFileSync(join(broken, 'data/home/rooms/attic/1.parquet'), 'this is not parquet');
    const ended = await hygge(['go', '--json'], { cwd: broken });
    expect(ended.code).toBe(1);
    const { flows } = goDocument.parse(JSON.parse(ended.stdout));
    expect(flows.map((flow) => flow.status)).toEqual(['fail', 'success', 'success']);
    expect(await rowsIn(join(broken, 'data/store/tea'))).toBe(1000);
  });

  it('is as quiet as log_level says', async () => {
    const calm = await workspace();
    writeFileSync(join(calm, 'hygge.yml'), 'options:\n  log_level: error\n');
    expect(await hygge(['go'], { cwd: calm })).toMatchObject({ code: 0, stdout: '', stderr: '' });
    const verbose = await hygge(['go', '--verbose', '-f', 'tea'], { cwd: calm });
    expect(verbose.stdout).toContain('tea: settled');
  });
});

describe('hygge plan', () => {
  it('shows what would run, and touches nothing', async () => {
    const folder = await workspace();
    expect((await hygge(['go', '-f', 'tea'], { cwd: folder })).code).toBe(0);
    mkdirSync(join(folder, 'data/store/rooms'), { recursive: true });
    const before = snapshot(folder);
    const ended = await hygge(['plan'], { cwd: folder });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expectForPeople(ended.stdout);
    expect(ended.stdout).toContain('home       parquet  data/home/tea.parquet  (1 file, 1,000 rows,');
    expect(ended.stdout).toMatch(/run type {3}full_drop: 1 file, 1,000 rows, .* will be replaced/);
    expect(ended.stdout).toContain('columns    all 1: id');
    expect(ended.stdout).toContain('3 entities would run: 1,050 rows');
    expect(await hygge(['go', '--dry-run'], { cwd: folder })).toEqual(ended);
    expect(snapshot(folder)).toEqual(before);
  });

  it('shows columns, filters, watermarks and run types', async () => {
    const folder = folderWith({
      'one.yml': `flows:
  tea:
    home: tea.parquet
    store: out
    run_type: incremental
    columns: { number: id }
    where: id > 10
    watermark: { primary_key: id, watermark_column: id }
`,
    });
    await parquet(join(folder, 'tea.parquet'), 'SELECT range AS id, 1 AS other FROM range(5)');
    const ended = await hygge(['plan', 'one.yml', '--verbose'], { cwd: folder });
    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain('columns    1 of 2: number (from id) BIGINT');
    expect(ended.stdout).toContain('where      id > 10');
    expect(ended.stdout).toMatch(/watermark {2}id .*primary key id/);
    expect(ended.stdout).toContain('incremental: what is new is added');
  });

  it('prints whole plans as JSON', async () => {
    const folder = await workspace();
    const ended = await hygge(['plan', '--json', '-f', 'tea'], { cwd: folder });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const document = JSON.parse(ended.stdout);
    expect(document).toMatchObject({ status: 'success', plans: [{ name: 'tea', error: null }] });
    expect(document.plans[0].plan).toMatchObject({
      version: 1,
      mode: 'replace',
      estimate: { rows: 1000, files: 1, exact: true },
    });
  });

  it('says what could not be planned', async () => {
    const folder = await workspace();
    writeFileSync(join(folder, 'data/home/tea.parquet'), 'text');
    const ended = await hygge(['plan'], { cwd: folder });
    expect(ended.code).toBe(1);
    expect(ended.stdout).toContain('✗ NOT_PARQUET');
    expect(ended.stdout).toContain('1 could not be planned. 2 entities would run');
    const json = await hygge(['plan', '--json'], { cwd: folder });
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({ status: 'fail' });
  });
});
