import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { load, problemsOf, project } from './project.js';

/** The entities of flow `f`, with paths relative to the project. */
async function entities(flow: string, files: Record<string, string> = {}) {
  const root = project({ 'hygge.yml': 'name: p', 'flows/f/flow.yml': flow, ...files });
  const { workspace } = await load(root);
  const short = (path: unknown) => String(path).replace(`${root}/`, '');
  return workspace.entities.map((entity) => ({
    ...entity,
    from: short(entity.home.path),
    to: short(entity.store.path),
  }));
}

const paths = async (flow: string, files?: Record<string, string>) =>
  (await entities(flow, files)).map(({ name, from, to }) => `${name}: ${from} -> ${to}`);

const wrong = (flow: string, files: Record<string, string> = {}) =>
  problemsOf(load(project({ 'hygge.yml': 'name: p', 'flows/f/flow.yml': flow, ...files })));

describe('the paths of entities', () => {
  it('are the flow’s with the name appended', async () => {
    expect(await paths('home: in/\nstore: {path: out}\nentities: [a, b]')).toEqual([
      'f_a: in/a -> out/a',
      'f_b: in/b -> out/b',
    ]);
  });

  it('have the entity’s own path appended instead, where it gives one', async () => {
    const flow =
      'home: in\nstore: out\nentities: [{name: a, home: {path: x/a1.box}, store: y}, {name: b, home: z.box}]';
    expect(await paths(flow)).toEqual(['f_a: in/x/a1.box -> out/y', 'f_b: in/z.box -> out/b']);
  });

  it('go where {entity} says', async () => {
    const flow =
      'home: "in/{entity}.box"\nstore: {path: "out/{entity}/new", file_pattern: "{entity}-{sequence}"}\nentities: [a]';
    const [entity] = await entities(flow);
    expect(entity).toMatchObject({
      from: 'in/a.box',
      to: 'out/a/new',
      store: { file_pattern: 'a-{sequence}' },
    });
  });

  it('have {entity} replaced in the entity’s own path', async () => {
    const flow = 'home: in\nstore: out\ndefaults: {home: "{entity}/{entity}.box"}\nentities: [a]';
    expect(await paths(flow)).toEqual(['f_a: in/a/a.box -> out/a']);
  });

  it('are the entity’s own where the flow has none, or where they are absolute', async () => {
    const flow = 'home: {lid: true}\nstore: out\nentities: [{name: a, home: a1, store: /else/a}]';
    expect(await paths(flow)).toEqual(['f_a: a1 -> /else/a']);
    expect((await entities(flow))[0]?.home.lid).toBe(true);
  });

  it('can be all there is: the flow names neither home nor store', async () => {
    expect(await paths('entities: [{name: a, home: x, store: y}]')).toEqual(['f_a: x -> y']);
  });

  it('start anew where the entity names another type', async () => {
    const flow =
      'home: in\nstore: {path: out, compression: zstd}\nentities: [{name: a, store: {type: cellar, path: c}}]';
    expect(await paths(flow)).toEqual(['f_a: in/a -> c']);
  });

  it('are left to a type that knows better', async () => {
    const flow = 'home: {type: shop, table: dbo}\nstore: out\nentities: [a]';
    expect((await entities(flow))[0]?.home).toEqual({ type: 'shop', table: 'dbo.a' });
    const templated = 'home: {type: shop, table: "dbo.t_{entity}"}\nstore: out\nentities: [a]';
    expect((await entities(templated))[0]?.home).toEqual({ type: 'shop', table: 'dbo.t_a' });
  });

  it('do not name {entity} where the flow has none', async () => {
    expect(await wrong('home: "in/{entity}"\nstore: out')).toEqual([
      'flows/f/flow.yml:1:7 INVALID_VALUE home: names {entity}, but flow f has no entities (Add entities: to the flow, or write the name itself.)',
    ]);
  });
});

