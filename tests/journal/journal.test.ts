import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { laterColumns } from '../../src/journal/entry.js';
import { type JournalEntry, openJournal, standing } from '../../src/journal/index.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hygge-journal-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const entry = (id: string): JournalEntry => ({
  ...laterColumns,
  schema_version: 1,
  entity_run_id: id,
  coordinator_run_id: 'run',
  flow_run_id: 'run.flow',
  coordinator: 'project',
  flow: 'flow',
  entity: null,
  name: 'flow',
  start_time: '2024-01-01T00:00:00.000Z',
  finish_time: '2024-01-01T00:00:01.000Z',
  status: 'success',
  run_type: 'full_drop',
  route: 'engine',
  row_count: 1,
  bytes_read: 1,
  bytes_written: 1,
  files: 1,
  duration: 1,
  primary_key: null,
  watermark_column: null,
  watermark_type: null,
  watermark: null,
  peak_memory_bytes: 1,
  hygge_version: '0.0.0',
  message: 'line one\nline two',
  error_code: null,
});
const ids = async (): Promise<string[]> => (await openJournal(folder).entries()).map((e) => e.entity_run_id);

describe('the journal', () => {
  it('is empty before anything ran', async () => {
    expect(await ids()).toEqual([]);
  });

  it('keeps entries in the order they came, from many at once', async () => {
    const journal = openJournal(folder);
    const wanted = Array.from({ length: 200 }, (_, i) => `e${i}`);
    await Promise.all(wanted.map((id) => journal.append(entry(id))));
    await journal.close();
    expect(await ids()).toEqual(wanted);
  });

  it('is only ever appended to', async () => {
    for (const id of ['a', 'b']) {
      const journal = openJournal(folder);
      await journal.append(entry(id));
      await journal.close();
    }
    const text = await readFile(join(folder, 'journal.jsonl'), 'utf8');
    expect(text.trimEnd().split('\n')).toHaveLength(2);
    expect(await ids()).toEqual(['a', 'b']);
  });

  it('passes over a last line that was cut anywhere, and goes on behind it', async () => {
    const line = JSON.stringify(entry('torn'));
    for (let cut = 1; cut < line.length; cut += 7) {
      await writeFile(
        join(folder, 'journal.jsonl'),
        `${JSON.stringify(entry('whole'))}\n${line.slice(0, cut)}`,
      );
      expect(await ids()).toEqual(['whole']);
      const journal = openJournal(folder);
      await journal.append(entry('next'));
      await journal.close();
      expect(await ids()).toEqual(['whole', 'next']);
    }
  });

  it('passes over lines that are not its own', async () => {
    const journal = openJournal(folder);
    await journal.append(entry('a'));
    await journal.close();
    await appendFile(join(folder, 'journal.jsonl'), '[1,2]\n"x"\n\n{"other":1}\n');
    expect(await ids()).toEqual(['a']);
  });

  it('says so when it cannot be written', async () => {
    await writeFile(join(folder, 'file'), '');
    const journal = openJournal(join(folder, 'file'));
    await expect(journal.append(entry('a'))).rejects.toMatchObject({ code: 'PATH_NOT_WRITABLE' });
  });
});

describe('a line of the journal', () => {
  const file = () => join(folder, 'journal.jsonl');
  const write = async (...names: string[]): Promise<void> => {
    const journal = openJournal(folder);
    for (const name of names) await journal.append(current(name));
    await journal.close();
  };
  const current = (id: string): JournalEntry => ({ ...entry(id), schema_version: 2, watermark: '41' });

  it('is read back as it was written, with nothing of its own in it', async () => {
    await write('a');
    expect(await openJournal(folder).entries()).toEqual([current('a')]);
  });

  it('that was cut anywhere is passed over, and the next one is not', async () => {
    await write('whole', 'torn');
    const text = await readFile(file(), 'utf8');
    const start = text.indexOf('\n') + 1;
    for (let cut = start + 1; cut < text.length - 1; cut += 3) {
      await writeFile(file(), text.slice(0, cut));
      expect(await ids()).toEqual(['whole']);
      await write('next');
      expect(await ids()).toEqual(['whole', 'next']);
    }
  });

  it('of which any byte was changed is passed over, and never read as something else', async () => {
    await write('a');
    const bytes = await readFile(file());
    for (let at = 0; at < bytes.length; at++) {
      for (const bit of [0, 3, 6]) {
        const changed = Buffer.from(bytes);
        changed.writeUInt8(changed.readUInt8(at) ^ (1 << bit), at);
        await writeFile(file(), changed);
        const read = await openJournal(folder).entries();
        // What is left, if anything is, says the same: the last byte is a line break.
        if (read.length > 0) expect(read).toEqual([current('a')]);
      }
    }
  });

  it('is found behind one that another process left unfinished', async () => {
    await write('a');
    const whole = await readFile(file(), 'utf8');
    await writeFile(file(), `${whole.slice(0, 60)}${whole}`);
    expect(await ids()).toEqual(['a']);
  });
});

