// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to the environment are what is tested
import { describe, expect, it } from 'vitest';
import { load, problemsOf, project } from '../config/project.js';

const env = { MASK_KEY: 'long enough for a key', SHORT: 'hunter2' };

async function read(flow: string, more: Record<string, string> = {}) {
  const folder = project({
    'hygge.yml': 'name: p\n',
    'flows/f/flow.yml': `home: in\nstore: out\n${flow}`,
    ...more,
  });
  return (await load(folder, { env })).workspace.entities;
}
const wrong = async (flow: string): Promise<string[]> =>
  problemsOf(
    load(project({ 'hygge.yml': 'name: p\n', 'flows/f/flow.yml': `home: in\nstore: out\n${flow}` }), { env }),
  );

describe('columns', () => {
  it.each([
    [
      '[a, { from: b, name: c, as: date }, "*"]',
      [
        { from: 'a', name: 'a' },
        { from: 'b', name: 'c', as: 'date' },
        { from: '*', name: '*' },
      ],
    ],
    [
      '{ x: a, y: { from: b, as: timestamp, zone: UTC }, z: { as: date } }',
      [
        { from: 'a', name: 'x' },
        { from: 'b', name: 'y', as: 'timestamp', zone: 'UTC' },
        { from: 'z', name: 'z', as: 'date' },
      ],
    ],
    ['[{ name: x }]', [{ from: 'x', name: 'x' }]],
  ])('%s', async (yaml, expected) => {
    expect((await read(`columns: ${yaml}\n`))[0]?.columns).toEqual(expected);
  });
});

describe('masks', () => {
  it('have their defaults, and null is one of them', async () => {
    const [entity] = await read(
      'mask:\n  key: ${MASK_KEY}\n  columns: { a: hash, b: partial, c: { rule: partial, first: 2 }, d: null, e: "null", f: date_shift, g: { rule: date_shift, by: id }, h: redact }\n',
    );
    expect(entity?.mask?.columns).toEqual({
      a: { rule: 'hash' },
      b: { rule: 'partial', first: 0, last: 4, with: '*' },
      c: { rule: 'partial', first: 2, last: 0, with: '*' },
      d: { rule: 'null' },
      e: { rule: 'null' },
      f: { rule: 'date_shift', days: 30, by: [] },
      g: { rule: 'date_shift', days: 30, by: ['id'] },
      h: { rule: 'redact', with: '***' },
    });
    expect(entity?.mask?.key?.reveal()).toBe(env.MASK_KEY);
  });

  it('have a key that may be made of several references, and of nothing else', async () => {
    const [entity] = await read('mask: { key: "${SHORT}${NOT_SET:-${MASK_KEY}}", columns: { a: hash } }\n');
    expect(entity?.mask?.key?.reveal()).toBe(`${env.SHORT}${env.MASK_KEY}`);
  });

  it('of an entity are added to those of its flow and of its defaults', async () => {
    const entities = await read(
      'mask: { key: "${MASK_KEY}", columns: { a: hash, b: redact } }\ndefaults: { mask: { columns: { c: null } } }\nentities: [one, { name: two, mask: { columns: { b: hash, d: redact } } }]\n',
    );
    const rules = entities.map(({ mask }) =>
      Object.entries(mask?.columns ?? {}).map(([column, { rule }]) => `${column} ${rule}`),
    );
    expect(rules).toEqual([
      ['a hash', 'b redact', 'c null'],
      ['a hash', 'b hash', 'c null', 'd redact'],
    ]);
    expect(entities.map(({ mask }) => mask?.key?.reveal())).toEqual([env.MASK_KEY, env.MASK_KEY]);
  });
});

