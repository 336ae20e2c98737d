import type { z } from 'zod';
import type { Registry } from '../core/registry.js';
import { inputSchema } from './describe.js';
import type { PlaceDefinition, Role } from './place.js';
import {
  connectionSlot,
  defaultsSlot,
  entitySchema,
  entitySlot,
  flowSchema,
  flowSlot,
  homePartSlot,
  homeSlot,
  storeKeysSchema,
  storePartSlot,
  storeSlot,
  workspaceSchema,
} from './schemas.js';
import { asStrict } from './shape.js';

export type JsonSchema = z.core.JSONSchema.BaseSchema;

const draft = 'https://json-schema.org/draft/2020-12/schema';
const slots = new Map<unknown, string>([
  [homeSlot, 'home'],
  [storeSlot, 'store'],
  [homePartSlot, 'home_part'],
  [storePartSlot, 'store_part'],
  [flowSlot, 'flow'],
  [entitySlot, 'entity'],
  [defaultsSlot, 'defaults'],
  [connectionSlot, 'connection'],
]);

/**
 * JSON Schemas (draft 2020-12) of the files: `workspace` for hygge.yml, `flow` for flow.yml, `entity` for files
 * under entities/, `file` for a single file with flows. Made from the schemas that validate them. They are a little
 * more lenient than hygge itself: a key may come from another layer, and a number from the environment.
 */
export function jsonSchemas(
  registry: Registry,
): Readonly<Record<'workspace' | 'flow' | 'entity' | 'file', JsonSchema>> {
  const $defs = definitions(registry);
  const whole = (name: string, title: string): JsonSchema => ({
    $schema: draft,
    title,
    $ref: `#/$defs/${name}`,
    $defs,
  });
  return {
    workspace: whole('workspace', 'hygge.yml'),
    flow: whole('flow', 'A flow of hygge'),
    entity: whole('entity_file', 'An entity of a flow of hygge'),
    file: whole('file', 'Flows of hygge in one file'),
  };
}

/** One JSON Schema for any of the files. */
export function jsonSchema(registry: Registry): JsonSchema {
  const names = ['workspace', 'flow', 'entity_file'];
  return {
    $schema: draft,
    title: 'A file of hygge',
    anyOf: names.map((name) => ({ $ref: `#/$defs/${name}` })),
    $defs: definitions(registry),
  };
}

function definitions(registry: Registry): Record<string, JsonSchema> {
  const workspace = lenient(part(workspaceSchema));
  const entity = lenient(part(entitySchema));
  const { name: _, ...unnamed } = entity.properties ?? {};
  return {
    reference: {
      type: 'string',
      pattern: '^\\$\\{.+\\}$',
      description: `A reference to an environment variable: \${NAME} or \${NAME:-default}`,
    },
    workspace,
    file: { ...workspace, required: ['flows'] },
    flow: lenient(part(flowSchema)),
    entity,
    entity_file: { ...entity, required: [] },
    defaults: { ...entity, properties: unnamed, required: [], description: 'Merged into each entity' },
    connection: connection(registry),
    home: place('home', registry.homes, registry.defaultType),
    home_part: place('home', registry.homes, null),
    store: place('store', registry.stores, registry.defaultType),
    store_part: place('store', registry.stores, null),
  };
}

function part(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...rest } = inputSchema(schema, ({ zodSchema, jsonSchema }) => {
    const name = slots.get(zodSchema);
    if (name === undefined) return;
    // What the slot itself says, the definition says better.
    for (const key of Object.keys(jsonSchema)) if (key !== 'description') delete jsonSchema[key];
    jsonSchema.$ref = `#/$defs/${name}`;
  });
  return rest;
}

function place(
  role: Role,
  definitions: readonly (PlaceDefinition & { readonly summary: string })[],
  /** null where the type comes from the flow: any may be meant. */
  defaultType: string | null,
): JsonSchema {
  const generic = role === 'store' ? (part(storeKeysSchema).properties ?? {}) : {};
  const types = definitions.map((definition) => {
    const { properties = {}, additionalProperties } = part(asStrict(definition.config));
    const type = { const: definition.type, description: definition.summary };
    const options = { type: 'object', description: 'Older place of the keys beside it' } as const;
    return lenient({
      type: 'object',
      title: definition.type,
      description: definition.summary,
      properties: { type, options, ...generic, ...properties },
      ...(additionalProperties === undefined ? {} : { additionalProperties }),
      // The other keys may come from the flow, its defaults or the entity.
      required: defaultType === null || definition.type === defaultType ? [] : ['type'],
    });
  });
  const path = defaultType === null ? 'A path' : `A path (type ${defaultType})`;
  return { anyOf: [{ type: 'string', description: path }, ...types] };
}

/** One of the known types; another stays as it is written, as hygge leaves it. */
function connection({ connections }: Registry): JsonSchema {
  const types = connections.map((definition) => {
    const { properties = {}, additionalProperties } = part(asStrict(definition.config));
    const type = { const: definition.type, description: definition.summary };
    return lenient({
      type: 'object',
      title: definition.type,
      description: definition.summary,
      properties: { type, ...properties },
      ...(additionalProperties === undefined ? {} : { additionalProperties }),
      required: ['type'],
    });
  });
  const known = connections.map(({ type }) => type);
  const other: JsonSchema = {
    type: 'object',
    properties: { type: { type: 'string', pattern: `^(?!(?:${known.join('|')})$)` } },
    required: ['type'],
  };
  return { anyOf: [...types, other] };
}

const strictForms = new Set(['integer', 'number', 'boolean']);

/** Lets a reference to the environment stand wherever a number, a boolean or one of some words must. */
function lenient(schema: JsonSchema): JsonSchema {
  const { properties } = schema;
  if (properties === undefined) return schema;
  const changed = Object.entries(properties).map(([name, property]) => {
    if (typeof property === 'boolean') return [name, property] as const;
    if (property.properties !== undefined) return [name, lenient(property)] as const;
    if (property.anyOf?.some((one) => (one as JsonSchema).properties !== undefined)) {
      const anyOf = property.anyOf.map((one) => lenient(one as JsonSchema));
      return [name, { ...property, anyOf }] as const;
    }
    const types = [property.type].flat();
    if (property.enum === undefined && !types.some((type) => type !== undefined && strictForms.has(type)))
      return [name, property] as const;
    const { description, default: fallback, ...rest } = property;
    const described = { ...(description === undefined ? {} : { description }) };
    const defaulted = { ...(fallback === undefined ? {} : { default: fallback }) };
    return [name, { ...described, ...defaulted, anyOf: [rest, { $ref: '#/$defs/reference' }] }] as const;
  });
  return { ...schema, properties: Object.fromEntries(changed) as NonNullable<JsonSchema['properties']> };
}
