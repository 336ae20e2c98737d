import { z } from 'zod';
import type { Registry } from '../core/registry.js';
import { storeKeysSchema } from './schemas.js';
import { asStrict } from './shape.js';

/** A key of a home or store, as `hygge types` lists it. */
export interface KeyDescription {
  readonly name: string;
  /** What it can hold, in words: `text`, `whole number`, `"snappy" | "zstd"`. */
  readonly type: string;
  /** Absent where the key has none. */
  readonly default?: unknown;
  readonly required: boolean;
  readonly description: string | null;
}

/** A type of home, store or connection, with its keys. */
export interface TypeDescription {
  readonly type: string;
  readonly summary: string;
  readonly keys: readonly KeyDescription[];
}

/** All known types with their keys, from the schemas that validate them. */
export function describeTypes(registry: Registry): {
  readonly homes: readonly TypeDescription[];
  readonly stores: readonly TypeDescription[];
  readonly connections: readonly TypeDescription[];
} {
  const describe = (definition: { type: string; summary: string; config: z.ZodObject }): TypeDescription => ({
    type: definition.type,
    summary: definition.summary,
    keys: keysOf(definition.config),
  });
  const generic = keysOf(storeKeysSchema);
  return {
    homes: registry.homes.map(describe),
    stores: registry.stores.map(describe).map((type) => ({ ...type, keys: [...type.keys, ...generic] })),
    connections: registry.connections.map(describe),
  };
}

type Json = z.core.JSONSchema.BaseSchema;

/** The JSON Schema of what may be written, before defaults are filled in. */
export function inputSchema(schema: z.ZodType, override?: z.core.ToJSONSchemaParams['override']): Json {
  return z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    ...(override === undefined ? {} : { override }),
  });
}

function keysOf(config: z.ZodObject): KeyDescription[] {
  const schema = inputSchema(asStrict(config));
  const required = new Set(schema.required ?? []);
  return Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const key: Json = typeof property === 'boolean' ? {} : property;
    return {
      name,
      type: inWords(key),
      ...('default' in key ? { default: key.default } : {}),
      required: required.has(name),
      description: key.description ?? null,
    };
  });
}

const words: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'whole number',
  boolean: 'true | false',
  object: 'map',
  null: 'null',
};

function inWords(schema: Json): string {
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives !== undefined)
    return [...new Set(alternatives.map((one) => inWords(one as Json)))].join(' | ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (Array.isArray(schema.type))
    return schema.type.map((type) => inWords({ ...schema, type } as Json)).join(' | ');
  if (schema.type === 'array') {
    const items = schema.items;
    const inner = typeof items === 'object' && !Array.isArray(items) ? inWords(items as Json) : 'anything';
    return `list of ${inner}`;
  }
  return schema.type === undefined ? 'anything' : (words[schema.type] ?? schema.type);
}
