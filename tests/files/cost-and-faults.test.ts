import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type FileSystem,
  FolderStore,
  fileError,
  nodeFileSystem,
  syncFile,
  syncFolder,
  writeFileDurably,
} from '../../src/files/index.js';
import { patiently } from '../../src/files/node-file-system.js';
import { errno, MemoryFileSystem } from './support/memory-file-system.js';

let root: string;
let path: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'hygge-faults-'));
  path = join(root, 'store');
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** The real file system, with a look at (or an answer for) every operation. */
function watched(look: (name: string, path: string) => void): FileSystem {
  return new Proxy(nodeFileSystem, {
    get: (target, key) => async (first: string, second: string) => {
      look(String(key), first);
      const operation: (...given: string[]) => Promise<unknown> = Reflect.get(target, key);
      const result = await operation(first, second);
      if (key !== 'open' || typeof result !== 'object' || result === null) return result;
      const sync = async () => {
        look('sync', first);
        await Reflect.get(result, 'sync')();
      };
      return { ...result, sync };
    },
  });
}

async function run(
  runId: string,
  mode: 'append' | 'replace',
  names: readonly string[],
  fileSystem: FileSystem = nodeFileSystem,
) {
  const store = new FolderStore({ path, suffix: '.parquet', fileSystem });
  await store.begin({ runId, name: 'numbers' });
  try {
    const add = [];
    for (const name of names) {
      const staged = store.allocate();
      await writeFile(staged, runId);
      add.push({ staged, name, rows: 1, bytes: runId.length });
    }
    return await store.publish({ runId, add, mode, record: null });
  } finally {
    await store.close();
  }
}

const visible = async () => (await readdir(path)).filter((name) => !name.startsWith('.')).sort();

describe('what durability costs', () => {
  // Each staged file once, then: the names of the staged files, the intent's bytes, the intent's name, the store.
  it('is four fsyncs beyond those of the data, for an append and for a replace', async () => {
    await run('r1', 'append', ['1.parquet']);
    const syncs: string[] = [];
    const counting = watched((name, at) => {
      if (name.startsWith('sync')) syncs.push(at.replace(path, '').replace(/[0-9]+/, 'N'));
    });
    await run('r2', 'append', ['2.parquet', '3.parquet'], counting);
    expect(syncs.sort()).toEqual([
      '',
      '/.hygge',
      '/.hygge/files',
      '/.hygge/files/rN-000001.part',
      '/.hygge/files/rN-000002.part',
      '/.hygge/intent-rN.json.tmp',
    ]);
    syncs.length = 0;
    await run('r3', 'replace', ['3.parquet'], counting);
    expect(syncs).toHaveLength(1 + 4);
  });

  it('is nothing for a file that was synced while the next was written', async () => {
    const syncs: string[] = [];
    const fileSystem = watched((name, at) => {
      if (name === 'syncFile') syncs.push(at);
    });
    const store = new FolderStore({ path, suffix: '.parquet', fileSystem });
    await store.begin({ runId: 'r1', name: 'numbers' });
    const staged = store.allocate();
    await writeFile(staged, 'one');
    await store.sync(staged);
    await store.publish({
      runId: 'r1',
      add: [{ staged, name: '1.parquet', rows: 1, bytes: 3 }],
      mode: 'append',
      record: null,
    });
    await store.close();
    expect(syncs).toEqual([staged]);
  });
});

