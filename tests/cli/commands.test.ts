import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectForPeople, folderWith, hygge, parquet, rowsIn, snapshot } from './helpers.js';

describe('hygge init', () => {
  it('makes a workspace that runs at once', async () => {
    const cwd = folderWith({});
    const ended = await hygge(['init', 'cosy'], { cwd });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toContain('cd cosy');
    expect(ended.stdout).toContain('hygge go');
    const folder = join(cwd, 'cosy');
    expect(readFileSync(join(folder, 'hygge.yml'), 'utf8')).toContain('name: "cosy"');
    expect(JSON.parse(readFileSync(join(folder, 'hygge.schema.json'), 'utf8'))).toHaveProperty('$schema');
    const flow = join(folder, 'flows/candles');
    const [, schema = ''] = /\$schema=(\S+)/.exec(readFileSync(join(flow, 'flow.yml'), 'utf8')) ?? [];
    expect(existsSync(join(flow, schema))).toBe(true);
    const gone = await hygge(['go'], { cwd: folder });
    expect(gone.code).toBe(0);
    expect(await rowsIn(join(folder, 'data/store/candles'))).toBe(5);
  });

  it('writes over nothing, unless it is told to', async () => {
    const cwd = folderWith({ 'cosy/hygge.yml': 'name: mine\n', 'cosy/other.txt': 'kept' });
    const before = snapshot(cwd);
    const ended = await hygge(['init', 'cosy'], { cwd });
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain('✗ INIT_WOULD_OVERWRITE  there is already cosy/hygge.yml');
    expect(snapshot(cwd)).toEqual(before);
    expect((await hygge(['init', 'cosy', '--force'], { cwd })).code).toBe(0);
    expect(readFileSync(join(cwd, 'cosy/hygge.yml'), 'utf8')).toContain('name: "cosy"');
    expect(readFileSync(join(cwd, 'cosy/other.txt'), 'utf8')).toBe('kept');
  });

  it('takes the current folder, and another folder for the flows', async () => {
    const cwd = folderWith({});
    expect((await hygge(['init', '.', '-d', 'my/pipelines'], { cwd })).code).toBe(0);
    const flow = join(cwd, 'my/pipelines/candles');
    const [, schema = ''] = /\$schema=(\S+)/.exec(readFileSync(join(flow, 'flow.yml'), 'utf8')) ?? [];
    expect(existsSync(join(flow, schema))).toBe(true);
    expect((await hygge(['go', '-q'], { cwd })).code).toBe(0);
  });

  it.each(['../out', '/abs', '.', ''])('refuses to keep flows outside: %j', async (dir) => {
    const cwd = folderWith({});
    const ended = await hygge(['init', 'cosy', '-d', dir], { cwd });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('✗ USAGE');
    expect(existsSync(join(cwd, 'cosy'))).toBe(false);
  });

  it('says when the folder cannot be made', async () => {
    const cwd = folderWith({ file: 'text' });
    const ended = await hygge(['init', 'file/cosy'], { cwd });
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('✗ PATH_NOT_WRITABLE');
    expectForPeople(ended.stderr);
  });
});

