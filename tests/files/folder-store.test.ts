import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FolderStore, type FolderStoreOptions, type Publication } from '../../src/files/index.js';

let root: string;
let path: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'hygge-files-'));
  path = join(root, 'above', 'store');
});
afterEach(() => rm(root, { recursive: true, force: true }));

const open = (options: Partial<FolderStoreOptions> = {}) =>
  new FolderStore({ path, suffix: '.parquet', ...options });

type Change = Partial<Omit<Publication, 'add' | 'runId'>> & { readonly add?: Record<string, string> };

/** One whole run: stages `add` (name → content) and publishes it. */
async function run(runId: string, change: Change, options: Partial<FolderStoreOptions> = {}) {
  const store = open(options);
  const recovered = await store.begin({ runId, name: 'numbers' });
  try {
    const add = [];
    for (const [name, content] of Object.entries(change.add ?? {})) {
      const staged = store.allocate();
      await writeFile(staged, content);
      add.push({ staged, name, rows: content.length, bytes: Buffer.byteLength(content) });
    }
    const published = await store.publish({ mode: 'append', record: { runId }, ...change, runId, add });
    return { recovered, published };
  } finally {
    await store.close();
  }
}

async function undo(runId?: string) {
  const store = open();
  await store.begin({ runId: 'undoing', name: 'numbers' });
  try {
    return await store.undo(runId);
  } finally {
    await store.close();
  }
}

/** What a reader sees: name → content of everything that is not hidden. */
async function seen(folder = path): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.name.startsWith('.')) continue;
    const full = join(folder, entry.name);
    if (entry.isDirectory()) {
      for (const [name, content] of Object.entries(await seen(full)))
        found[`${entry.name}/${name}`] = content;
    } else found[entry.name] = await readFile(full, 'utf8');
  }
  return found;
}

const hidden = async () => (await readdir(join(path, '.hygge'), { recursive: true })).sort();

describe('publishing into a folder', () => {
  it('makes the folder, and puts the files there', async () => {
    const { published } = await run('r1', { add: { '1.parquet': 'one', '2.parquet': 'two!' } });
    expect(published).toEqual({
      files: [join(path, '1.parquet'), join(path, '2.parquet')],
      removed: 0,
      bytes: 7,
    });
    expect(await seen()).toEqual({ '1.parquet': 'one', '2.parquet': 'two!' });
    expect(await hidden()).toEqual(['files', 'manifest.json']);
    const contents = await open().inspect();
    expect(contents.files.map(({ name, rows, bytes, run_id }) => [name, rows, bytes, run_id])).toEqual([
      ['1.parquet', 3, 3, 'r1'],
      ['2.parquet', 4, 4, 'r1'],
    ]);
    expect(contents).toMatchObject({ exists: true, runId: 'r1', record: { runId: 'r1' }, holder: null });
  });

  it('appends', async () => {
    await run('r1', { add: { '1.parquet': 'one' } });
    await run('r2', { add: { '2.parquet': 'two' } });
    expect(await seen()).toEqual({ '1.parquet': 'one', '2.parquet': 'two' });
    expect((await open().inspect()).files.map(({ run_id }) => run_id)).toEqual(['r1', 'r2']);
  });

  it('replaces what it put there, also under the same names', async () => {
    await run('r1', { add: { 'a.parquet': 'old', 'b.parquet': 'old' } });
    const { published } = await run('r2', {
      mode: 'replace',
      add: { 'b.parquet': 'new', 'c.parquet': 'new' },
    });
    expect(published.removed).toBe(2);
    expect(await seen()).toEqual({ 'b.parquet': 'new', 'c.parquet': 'new' });
    await run('r3', { mode: 'replace' });
    expect(await seen()).toEqual({});
  });

  it('takes out the files that the new ones stand for', async () => {
    await run('r1', { add: { '1.parquet': 'one', '2.parquet': 'two' } });
    await run('r2', { add: { '3.parquet': 'TWO' }, remove: ['2.parquet'] });
    expect(await seen()).toEqual({ '1.parquet': 'one', '3.parquet': 'TWO' });
  });

  it('publishes into folders below, and removes those it leaves empty', async () => {
    await run('r1', { add: { 'y=1/m=1/a.parquet': 'one', 'y=2/a.parquet': 'two' } });
    expect(await seen()).toEqual({ 'y=1/m=1/a.parquet': 'one', 'y=2/a.parquet': 'two' });
    await run('r2', { mode: 'replace', add: { 'y=2/a.parquet': 'three' } });
    expect(await seen()).toEqual({ 'y=2/a.parquet': 'three' });
    expect(existsSync(join(path, 'y=1'))).toBe(false);
  });

  it('does a run id once', async () => {
    const first = await run('r1', { add: { '1.parquet': 'one' } });
    const again = await run('r1', { add: { '1.parquet': 'one' } });
    expect(again.published).toEqual(first.published);
    expect(await seen()).toEqual({ '1.parquet': 'one' });
    expect(await hidden()).toEqual(['files', 'manifest.json']);
  });

  it('leaves no trace of a run that published nothing', async () => {
    const store = open();
    await store.begin({ runId: 'r1', name: 'numbers' });
    await writeFile(store.allocate(), 'staged');
    await store.discard();
    await store.close();
    await store.close();
    expect(await readdir(root)).toEqual([]);
  });

  it('leaves a folder that was there before', async () => {
    await mkdir(path, { recursive: true });
    await writeFile(join(path, 'mine.parquet'), 'mine');
    const store = open();
    await store.begin({ runId: 'r1', name: 'numbers' });
    await writeFile(store.allocate(), 'staged');
    await store.close();
    expect(await readdir(path)).toEqual(['mine.parquet']);
  });

  it('finds its way through links to folders', async () => {
    await mkdir(join(root, 'real'));
    await symlink(join(root, 'real'), join(root, 'alias'));
    await run('r1', { add: { '1.parquet': 'one' } }, { path: join(root, 'alias', 'deep') });
    expect(await seen(join(root, 'real', 'deep'))).toEqual({ '1.parquet': 'one' });
  });
});

