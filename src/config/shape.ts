import { z } from 'zod';

/** A schema without what only says "may be missing", "has a default" or "is changed afterwards". */
function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  const def = schema._zod.def as z.core.$ZodTypeDef & {
    readonly innerType?: z.core.$ZodType;
    readonly in?: z.core.$ZodType;
  };
  const inner = def.innerType ?? def.in;
  return inner === undefined ? schema : unwrap(inner);
}

/** The keys that a schema knows at a path; those of all its alternatives together. */
export function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  const bare = unwrap(schema);
  if (bare instanceof z.core.$ZodUnion)
    return [...new Set(bare._zod.def.options.flatMap((option) => keysAt(option, path)))];
  const [step, ...rest] = path;
  if (bare instanceof z.core.$ZodObject) {
    if (step === undefined) return Object.keys(bare._zod.def.shape);
    const inner = bare._zod.def.shape[String(step)] ?? bare._zod.def.catchall;
    return inner === undefined ? [] : keysAt(inner, rest);
  }
  if (step === undefined) return [];
  if (bare instanceof z.core.$ZodArray) return keysAt(bare._zod.def.element, rest);
  if (bare instanceof z.core.$ZodRecord) return keysAt(bare._zod.def.valueType, rest);
  return [];
}

/** Whether a schema says that what stands at a path is written and never shown. */
export function isSecret(schema: z.core.$ZodType, path: readonly PropertyKey[]): boolean {
  const bare = unwrap(schema);
  const own = bare instanceof z.core.$ZodObject ? bare._zod.def.shape[String(path[0])] : undefined;
  return own !== undefined && z.globalRegistry.get(own)?.writeOnly === true;
}

const strict = new WeakMap<z.ZodObject, z.ZodObject>();

/** The same schema, but keys that it does not know are an error, also where its author did not say so. */
export function asStrict(schema: z.ZodObject): z.ZodObject {
  if (schema.def.catchall !== undefined) return schema;
  const known = strict.get(schema);
  if (known !== undefined) return known;
  const made = schema.strict();
  strict.set(schema, made);
  return made;
}