describe('a file system that fails', () => {
  it('is not asked to sync a file again', async () => {
    let syncs = 0;
    const fileSystem = watched((name, at) => {
      if (name !== 'syncFile') return;
      syncs += 1;
      throw errno('EIO', at);
    });
    const store = new FolderStore({ path, suffix: '.parquet', fileSystem });
    await store.begin({ runId: 'r1', name: 'numbers' });
    const staged = store.allocate();
    await writeFile(staged, 'one');
    const add = [{ staged, name: '1.parquet', rows: 1, bytes: 3 }];
    await expect(store.sync(staged)).rejects.toMatchObject({ code: 'FILE_SYSTEM', retryable: true });

    await expect(store.publish({ runId: 'r1', add, mode: 'append', record: null })).rejects.toMatchObject({
      code: 'FILE_SYSTEM',
    });
    await store.close();
    expect(syncs).toBe(1);
    expect(await readdir(root)).toEqual([]);
  });

  it.each(['sync', 'syncFolder', 'link', 'rename', 'unlink'])(
    'at any %s of a replace leaves the old data or the new, as it is told',
    async (operation) => {
      await run('r0', 'append', ['0.parquet', '1.parquet']);
      for (let nth = 1; ; nth++) {
        const before = await visible();
        let count = 0;
        const failing = watched((name, at) => {
          if (name === operation && !at.includes('lock')) count += 1;
          if (count === nth && name === operation) throw errno('ENOSPC', at);
        });
        const names = [`${operation}-${nth}.parquet`, '1.parquet'];
        const error = await run(`r${nth}`, 'replace', names, failing).then(
          () => null,
          (thrown: unknown) => thrown,
        );
        expect(await visible()).toEqual(error === null ? names.sort() : before);
        if (error !== null) expect(error).toMatchObject({ code: 'DISK_FULL' });
        if (count < nth) break;
      }
      expect(await readdir(join(path, '.hygge'))).toEqual(['files', 'manifest.json']);
    },
  );

  it('is believed when it did what it reports as failed', async () => {
    const fileSystem = new MemoryFileSystem('harsh');
    let lied = false;
    const rename = fileSystem.rename.bind(fileSystem);
    fileSystem.rename = async (from, to) => {
      await rename(from, to);
      if (!to.endsWith('manifest.json') || lied) return;
      lied = true;
      throw errno('EIO', from);
    };
    const store = new FolderStore({ path: '/store', suffix: '.parquet', fileSystem });
    await store.begin({ runId: 'r1', name: 'numbers' });
    const staged = store.allocate();
    const file = await fileSystem.open(staged, 'create');
    await file.write(Buffer.from('one'));
    const add = [{ staged, name: '1.parquet', rows: 1, bytes: 3 }];
    await store.publish({ runId: 'r1', add, mode: 'append', record: null });
    await store.close();
    expect(lied).toBe(true);
    expect((await store.inspect()).files.map(({ name }) => name)).toEqual(['1.parquet']);
    expect(fileSystem.root.entries.get('store')).toMatchObject({ kind: 'folder' });
  });

  it('is asked again, for a while, for what another process blocks', async () => {
    for (const code of ['EPERM', 'EBUSY', 'EACCES']) {
      let left = 3;
      const blocked = async () => {
        left -= 1;
        if (left > 0) throw errno(code, 'x');
        return 'done';
      };
      expect(await patiently(blocked, [0, 0, 0])).toBe('done');
      left = 9;
      await expect(patiently(blocked, [0, 0, 0])).rejects.toMatchObject({ code });
      expect(left).toBe(5);
    }
    let times = 0;
    const missing = async () => {
      times += 1;
      throw errno('ENOENT', 'x');
    };
    await expect(patiently(missing, [0, 0, 0])).rejects.toMatchObject({ code: 'ENOENT' });
    expect(times).toBe(1);
  });

  it.each([
    ['ENOSPC', 'DISK_FULL', false],
    ['EDQUOT', 'DISK_FULL', false],
    ['EACCES', 'PATH_NOT_WRITABLE', false],
    ['EPERM', 'PATH_NOT_WRITABLE', false],
    ['EROFS', 'PATH_NOT_WRITABLE', false],
    ['EIO', 'FILE_SYSTEM', true],
    ['EMFILE', 'FILE_SYSTEM', true],
    ['ENAMETOOLONG', 'FILE_SYSTEM', false],
    ['EXDEV', 'FILE_SYSTEM', false],
  ] as const)('with %s is told of as %s', (code, told, retryable) => {
    const error = fileError(errno(code, '/data/x'), 'the store', '/data');
    expect(error).toMatchObject({ code: told, retryable });
    expect(error.message).toContain('/data/x');
  });

  it('is not blamed for other errors', () => {
    expect(fileError(new TypeError('x is not a function'), 'the store', '/data')).toMatchObject({
      code: 'INTERNAL',
    });
  });
});

describe('a single file', () => {
  it('is written durably, over one of its name', async () => {
    const file = join(root, 'note.json');
    await writeFileDurably(file, Buffer.from('one'));
    await writeFileDurably(file, Buffer.from('two'));
    await syncFile(file);
    await syncFolder(root);
    expect(await readFile(file, 'utf8')).toBe('two');
    expect(await readdir(root)).toEqual(['note.json']);
  });

  it('leaves nothing half-written', async () => {
    await mkdir(join(root, 'taken'));
    await expect(writeFileDurably(join(root, 'taken'), Buffer.from('one'))).rejects.toThrow();
    expect(await readdir(root)).toEqual(['taken']);
  });
});