describe('hygge debug', () => {
  let folder = '';
  beforeAll(async () => {
    folder = folderWith({
      'hygge.yml': 'name: cosy\n',
      'flows/tea/flow.yml': 'home: data/tea.parquet\nstore: out/tea\n',
      'flows/coffee/flow.yml': 'home: data/coffee.parquet\nstore: out/coffee\n',
    });
    await parquet(join(folder, 'data/tea.parquet'));
    await parquet(join(folder, 'data/coffee.parquet'));
  });

  it('says that all is well, and writes nothing', async () => {
    const before = snapshot(folder);
    const ended = await hygge(['debug'], { cwd: folder });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout.match(/^✓ /gm)).toHaveLength(4);
    expect(ended.stdout).toContain('✓ tea home  parquet  data/tea.parquet');
    expect(ended.stdout).toContain('All 4 checks passed');
    expect(snapshot(folder)).toEqual(before);
  });

  it('says what is wrong with which end, and how to mend it', async () => {
    const broken = folderWith({
      'job.yml': 'flows:\n  tea:\n    home: gone.parquet\n    store: taken\n',
      taken: 'a file',
    });
    const ended = await hygge(['debug', 'job.yml'], { cwd: broken });
    expect(ended.code).toBe(1);
    expect(ended.stdout).toMatch(/✗ tea home {2}parquet {2}gone\.parquet\n {4}✗ PATH_NOT_FOUND/);
    expect(ended.stdout).toMatch(/✗ tea store {2}parquet {2}taken\n {4}✗ STORE_PATH_IS_FILE/);
    expect(ended.stdout.match(/try: /g)).toHaveLength(2);
    expectForPeople(ended.stdout);
    const json = await hygge(['debug', 'job.yml', '--json'], { cwd: broken });
    expect(json).toMatchObject({ code: 1, stderr: '' });
    expect(JSON.parse(json.stdout)).toMatchObject({
      status: 'fail',
      checks: [
        { name: 'tea', role: 'home', ok: false, error: { code: 'PATH_NOT_FOUND' } },
        { name: 'tea', role: 'store', ok: false, error: { code: 'STORE_PATH_IS_FILE' } },
      ],
    });
  });

  it('tries connections that no flow uses yet', async () => {
    const shop = '{ type: postgres, host: 127.0.0.1, port: 1, database: shop, user: shop }';
    const fresh = folderWith({ 'hygge.yml': `name: cosy\nconnections:\n  shop: ${shop}\n` });
    const ended = await hygge(['debug', '--json'], { cwd: fresh });
    expect(ended).toMatchObject({ code: 1, stderr: '' });
    expect(JSON.parse(ended.stdout).checks).toMatchObject([{ name: 'shop', role: 'connection', ok: false }]);
    const gone = await hygge(['go'], { cwd: fresh });
    expect(gone.code).toBe(2);
    expect(gone.stderr).toContain('`hygge discover shop --write NAME` makes one.');
  });

  it('takes a selection', async () => {
    const ended = await hygge(['debug', '-f', 'tea', '--json'], { cwd: folder });
    const { checks } = JSON.parse(ended.stdout);
    expect(checks.map((check: { name: string }) => check.name)).toEqual(['tea', 'tea']);
  });
});

describe('hygge journal', () => {
  let folder = '';
  beforeAll(async () => {
    folder = folderWith({
      'hygge.yml': 'name: cosy\noptions: { continue_on_error: true, concurrency: 1 }\n',
      'flows/tea/flow.yml': 'home: data/tea.parquet\nstore: out/tea\n',
      'flows/gone/flow.yml': 'home: data/gone.parquet\nstore: out/gone\n',
    });
    await parquet(join(folder, 'data/tea.parquet'));
    expect(await hygge(['journal'], { cwd: folder })).toMatchObject({
      code: 0,
      stdout: 'No runs to show. `hygge go` makes the first one.\n',
      stderr: '',
    });
    await hygge(['go'], { cwd: folder });
    await hygge(['go', '-f', 'tea'], { cwd: folder });
  });

  it('shows every run in a table, the newest at the end', async () => {
    const ended = await hygge(['journal'], { cwd: folder });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const lines = ended.stdout.split('\n');
    expect(lines).toHaveLength(7);
    expect(lines[1]).toMatch(/gone +fail .* PATH_NOT_FOUND /);
    expect(lines[2]).toMatch(/tea +success +full_drop .* 1,000 /);
    expect(lines[5]).toBe('3 runs.');
    expectForPeople(ended.stdout);
  });

  it.each([
    [['-n', '1'], ['tea']],
    [['--flow', 'gone'], ['gone']],
    [
      ['--status', 'success'],
      ['tea', 'tea'],
    ],
    [['--status', 'skip'], []],
    [
      ['--since', '1h'],
      ['gone', 'tea', 'tea'],
    ],
    [['--since', '2999-01-01'], []],
    [['-e', 'tea.nothing'], []],
  ])('filters: %j', async (flags, names) => {
    const ended = await hygge(['journal', '--json', ...flags], { cwd: folder });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const { status, entries } = JSON.parse(ended.stdout);
    expect(status).toBe('success');
    expect(entries.map((entry: { name: string }) => entry.name)).toEqual(names);
  });
});