describe('foreign files', () => {
  beforeEach(async () => {
    await run('r1', { add: { '1.parquet': 'one', '2.parquet': 'two' } });
    await mkdir(join(path, 'below'));
    await writeFile(join(path, 'mine.parquet'), 'mine');
    await writeFile(join(path, 'below', 'mine.parquet'), 'mine too');
    await writeFile(join(path, 'notes.txt'), 'not a table');
  });
  const foreign = { 'mine.parquet': 'mine', 'below/mine.parquet': 'mine too', 'notes.txt': 'not a table' };

  it('are named, and left alone by a replace', async () => {
    expect((await open().inspect()).foreign).toEqual(['below/mine.parquet', 'mine.parquet']);
    await run('r2', { mode: 'replace', add: { '3.parquet': 'three' } });
    expect(await seen()).toEqual({ ...foreign, '3.parquet': 'three' });
  });

  it('go when the run is told to, but for those of another kind, and come back by an undo', async () => {
    await run('r2', { mode: 'replace', removeForeign: true, add: { 'mine.parquet': 'three' } });
    expect(await seen()).toEqual({ 'notes.txt': 'not a table', 'mine.parquet': 'three' });
    await undo();
    expect(await seen()).toEqual({ ...foreign, '1.parquet': 'one', '2.parquet': 'two' });
    expect((await open().inspect()).foreign).toEqual(['below/mine.parquet', 'mine.parquet']);
  });

  it('are also those of its own that somebody changed', async () => {
    await writeFile(join(path, '2.parquet'), 'two, mended by hand');
    expect((await open().inspect()).foreign).toContain('2.parquet');
    await run('r2', { mode: 'replace', add: { '3.parquet': 'three' } });
    expect(await seen()).toEqual({ ...foreign, '2.parquet': 'two, mended by hand', '3.parquet': 'three' });
  });

  it('are not written over', async () => {
    const before = await seen();
    await expect(run('r2', { add: { 'mine.parquet': 'three' } })).rejects.toMatchObject({
      code: 'FILE_NAME_TAKEN',
    });
    expect(await seen()).toEqual(before);
    expect(await hidden()).toEqual(['files', 'manifest.json']);
  });

  it('do not count what was taken away', async () => {
    await rm(join(path, '2.parquet'));
    expect((await open().inspect()).missing.map(({ name }) => name)).toEqual(['2.parquet']);
    await run('r2', { mode: 'replace', add: { '3.parquet': 'three' } });
    expect(await seen()).toEqual({ ...foreign, '3.parquet': 'three' });
  });
});

