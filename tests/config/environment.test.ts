// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to the environment are what is tested
import { describe, expect, it } from 'vitest';
import { expandEnvironment } from '../../src/config/environment.js';
import { map, scalar, toPlain } from '../../src/config/node.js';
import { Problems } from '../../src/config/problems.js';
import { load, problemsOf, project } from './project.js';

const env = {
  NAME: 'world',
  EMPTY: '',
  NUMBER: '12',
  REF: '${NAME}',
  YAML: 'a: [1',
  FLAG: 'true',
  SECRET: 'hunter2',
};

function expand(text: string) {
  const problems = new Problems();
  const node = map([['key', { keyAt: null, value: scalar(text) }]]);
  const result = toPlain(expandEnvironment(node, env, problems)) as { key: unknown };
  problems.throwIfAny();
  return result.key;
}

describe('references to the environment', () => {
  it.each([
    ['${NAME}', 'world'],
    ['hello ${NAME}, ${NAME}!', 'hello world, world!'],
    ['${NOPE:-x}', 'x'],
    ['${EMPTY}', ''],
    ['${EMPTY:-x}', 'x'],
    ['${NAME:-x}', 'world'],
    ['${NOPE:-}', ''],
    ['${NOPE:-a:-b}', 'a:-b'],
    ['${NOPE:-${NAME}/in}', 'world/in'],
    ['${NOPE:-{sequence}.box}', '{sequence}.box'],
    ['$${NAME}', '${NAME}'],
    ['${NAME} $${NAME}', 'world ${NAME}'],
    ['$NAME $ {NAME}', '$NAME $ {NAME}'],
    ['${REF}', '${NAME}'],
    ['${YAML}', 'a: [1'],
  ])('%s is %s', (text, expanded) => {
    expect(expand(text)).toBe(expanded);
  });

  it.each(['${', '${NAME', '${}', '${1A}', '${A B}', '${NAME-x}', '${NAME:?x}'])(
    '%s is malformed',
    async (text) => {
      expect(await problemsOf((async () => expand(text))())).toEqual([
        expect.stringMatching(/^- ENV_MALFORMED .* is not a reference/),
      ]);
    },
  );

  it('stand in every file, and become numbers and booleans where those are wanted', async () => {
    const root = project({
      'hygge.yml':
        'name: "${NAME}"\noptions: {concurrency: "${NUMBER}", continue_on_error: "${FLAG}", memory_limit: "${NUMBER}GB"}',
      'flows/f/flow.yml':
        'home: {path: "${NAME}", batch_size: "${NUMBER}", lid: "${FLAG}"}\nstore: out\nwhere: "${NUMBER}"\nfull_drop: "${FLAG}"',
      'flows/f/entities/a.yml': 'store: "${NAME}"\ntimeout: "${NOPE:-2.5}"',
    });
    const { workspace } = await load(root, { env });
    expect(workspace).toMatchObject({
      name: 'world',
      options: { concurrency: 12, continue_on_error: true, memory_limit: 12e9 },
    });
    expect(workspace.entities[0]).toMatchObject({
      home: { path: `${root}/world/a`, batch_size: 12, lid: true },
      store: { path: `${root}/out/world` },
      where: '12',
      run_type: 'full_drop',
      settings: { timeout: 2.5 },
    });
  });

  it('become nothing but text where only a part came from there, or the person wrote text', async () => {
    const root = project({
      'f.yml': 'flows: {f: {home: {path: a, batch_size: "1${NUMBER}"}, store: b, queue_size: "3"}}',
    });
    expect(await problemsOf(load(root, { env, path: 'f.yml' }))).toEqual([
      'f.yml:1:41 INVALID_VALUE home.batch_size: must be a number, but is the value from the environment',
      'f.yml:1:78 INVALID_VALUE queue_size: must be a number, but is "3"',
    ]);
  });

  it('are all reported where they are not set, without errors that follow from it', async () => {
    const root = project({
      'hygge.yml': 'name: "${A}"\noptions: {concurrency: "${B}"}',
      'flows/f/flow.yml':
        'home: "${C}"\nstore: {path: "${D}/${E}", compression: "${F}", type: "${G:-box}"}\nentities: ["${H}", {name: "${I}"}]',
    });
    const problems = await problemsOf(load(root));
    expect(
      problems.map((line) => /^(\S+) ENV_UNSET the environment variable (\w)/.exec(line)?.slice(1).join(' ')),
    ).toEqual([
      'hygge.yml:1:7 A',
      'hygge.yml:2:24 B',
      'flows/f/flow.yml:1:7 C',
      'flows/f/flow.yml:2:15 D',
      'flows/f/flow.yml:2:15 E',
      'flows/f/flow.yml:2:41 F',
      'flows/f/flow.yml:3:12 H',
      'flows/f/flow.yml:3:27 I',
    ]);
  });

  it('are never shown in errors', async () => {
    const root = project({
      'f.yml':
        'flows: {f: {home: {type: shop, table: t, password: "${SECRET}"}, store: {path: b, compression: "${SECRET}", batch_size: "${SECRET}"}, run_type: "${SECRET}"}}',
    });
    const problems = await problemsOf(load(root, { env, path: 'f.yml' }));
    expect(problems).toHaveLength(4);
    expect(problems.join('\n')).not.toContain('hunter2');
  });
});