describe('the keys of entities', () => {
  it('lie over the defaults, and those over the flow', async () => {
    const flow = `
home: {path: in, batch_size: 5, lid: true}
store: {path: out, compression: zstd, batch_size: 7}
run_type: incremental
queue_size: 3
watermark: {primary_key: id}
defaults: {home: {batch_size: 6}, run_type: merge, timeout: 9, watermark: {watermark_column: seen}}
`;
    const [a, b] = await entities(flow, {
      'flows/f/entities/a.yml': 'name: a\nstore: {compression: gzip}\nrun_type: full_drop',
      'flows/f/entities/b.yaml': 'watermark: {primary_key: [x, y], watermark_column: t}',
    });
    expect(a).toMatchObject({
      name: 'f_a',
      home: { batch_size: 6, lid: true },
      store: { compression: 'gzip', batch_size: 7 },
      run_type: 'full_drop',
      settings: { queue_size: 3, timeout: 9, retry: { attempts: 3, delay: 2 } },
      watermark: { primary_key: ['id'], watermark_column: 'seen' },
    });
    expect(b).toMatchObject({
      name: 'f_b',
      run_type: 'merge',
      store: { compression: 'zstd' },
      watermark: { primary_key: ['x', 'y'], watermark_column: 't' },
    });
  });

  it('come from files and from the list together', async () => {
    expect(
      await paths('home: in\nstore: out\nentities: [b]', { 'flows/f/entities/a.yml': 'home: a1' }),
    ).toEqual(['f_b: in/b -> out/b', 'f_a: in/a1 -> out/a']);
  });

  it('may take the older places and spellings', async () => {
    const flow = `
home: {path: in, options: {lid: true}}
store: {path: out, options: {compression: gzip}}
options: {queue_size: 4}
full_drop: false
defaults: {batch_size: 11, source_config: {where: "x > 1"}}
entities: [{name: a}, {name: b, full_drop: true, where: "y > 2", store: {batch_size: 12}}]
`;
    const [a, b] = await entities(flow);
    expect(a).toMatchObject({
      home: { lid: true },
      store: { compression: 'gzip', batch_size: 11 },
      settings: { queue_size: 4 },
      run_type: 'incremental',
      where: 'x > 1',
    });
    expect(b).toMatchObject({ run_type: 'full_drop', where: 'y > 2', store: { batch_size: 12 } });
  });

  it('choose columns: names, or new: old, in the order they are written', async () => {
    const flow =
      'home: in\nstore: out\ncolumns: [b, "1"]\nentities: [a, {name: c, columns: {z: b, "2": x, "1": y}}]';
    const [a, c] = await entities(flow);
    expect(a?.columns).toEqual([
      { from: 'b', name: 'b' },
      { from: '1', name: '1' },
    ]);
    expect(c?.columns).toEqual([
      { from: 'b', name: 'z' },
      { from: 'x', name: '2' },
      { from: 'y', name: '1' },
    ]);
  });

  it.each([
    ['', null],
    [', incremental: true', true],
    [', incremental: false', false],
    [', incremental: null', null],
    [', options: {incremental: true}', true],
  ])('say with store.incremental%s whether to append', async (key, append) => {
    const [entity] = await entities(`home: in\nstore: {path: out${key}}`);
    expect(entity?.append).toBe(append);
    expect(entity?.store).not.toHaveProperty('incremental');
  });

  it('can be many: a thousand entities', async () => {
    const list = Array.from({ length: 1000 }, (_, i) => `  - e${i}`).join('\n');
    expect(await entities(`home: in\nstore: out\nentities:\n${list}\n`)).toHaveLength(1000);
  });
});

