import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HyggeError } from '../../src/errors/index.js';
import { FolderStore, type Host, thisHost } from '../../src/files/index.js';
import { Lock } from '../../src/files/lock.js';
import { emptyRecord, encodeRecord } from '../../src/files/record.js';
import { MemoryFileSystem } from './support/memory-file-system.js';
import { Random } from './support/random.js';
import { Machine } from './support/simulation.js';

let root: string;
let path: string;
let lock: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'hygge-lock-'));
  path = join(root, 'store');
  lock = join(path, '.hygge', 'lock.json');
});
afterEach(() => rm(root, { recursive: true, force: true }));

const open = (host: Host = thisHost, lease = 60) =>
  new FolderStore({ path, suffix: '.parquet', host, lease });
const owner = (runId: string) => ({ runId, name: `entity-${runId}` });

async function stage(store: FolderStore, runId: string, name: string) {
  const staged = store.allocate();
  await writeFile(staged, runId);
  return {
    runId,
    add: [{ staged, name, rows: 1, bytes: runId.length }],
    mode: 'append',
    record: null,
  } as const;
}

/** A machine of another name, from where nobody can tell whether a process here lives. */
const elsewhere: Host = {
  ...thisHost,
  identity: async () => ({ ...(await thisHost.identity()), host: 'elsewhere' }),
  isAlive: async () => null,
};

/** Leaves a lock behind as a process that was killed would. */
async function leaveLock(change: Record<string, unknown>): Promise<void> {
  const store = open();
  await store.begin(owner('dead'));
  const left = JSON.parse(await readFile(lock, 'utf8'));
  await store.close();
  await mkdir(join(path, '.hygge'), { recursive: true });
  await writeFile(lock, JSON.stringify({ ...left, ...change }));
}

describe('the lock of a store', () => {
  it('is held by one run, which others are told of', async () => {
    const first = open();
    await first.begin(owner('r1'));
    const second = open();
    const refused = await second.begin(owner('r2')).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'STORE_LOCKED', retryable: true });
    const { message } = refused as HyggeError;
    for (const part of ['entity-r1', 'run r1', `process ${process.pid}`, hostname(), '20'])
      expect(message).toContain(part);
    await second.close();
    await first.publish(await stage(first, 'r1', '1.parquet'));
    await first.close();
    expect(existsSync(lock)).toBe(false);
  });

  it.each([
    ['whose process is gone', { pid: 2 ** 30 }],
    ['whose process id is used again', { started: '1' }],
    ['of before the machine was started', { boot: 'another' }],
  ])('is taken from a holder %s', async (_, change) => {
    await leaveLock(change);
    const store = open();
    await store.begin(owner('r2'));
    expect(JSON.parse(await readFile(lock, 'utf8'))).toMatchObject({ run_id: 'r2', fence: 2 });
    await store.close();
  });

  it.each([['{"token": "0'], [''], ['\0\0\0\0']])(
    'is taken when a loss of power tore it: %j',
    async (torn) => {
      await mkdir(join(path, '.hygge'), { recursive: true });
      await writeFile(lock, torn);
      const store = open();
      await store.begin(owner('r2'));
      await store.close();
      expect(existsSync(lock)).toBe(false);
    },
  );

  it.each([
    ['lives', {}],
    ['is in another container', { pid_space: 'pid:[1]', pid: 2 ** 30 }],
    ['is on another machine of the same name', { machine: 'other', boot: 'other', pid: 2 ** 30 }],
  ])('is not taken from a holder that %s', async (_, change) => {
    await leaveLock(change);
    await expect(open().begin(owner('r2'))).rejects.toMatchObject({ code: 'STORE_LOCKED' });
  });

  it('is taken from another machine when its lease has run out, whatever the clocks say', async () => {
    await leaveLock({ host: 'elsewhere', acquired_at: '2099-01-01T00:00:00.000Z' });
    await expect(open().begin(owner('r2'))).rejects.toMatchObject({ code: 'STORE_LOCKED' });
    const longAgo = Date.now() / 1000 - 61;
    await utimes(lock, longAgo, longAgo);
    const store = open();
    await store.begin(owner('r2'));
    await store.close();
  });

  it('shows signs of life', async () => {
    const store = open(thisHost, 0.06);
    await store.begin(owner('r1'));
    const { mtimeMs } = await stat(lock);
    while ((await stat(lock)).mtimeMs === mtimeMs) await setImmediate();
    expect(JSON.parse(await readFile(lock, 'utf8'))).toMatchObject({ run_id: 'r1' });
    await store.close();
  });

  it('keeps an owner that wakes up late from publishing', async () => {
    const late = open();
    await late.begin(owner('late'));
    const publication = await stage(late, 'late', 'late.parquet');
    await utimes(lock, 0, 0);
    const next = open(elsewhere);
    expect(await next.begin(owner('next'))).toEqual([{ what: 'swept', runId: 'late', record: null }]);
    const refused = await late.publish(publication).catch((error: unknown) => error);
    expect(['LOCK_LOST', 'STAGED_FILE_LOST']).toContain((refused as HyggeError).code);
    await late.close();
    expect(JSON.parse(await readFile(lock, 'utf8'))).toMatchObject({ run_id: 'next' });
    await next.publish(await stage(next, 'next', 'next.parquet'));
    await next.close();
    expect((await open().inspect()).files.map(({ name }) => name)).toEqual(['next.parquet']);
  });

  it('does not carry out what an owner wrote down after the store had moved on', async () => {
    const late = open();
    await late.begin(owner('r1'));
    await late.publish(await stage(late, 'r1', '1.parquet'));
    await late.close();
    const removed = [
      { name: '1.parquet', rows: 1, bytes: 2, run_id: 'r1', own: true, slot: null, part: null },
    ];
    const outdated = encodeRecord({ ...emptyRecord, fence: 1, run_id: 'late', removed });
    await writeFile(join(path, '.hygge', 'intent-late.json'), outdated);
    expect(await open().recover(owner('r2'))).toEqual([]);
    expect((await open().inspect()).files.map(({ name }) => name)).toEqual(['1.parquet']);
    expect(existsSync(join(path, '.hygge', 'intent-late.json'))).toBe(false);
  });
});

