import fc from 'fast-check';
import { expect, it } from 'vitest';
import { errorsOf, type Files, load, project } from './project.js';

/** A map as it will be written: keys with a value, a map below them, or a misspelt key. */
type Tree = readonly { readonly key: string; readonly value: string | Tree; readonly isWrong: boolean }[];

interface Misspelt {
  readonly file: string;
  readonly line: number;
  readonly key: string;
}

const misspell = (key: string, at: number): string => {
  const cut = at % (key.length + 1);
  return `${key.slice(0, cut)}q${key.slice(cut)}`;
};

/** Any of the optional keys, all required ones, some misspelt ones, in any order. */
function tree(
  required: Readonly<Record<string, fc.Arbitrary<string | Tree>>>,
  optional: Readonly<Record<string, fc.Arbitrary<string | Tree>>>,
): fc.Arbitrary<Tree> {
  const known = Object.keys({ ...required, ...optional });
  const entry = (isWrong: boolean) => (key: string, value: fc.Arbitrary<string | Tree>) =>
    value.map((one) => [{ key, value: one, isWrong }] as Tree);
  const right = [
    ...Object.entries(required).map(([key, value]) => entry(false)(key, value)),
    ...Object.entries(optional).map(([key, value]) =>
      fc.oneof(
        { weight: 2, arbitrary: fc.constant([] as Tree) },
        { weight: 1, arbitrary: entry(false)(key, value) },
      ),
    ),
  ];
  const wrong = fc
    .uniqueArray(
      fc.tuple(fc.constantFrom(...known), fc.nat(20)).map(([key, at]) => misspell(key, at)),
      { maxLength: 2 },
    )
    .map((keys): Tree => keys.map((key) => ({ key, value: '1', isWrong: true })));
  return fc
    .tuple(
      fc.tuple(...right),
      fc.oneof({ weight: 3, arbitrary: fc.constant([] as Tree) }, { weight: 1, arbitrary: wrong }),
    )
    .map(([entries, more]) => [...entries.flat(), ...more])
    .chain((all) => fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }));
}

const value = (text: string) => fc.constant(text);
const nested = tree({}, { depth: value('2'), tags: value('[a]') });
const home = { batch_size: value('3'), lid: value('true') };
const store = { compression: value('zstd'), batch_size: value('4'), incremental: value('true'), nested };
const settings = {
  run_type: value('incremental'),
  queue_size: value('3'),
  timeout: value('5'),
  where: value('a = 1'),
  columns: value('[a]'),
  watermark: tree({ watermark_column: value('t') }, { primary_key: value('[id]') }),
  journal: tree({}, { path: value('log') }),
};
const entity = tree({}, { home: tree({}, home), store: tree({}, store), ...settings });
const flow = (withEntities: boolean) =>
  tree(
    { home: tree({ path: value('in') }, home), store: tree({ path: value('PLACE') }, store) },
    { ...settings, ...(withEntities ? { defaults: entity } : {}) },
  );
const workspace = tree(
  {},
  {
    name: value('p'),
    options: tree({}, { concurrency: value('2'), log_level: value('info'), threads: value('1') }),
    journal: tree({}, { path: value('log') }),
  },
);
const flows = fc.array(
  fc
    .array(entity, { maxLength: 3 })
    .chain((entities) => fc.tuple(flow(entities.length > 0), fc.constant(entities))),
  { minLength: 1, maxLength: 3 },
);

/** The lines of a tree, and which of them hold misspelt keys. */
function write(file: string, root: Tree): { text: string; wrong: Misspelt[] } {
  const lines: string[] = ['# written for a test'];
  const wrong: Misspelt[] = [];
  const walk = (part: Tree, indent: string): void => {
    for (const { key, value: inside, isWrong } of part) {
      const isMap = typeof inside !== 'string';
      lines.push(`${indent}${key}:${isMap ? (inside.length === 0 ? ' {}' : '') : ` ${inside}`}`);
      if (isWrong) wrong.push({ file, line: lines.length, key });
      if (isMap) walk(inside, `${indent}  `);
    }
  };
  walk(root, '');
  return { text: root.length === 0 ? '{}' : lines.join('\n'), wrong };
}

it('reports every misspelt key once, where it stands, and nothing else', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(workspace, flows, async (top, all) => {
      const files: Record<string, string> = {};
      const wrong: Misspelt[] = [];
      const add = (file: string, root: Tree, place = ''): void => {
        const written = write(file, root);
        files[file] = written.text.replace('PLACE', place);
        wrong.push(...written.wrong);
      };
      add('hygge.yml', top);
      for (const [i, [root, entities]] of all.entries()) {
        add(`flows/f${i}/flow.yml`, root, `out${i}`);
        for (const [j, one] of entities.entries()) add(`flows/f${i}/entities/e${j}.yml`, one);
      }
      const errors = await errorsOf(load(project(files as Files)));
      const found = errors.map(({ code, at, facts }) => ({
        code,
        file: at?.file,
        line: at?.line,
        key: facts.key,
      }));
      const order = (a: object, b: object): number => JSON.stringify(a).localeCompare(JSON.stringify(b));
      expect(found.sort(order)).toEqual(
        wrong.map(({ file, line, key }) => ({ code: 'UNKNOWN_KEY', file, line, key })).sort(order),
      );
    }),
    { numRuns: 300 },
  );
});
