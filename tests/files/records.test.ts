import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HyggeError } from '../../src/errors/index.js';
import { FolderStore } from '../../src/files/index.js';
import { decodeRecord, emptyRecord, encodeRecord, type StoreRecord } from '../../src/files/record.js';
import { errno } from './support/memory-file-system.js';
import { Simulation } from './support/simulation.js';

const file = { name: 'y=1/é "1".parquet', rows: 3, bytes: 12, run_id: 'r1' };
const record: StoreRecord = {
  ...emptyRecord,
  fence: 7,
  run_id: 'r1',
  written_at: '2026-01-01T00:00:00.000Z',
  files: [file],
  added: [{ ...file, part: 'r1-000001.part' }],
  removed: [{ ...file, name: 'b.parquet', own: true, slot: 'r1-000001.old', part: null }],
  record: { watermark: '9007199254740993', nested: [1, null, { b: 1, a: 2 }] },
  previous: { run_id: null, record: null },
};

describe('a record', () => {
  it('is read back as it was written', () => {
    expect(decodeRecord(encodeRecord(record), 'x')).toEqual(record);
  });

  it('is refused when it is cut at any byte', () => {
    const bytes = encodeRecord(record);
    for (let length = 0; length < bytes.length - 1; length++)
      expect(() => decodeRecord(bytes.subarray(0, length), 'x'), `cut at ${length}`).toThrow(HyggeError);
  });

  it('is refused, or says the same, when any byte is flipped', () => {
    const bytes = encodeRecord(record);
    for (let at = 0; at < bytes.length; at++) {
      for (const flip of [1, 4, 32, 255]) {
        const flipped = bytes.slice();
        flipped[at] = (flipped[at] ?? 0) ^ flip;
        try {
          expect(decodeRecord(flipped, 'x'), `byte ${at} ^ ${flip}`).toEqual(record);
        } catch (error) {
          if (!(error instanceof HyggeError)) throw error;
          expect(['RECORD_DAMAGED', 'RECORD_TOO_NEW']).toContain(error.code);
        }
      }
    }
  });

  it.each(['../out.parquet', '/abs', '.hygge/manifest.json', 'a//b', ''])('never names %j', (name) => {
    for (const part of ['files', 'added', 'removed'] as const) {
      const bad = { ...record, [part]: [{ ...record.added[0], ...record.removed[0], part: 'p', name }] };
      expect(() => decodeRecord(encodeRecord(bad), 'x')).toThrow('cannot be trusted');
    }
  });

  it('never names a staged file elsewhere', () => {
    const bad = { ...record, added: [{ ...file, part: '../../etc/passwd' }] };
    expect(() => decodeRecord(encodeRecord(bad), 'x')).toThrow('cannot be trusted');
  });

  it('of a newer hygge is not read', () => {
    const newer = Buffer.from(JSON.stringify({ version: 2, checksum: '' }));
    expect(() => decodeRecord(newer, 'x')).toThrow('newer hygge');
  });
});

describe('a store whose records are damaged', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'hygge-records-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const open = () => new FolderStore({ path: root, suffix: '.parquet' });
  const owner = { runId: 'next', name: 'numbers' };

  it('is not touched, by anybody', async () => {
    const store = open();
    await store.begin({ runId: 'r1', name: 'numbers' });
    const staged = store.allocate();
    await writeFile(staged, 'one');
    const add = [{ staged, name: '1.parquet', rows: 1, bytes: 3 }];
    await store.publish({ runId: 'r1', add, mode: 'append', record: null });
    await store.close();
    const manifest = join(root, '.hygge', 'manifest.json');
    const bytes = await readFile(manifest);
    await writeFile(manifest, bytes.subarray(0, 100));
    const before = await readdir(root, { recursive: true });
    for (const attempt of [() => open().inspect(), () => open().begin(owner), () => open().recover(owner)])
      await expect(attempt()).rejects.toMatchObject({ code: 'RECORD_DAMAGED' });
    expect(await readdir(root, { recursive: true })).toEqual(before);
    await writeFile(manifest, bytes);
    expect((await open().inspect()).files).toHaveLength(1);
  });

  it('comes to the old data or the new, or is refused, wherever its intent is damaged', async () => {
    const cut = { kind: 'replace', runId: 'r2', names: ['a.parquet', 'c.parquet'], remove: [] } as const;
    const interrupted = async () => {
      const simulation = new Simulation('harsh', true);
      const first = { kind: 'append', runId: 'r1', names: ['a.parquet', 'b.parquet'], remove: [] } as const;
      await simulation.run(first, () => {});
      const stop = simulation.run(cut, ({ name, path }) => {
        if (name === 'unlink' && path.endsWith('b.parquet')) simulation.fileSystem.kill();
      });
      await expect(stop).rejects.toThrow();
      simulation.fileSystem.restart();
      return simulation;
    };
    const names = async (simulation: Simulation) => Object.keys(simulation.seen()).sort();
    const intent = '/data/store/.hygge/intent-r2.json';
    const whole = await (await interrupted()).fileSystem.read(intent);
    for (let at = 0; at < whole.length - 1; at += 3) {
      for (const damaged of [whole.slice(0, at), whole.map((byte, i) => (i === at ? byte ^ 1 : byte))]) {
        const simulation = await interrupted();
        const file = await simulation.fileSystem.open(intent, 'change');
        await file.write(damaged);
        const before = simulation.seen();
        try {
          await simulation.recover();
          expect(await names(simulation)).toEqual(['a.parquet', 'c.parquet']);
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^RECORD_(DAMAGED|TOO_NEW)$/) });
          expect(simulation.seen()).toEqual(before);
        }
      }
    }
  });

  it('is read again when reading failed for another reason', async () => {
    const simulation = new Simulation('harsh', true);
    await simulation.run({ kind: 'append', runId: 'r1', names: ['a.parquet'], remove: [] }, () => {});
    const failing = simulation.recover(({ name, path }) => {
      if (name === 'read' && path.endsWith('manifest.json')) throw errno('EIO', path);
    });
    await expect(failing).rejects.toMatchObject({ code: 'FILE_SYSTEM', retryable: true });
    expect((await simulation.inspect()).files).toHaveLength(1);
  });
});
