import { describe, expect, it } from 'vitest';
import { toPlain } from '../../src/config/node.js';
import { parseYaml } from '../../src/config/yaml.js';
import { load, problemsOf, project } from './project.js';

const plain = (text: string) => toPlain(parseYaml(text, 'f.yml'));
const wrong = (text: string) => problemsOf((async () => parseYaml(text, 'f.yml'))());

describe('YAML as it is read', () => {
  it('knows text, numbers, booleans, null, lists, maps', () => {
    expect(plain('a: x\nb: 1\nc: true\nd:\ne: [1.5, "2", ~]\nf: {g: yes}\nh: 2024-01-02\n')).toEqual({
      a: 'x',
      b: 1,
      c: true,
      d: null,
      e: [1.5, '2', null],
      f: { g: 'yes' },
      h: '2024-01-02',
    });
  });

  it('knows block text, comments, a document mark, a byte order mark, Windows line ends', async () => {
    expect(plain('---\r\n# hello\r\na: |\r\n  one\r\n  two\r\n')).toEqual({ a: 'one\ntwo\n' });
    const root = project({ 'f.yml': '\uFEFFflows: {a: {home: x, store: y}}' });
    expect((await load(root, { path: 'f.yml' })).workspace.entities).toHaveLength(1);
  });

  it('knows anchors, aliases and <<', () => {
    expect(
      plain('a: &base {x: 1, y: 2}\nb: {<<: *base, y: 3}\nc: *base\nd: {<<: [*base, {z: 1}]}\n'),
    ).toEqual({
      a: { x: 1, y: 2 },
      b: { x: 1, y: 3 },
      c: { x: 1, y: 2 },
      d: { x: 1, y: 2, z: 1 },
    });
  });

  it.each([
    ['a: [1', '1:6 YAML_INVALID the YAML cannot be understood: flow sequence'],
    ['a: b: c', '1:4 YAML_INVALID'],
    [
      'a:\n\t- b',
      '2:1 YAML_INVALID the YAML cannot be understood: a tab is used for indentation (Indent with spaces.)',
    ],
    ['a: "x', '1:6 YAML_INVALID'],
    [
      `a: { b: \${PW}, c: 1 }`,
      `1:10 YAML_INVALID the YAML cannot be understood: unexpected flow-map-start at node end (Within { } a reference needs quotes: "\${PW}".)`,
    ],
    ['a: 1\n b: 2', '1:4 YAML_INVALID'],
    ['a: 1\n---\nb: 2', '2:1 YAML_INVALID the YAML cannot be understood: the file holds several documents'],
    ['', '1:1 YAML_INVALID the YAML cannot be understood: the file is empty'],
    ['# nothing\n', '1:1 YAML_INVALID the YAML cannot be understood: the file is empty'],
    ['a: 1\nb:\n  c: 1\n  d: 2\n  c: 3', '5:3 KEY_TWICE the key "c" is already there, on line 3'],
    ['1: a', '1:1 KEY_NOT_TEXT the key 1 is not text (Write it in quotes.)'],
    ['true: a', '1:1 KEY_NOT_TEXT the key true is not text'],
    ['? [a]\n: b', '1:3 KEY_NOT_TEXT the key [a] is not text'],
    ['__proto__: {a: 1}', '1:1 KEY_NOT_TEXT'],
    ['a: !secret x', '1:4 YAML_INVALID'],
    ['a: *nowhere', '1:4 YAML_INVALID'],
    ['a: {<<: 5}', '1:5 YAML_INVALID the YAML cannot be understood: "<<" takes a map'],
    ['a: &x\n  b: *x', '2:6 YAML_INVALID the YAML cannot be understood: the alias "x" contains itself'],
  ])('refuses %j', async (text, message) => {
    const problems = await wrong(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`f.yml:${message}`);
  });

  it('says every key that is wrong', async () => {
    expect(await wrong('a: 1\na: 2\n1: x\nb: {c: 1, c: 2}')).toHaveLength(3);
  });

  it('refuses aliases that stand for too much', async () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 12; i++)
      lines.push(
        `a${i}: &a${i} [${Array(10)
          .fill(`*a${i - 1}`)
          .join(', ')}]`,
      );
    expect(await wrong(lines.join('\n'))).toEqual([
      expect.stringMatching(/^f.yml:4:.* its aliases stand for more than 10000 values/),
    ]);
  });

  it.each([100, 2_000_000])('refuses nesting %d levels deep', async (levels) => {
    expect(await wrong(`a: ${'['.repeat(levels)}${']'.repeat(levels)}`)).toEqual([
      expect.stringMatching(/nest/),
    ]);
  });

  it('takes a map with many keys in its stride', () => {
    const text = Array.from({ length: 20_000 }, (_, i) => `k${i}: ${i}`).join('\n');
    expect(Object.keys(plain(text) as object)).toHaveLength(20_000);
  });

  it('refuses files that are no text, too large, or a list', async () => {
    const root = project({
      'big.yml': `a: ${'x'.repeat(4_000_001)}`,
      'list.yml': '- a\n',
      'hygge.yml': 'name: x',
    });
    const { writeFileSync } = await import('node:fs');
    writeFileSync(`${root}/bytes.yml`, Buffer.from([0x61, 0x3a, 0x20, 0xff, 0xfe]));
    const messages = [];
    for (const path of ['big.yml', 'list.yml', 'bytes.yml'])
      messages.push(...(await problemsOf(load(root, { path }))));
    expect(messages).toEqual([
      expect.stringMatching(/^big.yml CONFIG_UNREADABLE .*4000004 bytes/),
      'list.yml:1:1 INVALID_VALUE the file: must be a map of keys and values, but is a list',
      'bytes.yml CONFIG_UNREADABLE bytes.yml cannot be read: it is not text in UTF-8',
    ]);
  });
});