/** Several processes reach for one lock, some die on the way; every order of their operations may come. */
async function contend(seed: number): Promise<number> {
  const random = new Random(seed);
  const machine = new Machine();
  const shared = new MemoryFileSystem('journal');
  shared.links = random.chance(0.7);
  await shared.mkdir('/s');
  const waiting: (() => void)[] = [];
  const holding = new Set<object>();
  let taken = 0;
  let running = 0;

  const actor = async (): Promise<void> => {
    const host = machine.process();
    const me = { dead: false };
    const turn = () =>
      new Promise<void>((resolve) => {
        waiting.push(() => {
          if (me.dead) return;
          me.dead = random.chance(0.02);
          if (!me.dead) return resolve();
          host.exit();
          holding.delete(me);
          running -= 1;
        });
      });
    const fileSystem = new Proxy(shared, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== 'function') return value;
        return async (...given: unknown[]) => {
          await turn();
          return value.apply(target, given);
        };
      },
    });
    for (let time = 0; time < 2; time++) {
      try {
        const got = await Lock.acquire({ ...request, fileSystem, host });
        if (holding.size > 0) throw new Error(`seed ${seed}: two hold the lock`);
        holding.add(me);
        taken += 1;
        await got.check();
        holding.delete(me);
        await got.release();
      } catch (error) {
        if (!(error instanceof HyggeError) || error.code !== 'STORE_LOCKED') throw error;
      }
    }
    host.exit();
    running -= 1;
  };

  const request = { fileSystem: shared, store: '/s', folder: '/s', runId: 'r', owner: 'o', fence: 1 };
  if (random.chance(0.6)) {
    const dead = machine.process();
    await Lock.acquire({ ...request, host: dead });
    dead.exit();
  }
  const actors = 2 + random.below(3);
  running = actors;
  const failures: unknown[] = [];
  for (let i = 0; i < actors; i++) void actor().catch((error: unknown) => failures.push(error));
  while (running > 0 && failures.length === 0) {
    await setImmediate();
    const [next] = waiting.splice(random.below(waiting.length), 1);
    if (next !== undefined) next();
    else if (running > 0 && failures.length === 0) throw new Error(`seed ${seed}: nothing moves`);
  }
  if (failures.length > 0) throw failures[0];
  await (await Lock.acquire({ ...request, host: machine.process() })).release();
  return taken;
}

describe('several that reach for one lock', () => {
  it('get it one at a time, in 1,500 random orders, with deaths on the way', async () => {
    let taken = 0;
    for (let seed = 1; seed <= 1_500; seed++) taken += await contend(seed);
    expect(taken).toBeGreaterThan(1_500);
  });
});