describe('hygge types and hygge schema', () => {
  const plugin = `
import { z } from '${import.meta.resolve('zod')}';
export default { homes: [{
  type: 'hearth', summary: 'Warm things', config: z.strictObject({ logs: z.int().default(3).describe('How many') }),
  capabilities: { gives: ['batches'], ordered: true }, open() { throw new Error('not here'); },
}] };
`;
  let folder = '';
  beforeAll(() => {
    folder = folderWith({
      'hygge.yml': 'plugins: [./hearth.mjs]\n',
      'hearth.mjs': plugin,
      'flows/tea/flow.yml': 'home: { type: hearth }\nstore: out\n',
    });
  });

  it('list what there is, plugins too', async () => {
    const ended = await hygge(['types'], { cwd: folder });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toMatch(/^Homes$/m);
    expect(ended.stdout).toMatch(/^ {2}parquet {2}/m);
    expect(ended.stdout).toMatch(/^ {2}hearth {2}Warm things$/m);
    expect(ended.stdout).toMatch(/logs .* 3 +How many/);
    const { homes, stores } = JSON.parse((await hygge(['types', '--json'], { cwd: folder })).stdout);
    const names = homes.map((home: { type: string }) => home.type);
    expect([names[0], names.at(-1)]).toEqual(['parquet', 'hearth']);
    expect(stores).not.toEqual([]);
  });

  it('are about the built-in types where there is no workspace', async () => {
    const ended = await hygge(['types'], { cwd: folderWith({}) });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).not.toContain('hearth');
  });

  it('say so where the workspace cannot be read', async () => {
    const ended = await hygge(['types'], { cwd: folderWith({ 'hygge.yml': 'nmae: x\n' }) });
    expect(ended.code).toBe(0);
    expect(ended.stderr).toContain('types of plugins are not listed');
  });

  it('give a JSON Schema', async () => {
    const ended = await hygge(['schema'], { cwd: folder });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const schema = JSON.parse(ended.stdout);
    expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
    expect(ended.stdout).toContain('hearth');
  });
});

describe('hygge compact', () => {
  const files = {
    'hygge.yml':
      'flows:\n  few: { home: { type: csv, path: rows.csv }, store: out }\n  text: { home: { type: csv, path: rows.csv }, store: { type: csv, path: text } }\n',
    'rows.csv': 'id\n1\n2\n',
  };

  it('passes over stores that have no files to join, unless one is named', async () => {
    const folder = folderWith(files);
    expect((await hygge(['go'], { cwd: folder })).code).toBe(0);
    const all = await hygge(['compact'], { cwd: folder });
    expect(all).toMatchObject({ code: 0, stderr: '' });
    expect(all.stdout).toMatch(/- text: a csv store cannot be compacted/);
    expect(all.stdout).toMatch(/✓ few {2}1 file left as they are/);
    const json = await hygge(['compact', '--json'], { cwd: folder });
    expect(json.code).toBe(0);
    expect(JSON.parse(json.stdout)).toMatchObject({
      status: 'success',
      stores: [
        { name: 'few', files_after: 1, error: null },
        { name: 'text', skipped: true, error: { code: 'COMPACT_UNSUPPORTED' } },
      ],
    });
    const one = await hygge(['compact', '-f', 'text'], { cwd: folder });
    expect(one.code).not.toBe(0);
    expect(one.stderr).toContain('COMPACT_UNSUPPORTED');
  });
});
