// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to the environment are allowed in files
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { describeTypes, type JsonSchema, jsonSchema, jsonSchemas } from '../../src/config/index.js';
import { testRegistry } from './project.js';

const registry = testRegistry();
const schemas = jsonSchemas(registry);
const accepts = (schema: JsonSchema, yaml: string): boolean =>
  z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]).safeParse(parse(yaml)).success;

describe('the list of types', () => {
  const { homes, stores } = describeTypes(registry);

  it('names every type with its keys, defaults and meanings', () => {
    expect(homes.map(({ type, summary }) => [type, summary])).toEqual([
      ['box', 'Boxes on a shelf'],
      ['shop', 'A table of a database'],
    ]);
    expect(homes[0]?.keys).toEqual([
      { name: 'path', type: 'text', required: true, description: 'Where the box is' },
      {
        name: 'batch_size',
        type: 'whole number',
        default: 100,
        required: false,
        description: 'Rows at a time',
      },
      { name: 'lid', type: 'true | false', default: false, required: false, description: null },
    ]);
  });

  it('says what the keys of stores can hold, and the key that all stores have', () => {
    const types = Object.fromEntries((stores[0]?.keys ?? []).map(({ name, type }) => [name, type]));
    expect(types).toEqual({
      path: 'text',
      compression: '"snappy" | "zstd" | "gzip"',
      batch_size: 'whole number',
      file_pattern: 'text',
      nested: 'map',
      incremental: 'true | false | null',
      polish: 'map | null',
    });
  });
});

describe('the JSON Schemas', () => {
  it.each([
    ['workspace', 'name: a\noptions: {concurrency: 2, memory_limit: 4GB}\nplugins: [x]'],
    ['workspace', 'options: {concurrency: "${N}", continue_on_error: "${B:-true}"}'],
    ['workspace', 'journal: {path: log}\nconnections: {db: {type: pg, host: h}}'],
    ['file', 'flows: {a: {home: in, store: out}}'],
    [
      'file',
      'flows: {a: {home: {type: shop, table: t}, store: {path: x, compression: zstd, incremental: true}}}',
    ],
    [
      'flow',
      'home: in\nstore: {type: cellar, path: x, shelf: 3}\nentities: [a, {name: b, home: x}]\ndefaults: {timeout: 5}',
    ],
    [
      'flow',
      'home: {batch_size: "${N}"}\nstore: {options: {compression: zstd}}\nwatermark: {watermark_column: a}\ncolumns: {a: b}',
    ],
    ['entity', 'store: {shelf: 3}'],
  ] as const)('of a %s accepts %s', (name, yaml) => {
    expect(accepts(schemas[name], yaml)).toBe(true);
    expect(accepts(jsonSchema(registry), yaml)).toBe(true);
  });

  it.each([
    ['workspace', 'optoins: {concurrency: 2}'],
    ['workspace', 'options: {concurency: 2}'],
    ['workspace', 'options: {concurrency: many}'],
    ['workspace', 'connections: {db: {host: h}}'],
    ['file', 'name: a'],
    ['file', 'flows: {a: {hom: in}}'],
    ['file', 'flows: {a: {home: {type: shop, tabel: t}}}'],
    ['flow', 'home: {type: bx}'],
    ['flow', 'store: {compression: zst}'],
    ['flow', 'home: {table: t}'],
    ['flow', 'entities: [{home: x}]'],
    ['flow', 'defaults: {name: x}'],
    ['flow', 'run_type: all'],
    ['entity', 'entities: [a]'],
  ] as const)('of a %s refuses %s', (name, yaml) => {
    expect(accepts(schemas[name], yaml)).toBe(false);
  });

  it('carry descriptions and defaults for editors', () => {
    const defs = schemas.workspace.$defs as Record<string, { properties?: Record<string, unknown> }>;
    expect(defs.flow?.properties?.queue_size).toMatchObject({
      default: 10,
      description: expect.stringContaining('Batches'),
    });
  });
});
