import { describe, expect, it } from 'vitest';
import { snapshot } from '../cli/helpers.js';
import { type Project, project, range } from './project.js';

async function runs(work: Project): Promise<string[]> {
  const ids = (await work.journal())
    .filter(({ action }) => action === 'run')
    .map((e) => e.coordinator_run_id);
  return [...new Set(ids)];
}

const last = async (work: Project): Promise<string> => (await runs(work)).at(-1) ?? '';

/** Two flows that have run twice: 0 to 9 first, then 20 to 24. */
async function twice(store = 'path: '): Promise<Project> {
  const work = project({
    'hygge.yml': `name: den
flows:
  tea: { home: in.parquet, store: { ${store}tea } }
  jug: { home: in.parquet, store: { path: jug }, run_type: incremental }
`,
  });
  for (const [first, end] of [
    [0, 10],
    [20, 25],
  ] as const) {
    await work.source('in.parquet', first, end);
    expect((await work.run(['go'])).code).toBe(0);
  }
  return work;
}

describe('hygge undo', () => {
  it('takes the last run back in every store, once, and records it', async () => {
    const work = await twice();
    const run = await last(work);
    const ended = await work.run(['undo', run.slice(0, 14), '--yes']);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toContain(`tea: run ${run} was taken back`);
    expect(ended.stdout).toContain(`jug: run ${run} was taken back`);
    expect(await work.ids('tea')).toEqual(range(0, 10));
    expect(await work.ids('jug')).toEqual(range(0, 10));
    const undone = (await work.journal()).slice(-2);
    for (const entry of undone)
      expect(entry).toMatchObject({ action: 'undo', status: 'success', undoes: run });
    expect(undone.map(({ name }) => name).sort()).toEqual(['jug', 'tea']);

    const again = await work.json(['undo', run, '--yes']);
    expect(again).toMatchObject({ status: 'success', run_id: run });
    expect(await work.ids('tea')).toEqual(range(0, 10));
    expect((await work.journal()).filter(({ action }) => action === 'undo')).toHaveLength(2);

    const shown = await work.json(['journal', 'show', run]);
    const actions = (shown.entries as { action: string }[]).map(({ action }) => action).sort();
    expect(actions).toEqual(['run', 'run', 'undo', 'undo']);
    // The store goes on from there.
    expect((await work.run(['go'])).code).toBe(0);
    expect(await work.ids('jug')).toEqual([...range(0, 10), ...range(20, 25)]);
  });

  it('changes no store where one has been published to since', async () => {
    const work = await twice();
    const run = await last(work);
    expect((await work.run(['go', '-f', 'tea'])).code).toBe(0);
    const before = { ...snapshot(`${work.folder}/tea`), ...snapshot(`${work.folder}/jug`) };
    const ended = await work.run(['undo', run, '--yes']);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('NOTHING_TO_UNDO');
    expect(ended.stderr).toContain(`its last run is ${await last(work)}, not ${run}`);
    expect(ended.stderr).toContain('the other 1 store stayed as it is');
    expect({ ...snapshot(`${work.folder}/tea`), ...snapshot(`${work.folder}/jug`) }).toEqual(before);
    expect((await work.journal()).filter(({ action }) => action === 'undo')).toEqual([]);
  });

  it('cannot bring back what was not kept', async () => {
    const work = await twice('retention: 0, path: ');
    const ended = await work.run(['undo', await last(work), '--yes']);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('was not kept');
    expect(await work.ids('tea')).toEqual(range(20, 25));
    expect(await work.ids('jug')).toEqual([...range(0, 10), ...range(20, 25)]);
  });

  it('asks, and where nobody can answer needs --yes; knows the runs that there are', async () => {
    const work = await twice();
    const run = await last(work);
    const unasked = await work.run(['undo', run]);
    expect(unasked.code).toBe(2);
    expect(unasked.stderr).toContain('--yes');
    expect((await work.run(['undo', 'nonsense', '--yes'])).stderr).toContain('RUN_NOT_FOUND');
    expect((await work.run(['undo', '0', '--yes'])).stderr).toContain('RUN_AMBIGUOUS');
    expect(await work.ids('tea')).toEqual(range(20, 25));
  });

  it('goes on where one died between two stores', async () => {
    const work = await twice();
    const run = await last(work);
    // Killed while the record of the first store is written: one is taken back, the other is not.
    expect((await work.run(['undo', run, '--yes'], { kill: 'before the record' })).signal).toBe('SIGKILL');
    const [tea, jug] = [await work.ids('tea'), await work.ids('jug')];
    expect([tea.length, jug.length].sort()).toEqual([10, 15]);
    const ended = await work.run(['undo', run, '--yes']);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(await work.ids('tea')).toEqual(range(0, 10));
    expect(await work.ids('jug')).toEqual(range(0, 10));
    const undone = (await work.journal()).filter(({ action }) => action === 'undo');
    expect(undone.map(({ name, undoes }) => [name, undoes]).sort()).toEqual([
      ['jug', run],
      ['tea', run],
    ]);
  });
});