describe('what is known of a run', () => {
  it('is all that speaks of it, each once, also what was appended since', async () => {
    const journal = openJournal(folder);
    const of = (id: string, run: string, parts: Partial<JournalEntry> = {}): JournalEntry => ({
      ...entry(id),
      schema_version: 2,
      coordinator_run_id: run,
      ...parts,
    });
    const found = async (run: string) => (await journal.about(run)).map((e) => e.entity_run_id);
    expect(await found('r1')).toEqual([]);
    await journal.append(of('a', 'r1', { message: 'r1 r1' }));
    await journal.append(of('b', 'r2', { message: 'speaks of r1' }));
    expect(await found('r1')).toEqual(['a']);
    await journal.append(of('c', 'r1', { status: 'fail' }));
    // Told twice, by the run itself and by the one that found what it left.
    await journal.append(of('a', 'r1', { action: 'recover' }));
    await journal.append(of('d', 'r3', { action: 'undo', undoes: 'r1' }));
    expect(await found('r1')).toEqual(['a', 'c', 'd']);
    expect(await found('r2')).toEqual(['b']);
    // Asked for by many at once, while it grows.
    const fresh = openJournal(folder);
    await Promise.all(Array.from({ length: 8 }, () => fresh.about('r1')));
    const many = Array.from({ length: 60 }, (_, i) => `m${i}`);
    for (const id of many) await journal.append(of(id, 'many'));
    expect((await fresh.about('many')).map((e) => e.entity_run_id)).toEqual(many);
    await journal.close();
  });

  it('stands as long as nobody took it back', () => {
    const undo: JournalEntry = { ...entry('u'), coordinator_run_id: 'later', action: 'undo', undoes: 'run' };
    const other: JournalEntry = { ...entry('o'), name: 'other' };
    const failed: JournalEntry = { ...entry('f'), status: 'fail', name: 'other' };
    expect(standing([entry('a'), other, failed, undo]).map((e) => e.entity_run_id)).toEqual(['o']);
  });
});

describe('several processes', () => {
  it('append at the same time, and every entry is there and whole', { timeout: 60_000 }, async () => {
    const script = fileURLToPath(new URL('./appender.mjs', import.meta.url));
    const module = new URL('../../build/journal/index.js', import.meta.url).href;
    const sample = JSON.stringify({ ...entry(''), schema_version: 2 });
    const names = ['a', 'b', 'c', 'd'];
    const codes = await Promise.all(
      names.map(async (name) => {
        const child = spawn(process.execPath, [script, module, folder, name, '60', sample]);
        return (await once(child, 'exit'))[0];
      }),
    );
    expect(codes).toEqual([0, 0, 0, 0]);
    const found = await ids();
    const wanted = names.flatMap((name) => Array.from({ length: 60 }, (_, i) => `${name}-${i}`));
    expect([...found].sort()).toEqual([...wanted].sort());
    for (const name of names) {
      const own = found.filter((id) => id.startsWith(name));
      expect(own).toEqual(Array.from({ length: 60 }, (_, i) => `${name}-${i}`));
    }
  });
});

describe('a write that fails', () => {
  it('fails for every entry that was to be in it', async () => {
    await writeFile(join(folder, 'file'), '');
    const journal = openJournal(join(folder, 'file'));
    const results = await Promise.allSettled(['a', 'b', 'c'].map((id) => journal.append(entry(id))));
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    await expect(journal.checkWritable()).rejects.toMatchObject({ code: 'PATH_NOT_WRITABLE' });
    await journal.close();
  });
});