describe('polish', () => {
  it('is a key of every store, of an entity too, and knows the row marker', async () => {
    const entities = await read(
      'entities: [{ name: one, store: { polish: { add_row_marker: { enabled: true }, constants: [{ name: x, value: 1.5 }] } } }, two]\n',
    );
    expect(entities.map(({ polish }) => polish)).toEqual([
      {
        columns: { remove_special: false, remove_spaces: false, case: null },
        hash_ids: [],
        constants: [
          { name: 'x', value: 1.5 },
          { name: '__rowMarker__', value: 4 },
        ],
        timestamps: [],
      },
      null,
    ]);
  });

  it('does not mark rows twice', async () => {
    const polish =
      '{ add_row_marker: { enabled: true, value: 1 }, constants: [{ name: __rowMarker__, value: 2 }] }';
    const [entity] = await read(`entities: [{ name: one, store: { polish: ${polish} } }]\n`);
    expect(entity?.polish?.constants).toEqual([{ name: '__rowMarker__', value: 2 }]);
  });
});

describe('what is misspelt is an error with its place', () => {
  it.each([
    ['columns: [{ form: a }]', ['columns[0]: names no column', 'unknown key "form"', 'Did you mean "from"?']],
    ['columns: { a: { from: b, name: c } }', ['unknown key "name" in columns.a']],
    [
      'mask: { columns: { a: hide } }',
      ['must be hash, redact, partial, null, date_shift, round or a map', '"hide"'],
    ],
    ['mask: { columns: { a: hahs } }', ['Did you mean "hash"?']],
    ['mask: { columns: { a: { rule: rond } } }', ['mask.columns.a.rule', 'Did you mean "round"?']],
    ['mask: { columns: { a: round } }', ['needs to be told more']],
    ['mask: { columns: { a: { rule: round, too: 3 } } }', ['needs the key "to"', 'Did you mean "to"?']],
    ['mask: { columns: { a: { rule: round, to: 0 } } }', ['mask.columns.a.to']],
    ['mask: { columns: { a: hash } }', ['has no key, which hash of a needs']],
    ['mask: { colums: { a: hash } }', ['Did you mean "columns"?']],
    [
      'mask: { key: "a key that stands in a file", columns: {} }',
      ['must come from the environment', 'Write key: ${HYGGE_MASK_KEY}'],
    ],
    [
      'mask: { key: "${NOT_SET:-stands in a file, with a reference}", columns: {} }',
      ['must come from the environment', 'Write key: ${HYGGE_MASK_KEY} without a default'],
    ],
    ['mask: { key: "${MASK_KEY:-stands in a file}", columns: {} }', ['must come from the environment']],
    ['mask: { key: "stands in a file: ${MASK_KEY}", columns: {} }', ['must come from the environment']],
    [
      'mask: { key: "${NOT_SET:-${MASK_KEY:-stands in a file}}", columns: {} }',
      ['must come from the environment'],
    ],
    ['mask: { key: "${SHORT}", columns: {} }', ['must have at least 16 characters']],
    ['mask: { key: "${NOT_SET}", columns: {} }', ['the environment variable NOT_SET is not set']],
    [
      'entities: [{ name: e, store: { polish: { colums: {} } } }]',
      ['unknown key "colums" in polish of the store', 'Did you mean "columns"?'],
    ],
    [
      'entities: [{ name: e, store: { polish: { columns: { case: Snake } } } }]',
      ['store.polish.columns.case', 'Did you mean "snake"?'],
    ],
    [
      'entities: [{ name: e, store: { polish: { hash_ids: [{ name: h }] } } }]',
      ['needs the key "from_columns"'],
    ],
    [
      'entities: [{ name: e, store: { polish: { hash_ids: [{ name: h, from_columns: [a], algo: sha512 }] } } }]',
      ['must be sha256, sha1 or md5'],
    ],
  ])('%s', async (yaml, texts) => {
    const problems = (await wrong(`${yaml}\n`)).join('\n');
    for (const text of texts) expect(problems).toContain(text);
    expect(problems).toMatch(/^flows\/f\/flow\.yml:3:\d+ /);
    for (const secret of [env.MASK_KEY, env.SHORT, 'stands in a file'])
      expect(problems).not.toContain(secret);
  });
});
