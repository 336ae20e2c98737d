import type { Field, LogicalType, Value } from '../core/types.js';
import { fieldKey, objectOf, own } from './fields.js';
import { type Coercer, Unfit } from './unfit.js';

/** The coercer of a type within a type. */
type Inner = (type: LogicalType) => Coercer;

export function coerceList(type: LogicalType, element: Coercer, length: number | null): Coercer {
  return (value) => {
    if (!Array.isArray(value) || (length !== null && value.length !== length)) throw new Unfit(value, type);
    return Array.from(value, element);
  };
}

const isPlain = (value: unknown): value is object => {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

/** A plain object. A field that is left out is null; one that the type does not have would be lost, and is unfit. */
export function coerceStruct(type: LogicalType, fields: readonly Field[], inner: Inner): Coercer {
  const keys = fields.map(fieldKey);
  const known = new Set(keys);
  const coercers = fields.map((field) => inner(field.type));
  const make = objectOf(keys);
  return (value) => {
    if (!isPlain(value) || !Object.keys(value).every((key) => known.has(key))) throw new Unfit(value, type);
    return make((i) => coercers[i]?.(own(value, keys[i] ?? '')) ?? null);
  };
}

/** A Map, an array of `{ key, value }`, or a plain object where the keys are texts. Keys are not null, and no two equal. */
export function coerceMap(type: LogicalType, key: Coercer, item: Coercer): Coercer {
  return (value) => {
    const entries = entriesOf(value);
    if (entries === null) throw new Unfit(value, type);
    const seen = new Set<unknown>();
    return entries.map(([name, content]): Value => {
      const made = key(name);
      const mark = typeof made === 'object' ? JSON.stringify(made, plainBigints) : made;
      if (made === null || seen.has(mark)) throw new Unfit(value, type);
      seen.add(mark);
      return { key: made, value: item(content) };
    });
  };
}

const plainBigints = (_key: string, part: unknown): unknown => (typeof part === 'bigint' ? `${part}n` : part);

function entriesOf(value: unknown): (readonly [unknown, unknown])[] | null {
  if (value instanceof Map) return [...value];
  if (isPlain(value)) return Object.entries(value);
  if (!Array.isArray(value)) return null;
  const entries = value.map((entry: unknown) =>
    isPlain(entry) && Object.hasOwn(entry, 'key')
      ? ([own(entry, 'key'), own(entry, 'value')] as const)
      : null,
  );
  return entries.every((entry) => entry !== null) ? entries : null;
}

/** `{ tag, value }`, with the tag of one of the members. */
export function coerceUnion(type: LogicalType, members: readonly Field[], inner: Inner): Coercer {
  const coercers = new Map(members.map((member) => [member.name, inner(member.type)]));
  return (value) => {
    const tag = isPlain(value) ? own(value, 'tag') : undefined;
    const coercer = typeof tag === 'string' ? coercers.get(tag) : undefined;
    if (!isPlain(value) || typeof tag !== 'string' || coercer === undefined) throw new Unfit(value, type);
    return { tag, value: coercer(own(value, 'value')) };
  };
}
