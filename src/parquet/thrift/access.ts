import {
  struct,
  type ThriftField,
  type ThriftList,
  type ThriftStruct,
  type ThriftType,
  type ThriftValue,
} from './tree.js';

/** The value of a field; undefined where the struct does not have it. The last one counts, as for other readers. */
export function fieldOf(tree: ThriftStruct, id: number): ThriftValue | undefined {
  let value: ThriftValue | undefined;
  for (const field of tree.fields) if (field.id === id) value = field.value;
  return value;
}

/** An integer that is safe; null where it is missing, of another type, or beyond the safe integers. */
export function integerOf(tree: ThriftStruct, id: number): number | null {
  const value = fieldOf(tree, id);
  return typeof value === 'number' ? value : null;
}

export function bytesOf(tree: ThriftStruct, id: number): Uint8Array | null {
  const value = fieldOf(tree, id);
  return value instanceof Uint8Array ? value : null;
}

export function textOf(tree: ThriftStruct, id: number): string | null {
  const bytes = bytesOf(tree, id);
  return bytes === null ? null : asText(bytes);
}

export function flagOf(tree: ThriftStruct, id: number): boolean | null {
  const value = fieldOf(tree, id);
  return typeof value === 'boolean' ? value : null;
}

export function structOf(tree: ThriftStruct, id: number): ThriftStruct | null {
  const value = fieldOf(tree, id);
  return isStruct(value) ? value : null;
}

export function listOf(tree: ThriftStruct, id: number): ThriftList | null {
  const value = fieldOf(tree, id);
  return typeof value === 'object' && 'kind' in value && value.kind === 'list' ? value : null;
}

export function isStruct(value: ThriftValue | undefined): value is ThriftStruct {
  return typeof value === 'object' && 'kind' in value && value.kind === 'struct';
}

/** The struct with a field set: in its old place, or where its number belongs. undefined takes it out. */
export function withField(
  tree: ThriftStruct,
  id: number,
  type: ThriftType,
  value: ThriftValue | undefined,
): ThriftStruct {
  const rest = tree.fields.filter((field) => field.id !== id);
  if (value === undefined) return struct(rest);
  const changed: ThriftField = { id, type, value };
  const old = tree.fields.findIndex((field) => field.id === id);
  const next = rest.findIndex((field) => field.id > id);
  const place = old >= 0 ? Math.min(old, rest.length) : next >= 0 ? next : rest.length;
  return struct([...rest.slice(0, place), changed, ...rest.slice(place)]);
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();

export const asText = (bytes: Uint8Array): string => decoder.decode(bytes);
export const asBytes = (text: string): Uint8Array => encoder.encode(text);
