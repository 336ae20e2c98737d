import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SpoolFile, SpoolFolder, SpoolWriter } from '../../src/connections/postgres/index.js';
import { thisHost } from '../../src/files/index.js';
import { Arrivals } from '../../src/homes/postgres/reading.js';

let temporary: string;
const before = process.env.TMPDIR;
beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'hygge-spool-'));
  process.env.TMPDIR = temporary;
});
afterAll(async () => {
  if (before === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = before;
  await rm(temporary, { recursive: true, force: true });
});

const folderOf = async (name: string, owner: object): Promise<string> => {
  const folder = join(temporary, name);
  await mkdir(folder);
  await writeFile(join(folder, 'owner.json'), JSON.stringify(owner));
  await writeFile(join(folder, '1.rows'), 'rows');
  return folder;
};

describe('rows on their way', () => {
  it('are swept where their process was killed, and only there', async () => {
    const self = await thisHost.identity();
    const { pid } = spawnSync(process.execPath, ['--version']);
    const dead = await folderOf('hygge-rows-dead', { ...self, pid });
    const living = await folderOf('hygge-rows-living', self);
    const elsewhere = await folderOf('hygge-rows-elsewhere', {
      ...self,
      pid,
      machine: 'another',
      host: 'other',
    });
    const folder = new SpoolFolder();
    const file = await folder.file();
    expect([dead, living, elsewhere].map(existsSync)).toEqual([false, true, true]);
    await writeFile(file, 'rows');
    await folder.remove();
    expect(existsSync(file)).toBe(false);
  });

  it('are cut into files between two rows', async () => {
    const folder = new SpoolFolder();
    const files: SpoolFile[] = [];
    const writer = new SpoolWriter(folder, 1000, (file) => files.push(file));
    const lines = Array.from({ length: 500 }, (_, i) => `${i}${'x'.repeat(i % 50)}\n`);
    const all = Buffer.from(lines.join(''));
    // Pieces end anywhere, also in the middle of a row; their memory is used again.
    const piece = Buffer.alloc(97);
    for (let at = 0; at < all.length; at += piece.length) {
      const bytes = piece.subarray(0, all.copy(piece, 0, at));
      const end = bytes.lastIndexOf('\n') + 1;
      const ended = bytes.toString('latin1', 0, end).split('\n').length - 1;
      await writer.take({ bytes, rows: ended, end, longest: 97 });
    }
    await writer.end();
    const texts = await Promise.all(files.map(({ path }) => readFile(path, 'utf8')));
    expect(texts.join('')).toBe(lines.join(''));
    expect(texts.map((text) => text.split('\n').length - 1)).toEqual(files.map(({ rows }) => rows));
    expect(files.length).toBeGreaterThan(10);
    await folder.remove();
  });

  it('are taken no more while those before them wait, and all come when there is room', async () => {
    const folder = new SpoolFolder();
    const files: SpoolFile[] = [];
    let open = (): void => {};
    const room = new Promise<void>((resolve) => {
      open = resolve;
    });
    const writer = new SpoolWriter(folder, 1, (file) => {
      files.push(file);
      return room;
    });
    const bytes = Buffer.alloc(1 << 20, 'x');
    bytes.write('\n', bytes.length - 1);
    let taken = 0;
    let busy: Promise<void> | null = null;
    for (; busy === null && taken < 100; taken++)
      busy = writer.take({ bytes, rows: 1, end: bytes.length, longest: bytes.length });
    expect(taken).toBeLessThan(20);
    expect(files.length).toBeLessThan(2);
    open();
    await busy;
    await writer.end();
    expect(files.map(({ rows }) => rows)).toEqual(Array(taken).fill(1));
    await folder.remove();
  });

  it('wait for who takes them, some files at most, and never for one who has left', async () => {
    const file = { path: '1.rows', rows: 1, longest: 1 };
    const arrivals = new Arrivals();
    const brought = Array.from({ length: 20 }, () => arrivals.add(file));
    const isFull = brought.findIndex((wait) => wait !== null);
    expect(isFull).toBe(7);
    for (let i = isFull; i < 20; i++) {
      expect(await arrivals.next()).toBe(file);
      await brought[i];
    }
    const last = arrivals.add(file);
    expect(last).not.toBeNull();
    arrivals.leave();
    await last;
    expect(arrivals.add(file)).toBeNull();
  });
});
