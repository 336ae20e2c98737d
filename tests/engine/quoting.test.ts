import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { identifier, literal, pathList } from '../../src/engine/index.js';
import { errorOf, useEngine } from './support.js';

const held = useEngine();

describe('quoting', () => {
  it('keeps every text and every name', async () => {
    const texts = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: fc.constantFrom('"', "'", '\\', ';', '-', '\n', '$', '%', ' ') }),
    );
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        fc.pre(!text.includes('\0') && text !== '');
        const select = `SELECT ${literal(text)} AS ${identifier(text)}`;
        expect(await held.session.rows(select)).toEqual([[text]]);
        expect((await held.session.describe(select)).map((column) => column.name)).toEqual([text]);
      }),
      { seed: 7, numRuns: 200 },
    );
  });

  it('refuses the one character that the engine cannot take', async () => {
    expect((await errorOf(() => identifier('a\0b'))).code).toBe('INVALID_VALUE');
    expect((await errorOf(() => literal('a\0b'))).code).toBe('INVALID_VALUE');
  });

  it('takes each path for one file, patterns or not', async () => {
    const names = [
      'a*b',
      'axb',
      'q?',
      'qq',
      '[x]',
      'x',
      '**',
      "it's",
      '{a,b}',
      'ü 🦆',
      'back\\slash',
      'a\nb',
    ];
    const paths = names.map((name) => join(held.folder, `${name}.parquet`));
    for (const [i, name] of names.entries())
      await held.session.run(`COPY (SELECT ${literal(name)} AS name) TO ${literal(paths[i] ?? '')}`);
    for (const [i, name] of names.entries())
      expect(await held.session.rows(`SELECT name FROM read_parquet(${pathList([paths[i] ?? ''])})`)).toEqual(
        [[name]],
      );
    expect(await held.session.rows(`SELECT name FROM read_parquet(${pathList(paths)})`)).toEqual(
      names.map((name) => [name]),
    );
  });
});
