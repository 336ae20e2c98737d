import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const src = fileURLToPath(new URL('../src', import.meta.url));

/** A room may import from the rooms of the lines above its own, and from itself. */
const layers: readonly (readonly string[])[] = [
  ['errors'],
  ['core'],
  ['files'],
  ['config', 'engine', 'parquet'],
  ['formats', 'connections', 'journal'],
  ['homes', 'stores'],
  ['builtin'],
  ['flow'],
  ['coordinator'],
  ['messages'],
  ['cli', 'testing', 'index'],
];
const layerOf = new Map(layers.flatMap((rooms, layer) => rooms.map((room) => [room, layer] as const)));

const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.split(sep).join('/'));

const roomOf = (file: string): string => file.split('/')[0]?.replace(/\.ts$/, '') ?? '';
const importsOf = (file: string): string[] =>
  [...readFileSync(join(src, file), 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(
    (match) => match[1] ?? '',
  );
const inside = (file: string, target: string): string =>
  relative(src, resolve(src, dirname(file), target))
    .split(sep)
    .join('/')
    .replace(/\.js$/, '.ts');

describe('the architecture', () => {
  it('knows every room', () => {
    expect(files.map(roomOf).filter((room) => !layerOf.has(room))).toEqual([]);
  });

  it('has imports that point one way', () => {
    const wrong: string[] = [];
    for (const file of files) {
      for (const target of importsOf(file).filter((name) => name.startsWith('.'))) {
        const to = inside(file, target);
        const own = roomOf(file);
        const other = roomOf(to);
        if (own !== other && (layerOf.get(other) ?? 99) >= (layerOf.get(own) ?? -1))
          wrong.push(`${file} → ${to}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('keeps one type of home or store out of another', () => {
    const wrong: string[] = [];
    for (const file of files.filter((name) => /^(homes|stores)\/[^/]+\//.test(name))) {
      const own = file.split('/').slice(0, 2).join('/');
      for (const target of importsOf(file).filter((name) => name.startsWith('.'))) {
        const to = inside(file, target);
        if (/^(homes|stores)\/[^/]+\//.test(to) && !to.startsWith(`${own}/`)) wrong.push(`${file} → ${to}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('imports from core no library but the schema validator', () => {
    const libraries = files
      .filter((file) => roomOf(file) === 'core' || roomOf(file) === 'errors')
      .flatMap((file) =>
        importsOf(file).filter((name) => !name.startsWith('.') && !name.startsWith('node:')),
      );
    expect([...new Set(libraries)].filter((name) => name !== 'zod')).toEqual([]);
  });

  it('has files of at most 300 lines', () => {
    const long = files.filter((file) => readFileSync(join(src, file), 'utf8').split('\n').length > 301);
    expect(long).toEqual([]);
  });

  it('spells the name of a type in its own folder and in builtin.ts alone', () => {
    const types = readdirSync(join(src, 'homes')).concat(readdirSync(join(src, 'stores')));
    const asks = new RegExp(`(type|kind)\\s*(===|!==)\\s*'(${[...new Set(types)].join('|')})'`);
    const wrong = files.filter(
      (file) =>
        !/^(homes|stores)\//.test(file) &&
        file !== 'builtin.ts' &&
        asks.test(readFileSync(join(src, file), 'utf8')),
    );
    expect(wrong).toEqual([]);
  });
});
