import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { snapshot } from '../cli/helpers.js';
import { type Project, project, range } from './project.js';

/** By the engine, which cuts files to measure. */
const go = ['go', '--route', 'engine'];

/** A store with the rows 0 to 4, and a source with 10 to 39 that settles in three files. */
async function begun(runType: 'full_drop' | 'incremental'): Promise<Project> {
  const work = project({
    'hygge.yml': `name: den\nflows:\n  tea: { home: in.parquet, store: { path: store, batch_size: 10 }, run_type: ${runType} }\n`,
  });
  await work.source('in.parquet', 0, 5);
  expect((await work.run(go)).code).toBe(0);
  await work.source('in.parquet', 10, 40);
  return work;
}

const rolledForward = ['between two files', 'before the manifest'] as const;

describe('a run that is killed', () => {
  describe.each(rolledForward)('%s', (kill) => {
    it('is finished by hygge recover, which says and records so', async () => {
      const work = await begun('full_drop');
      expect((await work.run(go, { kill })).signal).toBe('SIGKILL');
      expect(await work.journal()).toHaveLength(1);

      const ended = await work.run(['recover']);
      expect(ended).toMatchObject({ code: 0, stderr: '' });
      expect(ended.stdout).toContain('had died while it published; its files are now all in place');
      expect(ended.stdout).toMatch(/tea: run \w{26} is now in the journal/);
      expect(await work.ids('store')).toEqual(range(10, 40));
      const [first, second, ...more] = await work.journal();
      expect(more).toEqual([]);
      expect(second).toMatchObject({
        action: 'recover',
        coordinator: 'den',
        name: 'tea',
        flow: 'tea',
        entity: null,
        status: 'success',
        run_type: 'full_drop',
        route: 'engine',
        row_count: 30,
        rows_read: 30,
        rows_staged: 30,
        files: 3,
        attempts: 1,
        config_digest: first?.config_digest,
        hygge_version: first?.hygge_version,
        error_code: null,
      });
      expect(second?.message).toContain('had died while it published');
      expect(second?.coordinator_run_id).not.toBe(first?.coordinator_run_id);

      expect((await work.run(['recover'])).stdout).toBe('1 store had nothing to recover.\n');
      expect(await work.journal()).toHaveLength(2);
    });
  });

  it('is finished by the next run too, and nothing is there twice', async () => {
    const work = await begun('incremental');
    await work.run(go, { kill: 'between two files' });
    await work.source('in.parquet', 50, 52);
    const ended = await work.run(go);
    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain('had died while it published');
    expect(await work.ids('store')).toEqual([...range(0, 5), ...range(10, 40), 50, 51]);
    const entries = await work.journal();
    expect(entries.map(({ action, status, row_count }) => [action, status, row_count])).toEqual([
      ['run', 'success', 5],
      ['recover', 'success', 30],
      ['run', 'success', 2],
    ]);
    expect(new Set(entries.map(({ coordinator_run_id }) => coordinator_run_id)).size).toBe(3);
  });

  it('before it published leaves nothing but a line that it failed', async () => {
    const work = await begun('full_drop');
    expect((await work.run(go, { kill: 'before the intent' })).signal).toBe('SIGKILL');
    const document = await work.json(['recover']);
    expect(document).toMatchObject({
      status: 'success',
      stores: [{ name: 'tea', runs: [{ what: 'swept' }], recorded: 1, error: null }],
    });
    expect(await work.ids('store')).toEqual(range(0, 5));
    const entries = await work.journal();
    expect(entries[1]).toMatchObject({ action: 'recover', status: 'fail', row_count: 0, name: 'tea' });
    expect(entries[1]?.message).toContain('had died before it published');
    expect(entries).toHaveLength(2);
    expect(Object.keys(snapshot(join(work.folder, 'store'))).filter((name) => /\.part$/.test(name))).toEqual(
      [],
    );
  });

  it.each(['recover', 'go'])('between its data and its record is recorded by hygge %s', async (command) => {
    const work = await begun('incremental');
    expect((await work.run(go, { kill: 'before the record' })).signal).toBe('SIGKILL');
    expect(await work.ids('store')).toEqual([...range(0, 5), ...range(10, 40)]);
    expect(await work.journal()).toHaveLength(1);
    await work.source('in.parquet', 50, 51);
    expect((await work.run(command === 'go' ? go : [command])).code).toBe(0);
    const entries = (await work.journal()).map(({ action, status, row_count }) => [
      action,
      status,
      row_count,
    ]);
    expect(entries.slice(0, 2)).toEqual([
      ['run', 'success', 5],
      ['recover', 'success', 30],
    ]);
    expect(entries).toHaveLength(command === 'go' ? 3 : 2);
    await work.run(['recover']);
    expect(await work.journal()).toHaveLength(entries.length);
  });
});

describe('a run that lives', () => {
  it('never finds itself to be recovered: an entry each, and no more', async () => {
    const work = await begun('incremental');
    for (let i = 0; i < 2; i++) expect((await work.run(go)).code).toBe(0);
    expect((await work.run(['recover'])).code).toBe(0);
    expect((await work.journal()).map(({ action }) => action)).toEqual(['run', 'run', 'run']);
  });

  it('leaves other projects to their own journals', async () => {
    const work = await begun('incremental');
    mkdirSync(join(work.folder, 'other'));
    writeFileSync(
      join(work.folder, 'other/hygge.yml'),
      'name: other\nflows:\n  jug: { home: ../in.parquet, store: ../store, run_type: incremental }\n',
    );
    expect((await work.run(['go', 'other'])).code).toBe(0);
    expect((await work.run(['recover'])).code).toBe(0);
    expect(await work.journal()).toHaveLength(1);
    expect((await work.json(['journal', 'other'])).entries).toHaveLength(1);
  });
});

describe('a journal that cannot be written', () => {
  it('is told before anything is moved', async () => {
    const work = await begun('full_drop');
    const before = snapshot(join(work.folder, 'store'));
    rmSync(join(work.folder, '.hygge'), { recursive: true });
    writeFileSync(join(work.folder, '.hygge'), 'a file');
    const ended = await work.run(go);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('PATH_NOT_WRITABLE');
    expect(ended.stderr).toContain('the journal');
    expect(snapshot(join(work.folder, 'store'))).toEqual(before);
  });

  it('after the data was published is told as that, and completed by the next run', async () => {
    const work = await begun('incremental');
    const ended = await work.run([...go, '--json'], { fail: 'the journal is full' });
    expect(ended.code).toBe(1);
    const document = JSON.parse(ended.stdout);
    expect(document).toMatchObject({
      status: 'fail',
      rows: 30,
      flows: [{ status: 'fail', rows: 30, error: { code: 'JOURNAL_BEHIND', retryable: false } }],
    });
    expect(ended.stderr).toContain('30 rows were published, but the journal has no entry of it');
    expect(await work.ids('store')).toEqual([...range(0, 5), ...range(10, 40)]);
    // Half a line is left.
    expect(work.lines().at(-1)).not.toBe('');

    await work.source('in.parquet', 50, 51);
    expect((await work.run(go)).code).toBe(0);
    const entries = await work.journal();
    expect(entries.map(({ action, row_count }) => [action, row_count])).toEqual([
      ['run', 5],
      ['recover', 30],
      ['run', 1],
    ]);
    expect(await work.ids('store')).toEqual([...range(0, 5), ...range(10, 40), 50]);
  });
});
