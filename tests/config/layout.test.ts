import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { load, problemsOf, project } from './project.js';

const names = ({ workspace }: Awaited<ReturnType<typeof load>>) => workspace.entities.map(({ name }) => name);
const flow = 'home: in\nstore: out\n';

describe('where a project is found', () => {
  it('is the nearest hygge.yml upward, and its folder is where paths start', async () => {
    const root = project({
      'hygge.yml': 'name: demo',
      'flows/a/flow.yml': flow,
      'flows/a/entities/x.yml': 'home: x1',
    });
    const { workspace, files } = await load(join(root, 'flows/a/entities'));
    expect(workspace).toMatchObject({ name: 'demo', root, state: join(root, '.hygge') });
    expect(workspace.entities[0]).toMatchObject({
      name: 'a_x',
      flow: 'a',
      entity: 'x',
      home: { type: 'box', path: join(root, 'in/x1') },
      store: { path: join(root, 'out/x') },
      run_type: 'full_drop',
      append: null,
      columns: null,
      where: null,
      watermark: null,
      settings: { queue_size: 10, timeout: 300, verify: 'counts', retry: { attempts: 3, delay: 2 } },
    });
    expect(files).toEqual(
      ['hygge.yml', 'flows/a/flow.yml', 'flows/a/entities/x.yml'].map((file) => join(root, file)),
    );
  });

  it('can be named: a folder, its hygge.yml, a single file', async () => {
    const root = project({
      'p/hygge.yml': 'journal: {path: log}',
      'p/flows/a/flow.yml': flow,
      'one/f.yaml': `flows: {b: {home: in, store: out}}`,
    });
    for (const path of ['p', 'p/hygge.yml', join(root, 'p')]) {
      const { workspace } = await load(root, { path });
      expect(workspace).toMatchObject({ name: 'p', root: join(root, 'p'), state: join(root, 'p/log') });
    }
    const { workspace } = await load(root, { path: 'one/f.yaml' });
    expect(workspace).toMatchObject({ name: 'f', root: join(root, 'one') });
    expect(workspace.entities[0]?.home).toMatchObject({ path: join(root, 'one/in') });
    expect(workspace.entities[0]?.at).toEqual({ file: 'one/f.yaml', line: 1, column: 13 });
  });

  it('a single file may hold what hygge.yml holds, and leaves folders alone', async () => {
    const root = project({
      'f.yml':
        'name: n\noptions: {concurrency: 2, memory_limit: 2GB, threads: 3}\nflows:\n  b:\n    home: in\n    store: out\n',
      'flows/a/flow.yml': flow,
    });
    const loaded = await load(root, { path: 'f.yml' });
    expect(names(loaded)).toEqual(['b']);
    expect(loaded.workspace.options).toEqual({
      concurrency: 2,
      continue_on_error: false,
      log_level: 'info',
      memory_limit: 2_000_000_000,
      threads: 3,
    });
  });

  it('hygge.yml may name another folder of flows, and hold flows itself; .yaml will do', async () => {
    const root = project({
      'hygge.yml': 'flows_dir: trips\nflows: {b: {home: in, store: out2}}\n',
      'trips/a/flow.yaml': flow,
      'trips/notes.txt': 'no flow',
      'trips/shared/other.yml': 'no: flow',
      'trips/.hidden/flow.yml': 'home: x',
    });
    expect(names(await load(root))).toEqual(['b', 'a']);
  });

  it('keeps connections', async () => {
    const root = project({ 'hygge.yml': 'connections: {db: {type: pg, host: h}}', 'flows/a/flow.yml': flow });
    expect((await load(root)).connections).toEqual({ db: { type: 'pg', host: 'h' } });
  });

  it.each([
    [
      {},
      undefined,
      /^- WORKSPACE_NOT_FOUND there is no hygge.yml in .*, nor in any of the \d folders above it \(.*hygge init NAME/,
    ],
    [{}, 'nope.yml', /^- CONFIG_NOT_FOUND the file or folder nope.yml does not exist/],
    [{ 'sub/x': '' }, 'sub', /^- WORKSPACE_NOT_FOUND there is no hygge.yml in [^,]* \(/],
    [
      { 'hygge.yml': 'name: a' },
      undefined,
      /^hygge.yml NO_FLOWS there are no flows in flows \(A flow is a folder/,
    ],
    [
      { 'hygge.yml': 'name: a\nflows_dir: trips' },
      undefined,
      /^hygge.yml:2:12 CONFIG_NOT_FOUND the folder of the flows .*trips does not exist/,
    ],
    [{ 'f.yml': 'name: a' }, 'f.yml', /^f.yml NO_FLOWS there are no flows in f.yml \(Write flows:/],
    [{ 'f.yml': 'flows: {}' }, 'f.yml', /^f.yml NO_FLOWS/],
    [
      { 'f.yml': 'flows: 5' },
      'f.yml',
      /^f.yml:1:8 INVALID_VALUE flows: must be a map of keys and values, but is 5/,
    ],
    [
      { 'f.yml': 'flows: {a: 5}' },
      'f.yml',
      /^f.yml:1:12 INVALID_VALUE flows.a: must be a map with home and store/,
    ],
    [
      { 'hygge.yml': 'flows: {a: {home: x, store: y}}', 'flows/a/flow.yml': flow },
      undefined,
      /^hygge.yml:1:9 NAME_TAKEN a flow "a" is already there: flows\/a/,
    ],
    [
      { 'hygge.yml': 'name: p', 'flows/a/flow.yml': flow, 'flows/a/flow.yaml': flow },
      undefined,
      /^flows\/a\/flow.yaml NAME_TAKEN/,
    ],
    [
      { 'hygge.yml': 'name: p', 'flows/a/flow.yml': `name: b\n${flow}` },
      undefined,
      /^flows\/a\/flow.yml:1:7 INVALID_VALUE name: the flow is named a, so it cannot also be "b"/,
    ],
    [
      { 'f.yml': 'flows: {"a/b": {home: x, store: y}}' },
      'f.yml',
      /^f.yml:1:9 INVALID_VALUE the name of flow a\/b: must not hold \//,
    ],
    [
      { 'f.yml': 'flows: {"": {home: x, store: y}}' },
      'f.yml',
      /INVALID_VALUE the name of flow : must not be empty/,
    ],
  ])('says what is missing: %j %s', async (files, path, message) => {
    const problems = await problemsOf(load(project(files as Record<string, string>), { path }));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(message);
  });

  it('a flow that is named by its own file is told where it belongs', async () => {
    const problems = await problemsOf(load(project({ 'flow.yml': flow }), { path: 'flow.yml' }));
    expect(problems).toEqual([
      expect.stringMatching(/^flow.yml NO_FLOWS .*looks like one flow of a project/),
    ]);
  });
});
