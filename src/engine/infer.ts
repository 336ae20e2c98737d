import type { Row } from '../core/batch.js';
import type { Field, LogicalType, Schema } from '../core/types.js';
import { fail } from '../errors/index.js';
import { showType } from './unfit.js';

/** What has been seen of a column or field so far: the row, from 1, that its type comes from. */
interface Seen {
  readonly type: LogicalType;
  readonly row: number;
}

/** A type of which nothing is known yet: every value so far was null. */
const unknown: LogicalType = { kind: 'null' };

/**
 * The columns of plain objects, in the order in which their keys first come. Numbers that are all safe integers are
 * BIGINT, others DOUBLE; strings VARCHAR; Dates TIMESTAMP WITH TIME ZONE; Uint8Arrays BLOB; arrays lists; objects
 * structs; a column of nulls VARCHAR. Types that have no common one without loss are TYPES_MIXED.
 */
export function inferSchema(rows: readonly Row[], name = 'rows'): Schema {
  const columns = new Map<string, Seen>();
  rows.forEach((row, i) => {
    for (const [key, value] of Object.entries(row)) {
      const seen = columns.get(key) ?? { type: unknown, row: i + 1 };
      columns.set(key, widen(seen, value, i + 1, { name, column: key }));
    }
  });
  return [...columns].map(([key, { type }]) => ({ name: key, type: settled(type), nullable: true }));
}

interface Place {
  readonly name: string;
  readonly column: string;
}

function widen(seen: Seen, value: unknown, row: number, place: Place): Seen {
  const type = merged(seen.type, typeOf(value, row, place), (first, second) =>
    fail('TYPES_MIXED', {
      ...place,
      first: showType(settled(first)),
      firstRow: seen.row,
      second: showType(settled(second)),
      secondRow: row,
    }),
  );
  // The first row with a value is the one to name.
  return { type, row: seen.type.kind === 'null' ? row : seen.row };
}

function typeOf(value: unknown, row: number, place: Place): LogicalType {
  switch (typeof value) {
    case 'undefined':
      return unknown;
    case 'boolean':
      return { kind: 'boolean' };
    case 'string':
      return { kind: 'varchar' };
    case 'number':
      return { kind: Number.isSafeInteger(value) && !Object.is(value, -0) ? 'bigint' : 'double' };
    case 'bigint':
      return { kind: bigKind(value) };
    case 'object':
      return value === null ? unknown : objectType(value, row, place);
    default:
      throw fail('VALUE_UNFIT', { ...place, row, value: `a ${typeof value}`, type: 'any column' });
  }
}

function bigKind(value: bigint): 'bigint' | 'hugeint' | 'bignum' {
  if (BigInt.asIntN(64, value) === value) return 'bigint';
  return BigInt.asIntN(128, value) === value ? 'hugeint' : 'bignum';
}

function objectType(value: object, row: number, place: Place): LogicalType {
  if (value instanceof Date) return { kind: 'timestamptz' };
  if (value instanceof Uint8Array || value instanceof ArrayBuffer) return { kind: 'blob' };
  if (Array.isArray(value)) {
    const element = value.reduce<Seen>((seen, item) => widen(seen, item, row, place), { type: unknown, row });
    return { kind: 'list', element: element.type };
  }
  if (value instanceof Map) {
    const start: Seen = { type: unknown, row };
    const key = [...value.keys()].reduce<Seen>((seen, item) => widen(seen, item, row, place), start);
    const content = [...value.values()].reduce<Seen>((seen, item) => widen(seen, item, row, place), start);
    return { kind: 'map', key: key.type, value: content.type };
  }
  const fields = Object.entries(value).map(([name, item]) => ({ name, type: typeOf(item, row, place) }));
  return { kind: 'struct', fields };
}

type Refuse = (first: LogicalType, second: LogicalType) => Error;

/** The narrowest type that holds both without loss. */
function merged(a: LogicalType, b: LogicalType, refuse: Refuse): LogicalType {
  if (a.kind === 'null') return b;
  if (b.kind === 'null') return a;
  if (a.kind === 'list' && b.kind === 'list')
    return { kind: 'list', element: merged(a.element, b.element, refuse) };
  if (a.kind === 'map' && b.kind === 'map')
    return { kind: 'map', key: merged(a.key, b.key, refuse), value: merged(a.value, b.value, refuse) };
  if (a.kind === 'struct' && b.kind === 'struct')
    return { kind: 'struct', fields: mergedFields(a.fields, b.fields, refuse) };
  if (a.kind === b.kind) return a;
  const wider = widerOf(a.kind, b.kind);
  if (wider === null) throw refuse(a, b);
  return { kind: wider };
}

const integers = ['bigint', 'hugeint', 'bignum'] as const;

/** Integers widen among themselves. Whole numbers become doubles beside others: whether each fits is checked as it is read. */
function widerOf(a: string, b: string): 'double' | (typeof integers)[number] | null {
  const ranks = [a, b].map((kind) => (integers as readonly string[]).indexOf(kind));
  if (ranks.every((rank) => rank >= 0)) return integers[Math.max(...ranks)] ?? null;
  return (a === 'bigint' && b === 'double') || (a === 'double' && b === 'bigint') ? 'double' : null;
}

function mergedFields(a: readonly Field[], b: readonly Field[], refuse: Refuse): Field[] {
  const others = new Map(b.map((field) => [field.name, field.type]));
  const both = a.map((field) => ({
    name: field.name,
    type: merged(field.type, others.get(field.name) ?? unknown, refuse),
  }));
  const names = new Set(a.map((field) => field.name));
  return [...both, ...b.filter((field) => !names.has(field.name))];
}

/** The type with VARCHAR wherever nothing but nulls was seen. */
function settled(type: LogicalType): LogicalType {
  switch (type.kind) {
    case 'null':
      return { kind: 'varchar' };
    case 'list':
      return { kind: 'list', element: settled(type.element) };
    case 'map':
      return { kind: 'map', key: settled(type.key), value: settled(type.value) };
    case 'struct':
      // The engine has no struct without fields.
      if (type.fields.length === 0) return { kind: 'json' };
      return {
        kind: 'struct',
        fields: type.fields.map((field) => ({ name: field.name, type: settled(field.type) })),
      };
    default:
      return type;
  }
}