describe('what entities may not say', () => {
  it.each([
    ['entities: []', '3:1 INVALID_VALUE entities: the list is empty'],
    ['entities: a', '3:11 INVALID_VALUE entities: must be a list of names, or of maps with name, but is "a"'],
    ['entities: [7]', '3:12 INVALID_VALUE name: must be text, but is 7'],
    [
      'entities: [{name: a, home: {connection: shop, table: t}}]',
      '3:29 MISSING_KEY the home of flow f needs the key "type" (It names a connection, so write its type too',
    ],
    ['entities: [{home: x}]', '3:12 MISSING_KEY an entity of flow f needs the key "name"'],
    [
      'entities: [a, b, a]',
      '3:18 NAME_TAKEN in flow f an entity "a" is already there: flows/f/flow.yml, line 3',
    ],
    [
      'entities: ["a/b"]',
      '3:12 INVALID_VALUE the name of an entity of flow f: must not hold / or \\, but is "a/b"',
    ],
    ['entities: ["a\\\\b"]', '3:12 INVALID_VALUE the name of an entity of flow f: must not hold'],
    ['entities: [" "]', '3:12 INVALID_VALUE the name of an entity of flow f: must not be empty'],
    ['entities: [".."]', '3:12 INVALID_VALUE the name of an entity of flow f: must be a name'],
    ['entities: [{name: a, entities: [b]}]', '3:22 UNKNOWN_KEY unknown key "entities" in entity a of flow f'],
    [
      'entities: [{name: a, key_column: id}]',
      '3:22 KEY_REPLACED the key "key_column" in entity a of flow f does nothing (Write watermark: { primary_key: NAME } instead.)',
    ],
    [
      'entities: [{name: a, full_drop: true, run_type: merge}]',
      '3:22 KEYS_EXCLUDE entity a of flow f has both "full_drop" and "run_type"',
    ],
    [
      'entities: [{name: a, where: x, source_config: {where: y}}]',
      '3:32 KEYS_EXCLUDE entity a of flow f has both "source_config.where" and "where"',
    ],
    [
      'entities: [{name: a, source_config: {wher: y}}]',
      '3:38 UNKNOWN_KEY unknown key "wher" in source_config of flow f (Did you mean "where"?)',
    ],
    ['defaults: [a]\nentities: [a]', '3:1 INVALID_VALUE defaults: must be a map'],
    ['defaults: {name: x}\nentities: [a]', '3:12 UNKNOWN_KEY unknown key "name" in defaults of flow f'],
    ['defaults: {timeout: 1}', '3:1 INVALID_VALUE defaults: they are for entities, and flow f has none'],
    ['full_drop: perhaps', '3:12 INVALID_VALUE full_drop: must be true or false, but is "perhaps"'],
    [
      'run_type: incremetal',
      '3:11 INVALID_VALUE run_type: must be full_drop, incremental or merge, but is "incremetal" (Did you mean "incremental"?)',
    ],
    [
      'watermark: {watermark_column: [a]}',
      '3:13 INVALID_VALUE watermark.watermark_column: must be text, but is a list',
    ],
    [
      'watermark: updated',
      '3:12 INVALID_VALUE watermark: must be a map of keys and values, but is "updated"',
    ],
    ['columns: 5', '3:10 INVALID_VALUE columns: must be a list or a map of keys and values, but is 5'],
    [
      'columns: [1]',
      '3:11 INVALID_VALUE columns[0]: must be text or a map of keys and values, but is 1 (Write it in quotes: "1".)',
    ],
    [
      'journal: {location: elsewhere}',
      '3:21 INVALID_VALUE journal.location: must be store or home, but is "elsewhere"',
    ],
    ['timeout: 0', '3:10 INVALID_VALUE timeout: must be more than 0, but is 0'],
    ['queue_size: 1.5', '3:13 INVALID_VALUE queue_size: must be a whole number, but is 1.5'],
  ])('refuses %s', async (lines, message) => {
    const problems = await wrong(`home: in\nstore: out\n${lines}\n`);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`flows/f/flow.yml:${message}`);
  });

  it('needs a home and a store from somewhere', async () => {
    expect(await wrong('store: {}\nrun_type: full_drop')).toEqual([
      'flows/f/flow.yml:1:1 MISSING_KEY flow f needs the key "home" (Write a path, such as home: data/home, or a map with type.)',
      'flows/f/flow.yml:1:1 MISSING_KEY the store of flow f needs the key "path"',
    ]);
  });

  it('reports a mistake of the flow once, however many entities have it', async () => {
    expect(
      await wrong(
        'home: {path: in, lit: true}\nstore: {path: out, compression: zst}\nentities: [a, b, c]\nqueue_siz: 1',
      ),
    ).toEqual([
      'flows/f/flow.yml:1:18 UNKNOWN_KEY unknown key "lit" in the home of flow f (Did you mean "lid"?)',
      'flows/f/flow.yml:2:33 INVALID_VALUE store.compression: must be snappy, zstd or gzip, but is "zst" (Did you mean "zstd"?)',
      'flows/f/flow.yml:4:1 UNKNOWN_KEY unknown key "queue_siz" in flow f (Did you mean "queue_size"?)',
    ]);
  });

  it('points at the file of the layer that is wrong', async () => {
    expect(
      await wrong('home: in\nstore: out', {
        'flows/f/entities/a.yml': 'name: a\nstore:\n  compression: zst\n',
      }),
    ).toEqual([
      'flows/f/entities/a.yml:3:16 INVALID_VALUE store.compression: must be snappy, zstd or gzip, but is "zst" (Did you mean "zstd"?)',
    ]);
  });
});

describe('what entities may not do together', () => {
  it('settle in one place', async () => {
    const root = project({
      'hygge.yml':
        'flows:\n  a: {home: x, store: out/}\n  b:\n    home: y\n    store: {type: cellar, path: ./out}\n',
    });
    expect(await problemsOf(load(root))).toEqual([
      `hygge.yml:5:5 SAME_DESTINATION flow a and flow b would both settle in ${join(root, 'out')} (Give each a store of its own, so that neither replaces what the other has brought.)`,
    ]);
  });

  it('have one run name', async () => {
    const root = project({
      'hygge.yml':
        'flows:\n  a: {home: x, store: o1, entities: [b_c]}\n  a_b: {home: y, store: o2, entities: [c]}\n',
    });
    expect(await problemsOf(load(root))).toEqual([
      'hygge.yml:3:9 NAME_TAKEN the run name of entity c of flow a_b "a_b_c" is already there: entity b_c of flow a (Give one of the two another name.)',
    ]);
  });
});