describe('undo', () => {
  it('takes an append back', async () => {
    await run('r1', { add: { '1.parquet': 'one' } });
    await run('r2', { add: { '2.parquet': 'two' } });
    expect(await undo('r2')).toEqual({ runId: 'r2', record: { runId: 'r2' } });
    expect(await seen()).toEqual({ '1.parquet': 'one' });
    expect(await open().inspect()).toMatchObject({ runId: 'r1', record: { runId: 'r1' } });
  });

  it('takes a replace back, once', async () => {
    await run('r1', { add: { 'a.parquet': 'old', 'b.parquet': 'old' } });
    await run('r2', { mode: 'replace', add: { 'b.parquet': 'new' } });
    await undo();
    expect(await seen()).toEqual({ 'a.parquet': 'old', 'b.parquet': 'old' });
    await expect(undo()).rejects.toMatchObject({ code: 'NOTHING_TO_UNDO' });
    await run('r3', { mode: 'replace', add: { 'a.parquet': 'newer' } });
    expect(await seen()).toEqual({ 'a.parquet': 'newer' });
  });

  it('takes the first run back to an empty store', async () => {
    await run('r1', { add: { 'a.parquet': 'old' } });
    await undo();
    expect(await seen()).toEqual({});
    expect(await open().inspect()).toMatchObject({ files: [], runId: null, record: null });
  });

  it('refuses another run than the last, and what was not kept', async () => {
    await run('r1', { add: { 'a.parquet': 'old' } });
    await expect(undo('r0')).rejects.toMatchObject({ code: 'NOTHING_TO_UNDO' });
    await run('r2', { mode: 'replace', add: { 'a.parquet': 'new' } }, { keepForUndo: false });
    expect(await hidden()).toEqual(['files', 'manifest.json']);
    await expect(undo()).rejects.toMatchObject({ code: 'NOTHING_TO_UNDO' });
    expect(await seen()).toEqual({ 'a.parquet': 'new' });
  });

  it('keeps what one run took out, and no more', async () => {
    await run('r1', { add: { 'a.parquet': '1' } });
    await run('r2', { mode: 'replace', add: { 'a.parquet': '2' } });
    await run('r3', { mode: 'replace', add: { 'a.parquet': '3' } });
    expect(await hidden()).toEqual(['files', 'files/r3-000001.old', 'manifest.json']);
  });
});

describe('paths that cannot be a store', () => {
  it('names a file', async () => {
    const file = join(root, 'x.parquet');
    await writeFile(file, 'data');
    for (const attempt of [() => open({ path: file }).inspect(), () => run('r1', {}, { path: file })])
      await expect(attempt()).rejects.toMatchObject({ code: 'STORE_PATH_IS_FILE' });
    await expect(open({ path: join(file, 'below') }).inspect()).rejects.toMatchObject({
      code: 'PATH_NOT_WRITABLE',
    });
    expect(await readFile(file, 'utf8')).toBe('data');
  });

  it.each(['../up.parquet', '/abs.parquet', 'a//b', '.hidden', 'a/.b/c', 'a\\b', '', 'C:x', 'a\nb'])(
    'refuses the name %j',
    async (name) => {
      await expect(run('r1', { add: { [name]: 'x' } })).rejects.toMatchObject({ code: 'UNFIT_NAME' });
      expect(await readdir(root)).toEqual([]);
    },
  );

  it('does not follow a link in the store', async () => {
    await run('r1', { add: { '1.parquet': 'one' } });
    await mkdir(join(root, 'elsewhere'));
    await symlink(join(root, 'elsewhere'), join(path, 'sub'));
    await expect(run('r2', { add: { 'sub/x.parquet': 'x' } })).rejects.toMatchObject({ code: 'UNFIT_NAME' });
    expect(await readdir(join(root, 'elsewhere'))).toEqual([]);
  });
});

describe('inspecting', () => {
  it('finds nothing where nothing is, and makes nothing', async () => {
    expect(await open().inspect()).toEqual({
      exists: false,
      files: [],
      missing: [],
      changed: [],
      foreign: [],
      runId: null,
      record: null,
      pending: [],
      staging: [],
      holder: null,
    });
    expect(await open().recover({ runId: 'r', name: 'recover' })).toEqual([]);
    expect(await readdir(root)).toEqual([]);
  });

  it('tells who holds the store, and what is staged', async () => {
    const store = open();
    await store.begin({ runId: 'r1', name: 'numbers' });
    await writeFile(store.allocate(), 'staged');
    const contents = await open().inspect();
    expect(contents.holder).toMatchObject({ owner: 'numbers', run_id: 'r1', pid: process.pid });
    expect(contents.staging).toEqual(['r1']);
    await expect(run('r2', {})).rejects.toMatchObject({ code: 'STORE_LOCKED', retryable: true });
    await store.close();
    await run('r2', { add: { '1.parquet': 'one' } });
  });
});
