import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { laterColumns } from '../../src/journal/entry.js';
import { type JournalEntry, openJournal } from '../../src/journal/index.js';

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
