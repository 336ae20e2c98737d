import { describe, expect, it } from 'vitest';
import { parseHome, parseStore } from '../../src/config/index.js';
import { errorsOf, problemsOf, testRegistry } from './project.js';

const registry = testRegistry();
const home = (input: unknown) => parseHome(registry, input);
const wrong = (input: unknown) => problemsOf((async () => parseStore(registry, input))());

describe('a home or store that a program configures', () => {
  it('is a path of the default type, with every default filled in', () => {
    expect(home('data/in')).toEqual({ type: 'box', path: 'data/in', batch_size: 100, lid: false });
  });

  it('is an object, with or without a type', () => {
    expect(home({ path: 'a', lid: true })).toEqual({ type: 'box', path: 'a', batch_size: 100, lid: true });
    expect(home({ type: 'shop', table: 't' })).toEqual({ type: 'shop', table: 't' });
  });

  it('can be read again from what came out', () => {
    const once = parseStore(registry, { path: 'a', compression: 'zstd' });
    expect(parseStore(registry, once)).toEqual(once);
  });

  it('has absolute paths where a root is given; addresses and patterns stay', () => {
    expect(parseHome(registry, 'a/*.box', { root: '/data' }).path).toBe('/data/a/*.box');
    expect(parseHome(registry, 's3://bucket/a', { root: '/data' }).path).toBe('s3://bucket/a');
    expect(parseHome(registry, '/else', { root: '/data' }).path).toBe('/else');
  });

  it('takes keys from the older options map, which count above those beside it', () => {
    const store = parseStore(registry, { path: 'a', compression: 'gzip', options: { compression: 'zstd' } });
    expect(store).toMatchObject({ compression: 'zstd' });
    expect(store).not.toHaveProperty('options');
  });

  it('says everything that is wrong, at once', async () => {
    expect(await wrong({ compresion: 'zstd', batch_size: 0, nested: { dept: 1 } })).toEqual([
      '- MISSING_KEY the box store needs the key "path"',
      '- INVALID_VALUE batch_size: must be at least 1, but is 0',
      '- UNKNOWN_KEY unknown key "dept" in nested of the box store (Did you mean "depth"?)',
      '- UNKNOWN_KEY unknown key "compresion" in the box store (Did you mean "compression"?)',
    ]);
  });

  it.each([
    [
      { type: 'bix' },
      '- UNKNOWN_TYPE there is no store of type "bix"; known are: box, cellar (Did you mean "box"?)',
    ],
    [{ type: 5 }, '- INVALID_VALUE store.type: must be text, but is 5'],
    [42, '- INVALID_VALUE store: must be a path, or a map with type, but is 42'],
    [null, '- INVALID_VALUE store: must be a path, or a map with type, but is empty'],
    [['a'], '- INVALID_VALUE store: must be a path, or a map with type, but is a list'],
    ['', '- INVALID_VALUE path: must not be empty'],
    [{ path: '  ' }, '- INVALID_VALUE path: must not be empty'],
    [{ path: 7 }, '- INVALID_VALUE path: must be text, but is 7 (Write it in quotes: "7".)'],
    [
      { path: 'a', compression: 'zst' },
      '- INVALID_VALUE compression: must be snappy, zstd or gzip, but is "zst" (Did you mean "zstd"?)',
    ],
    [
      { path: 'a', nested: { tags: [1] } },
      '- INVALID_VALUE nested.tags[0]: must be text, but is 1 (Write it in quotes: "1".)',
    ],
    [
      { path: 'a', options: { colour: 1 } },
      '- UNKNOWN_KEY unknown key "colour" in the box store (Known are: path, compression, batch_size, file_pattern, nested, type, incremental, polish.)',
    ],
  ])('refuses %j', async (input, message) => {
    expect(await wrong(input)).toEqual([message]);
  });

  it('refuses unknown keys also where the author of a type forgot to', async () => {
    expect(await wrong({ type: 'cellar', path: 'a', shelv: 1 })).toEqual([
      '- UNKNOWN_KEY unknown key "shelv" in the cellar store (Did you mean "shelf"?)',
    ]);
  });

  it('keeps values that are no data, such as functions, as they are', async () => {
    const { z } = await import('zod');
    const { defineHome } = await import('../../src/core/home.js');
    const pull = () => [];
    const own = testRegistry().home(
      defineHome({
        type: 'own',
        summary: '',
        config: z.strictObject({ pull: z.custom<() => unknown>((value) => typeof value === 'function') }),
        capabilities: { gives: ['batches'], ordered: true },
        open: async () => {
          throw new Error('not here');
        },
      }),
    );
    expect(parseHome(own, { type: 'own', pull })).toEqual({ type: 'own', pull });
    const [error] = await errorsOf((async () => parseHome(own, { type: 'own', pull: 5 }))());
    expect(error?.code).toBe('INVALID_VALUE');
  });
});
