import type { Field, LogicalType } from '../core/types.js';
import { typeName } from '../core/types.js';

/**
 * The type in which a column crosses between the engine and JavaScript: the type itself, but for those whose
 * vectors cannot be read or written as they are.
 */
export function wireType(type: LogicalType): LogicalType {
  const fields = (list: readonly Field[]): Field[] =>
    list.map((field) => ({ name: field.name, type: wireType(field.type) }));
  switch (type.kind) {
    case 'null':
      return { kind: 'integer' };
    case 'variant':
      return { kind: 'json' };
    case 'list':
      return { kind: 'list', element: wireType(type.element) };
    case 'array':
      return { kind: 'array', element: wireType(type.element), length: type.length };
    case 'struct':
      return { kind: 'struct', fields: fields(type.fields) };
    case 'map':
      return { kind: 'map', key: wireType(type.key), value: wireType(type.value) };
    case 'union':
      return { kind: 'union', members: fields(type.members) };
    default:
      return type;
  }
}

/** Whether a type, or one inside it, passes the test. */
export function contains(type: LogicalType, test: (type: LogicalType) => boolean): boolean {
  if (test(type)) return true;
  switch (type.kind) {
    case 'list':
    case 'array':
      return contains(type.element, test);
    case 'struct':
      return type.fields.some((field) => contains(field.type, test));
    case 'map':
      return contains(type.key, test) || contains(type.value, test);
    case 'union':
      return type.members.some((field) => contains(field.type, test));
    default:
      return false;
  }
}

/** Whether a column must be cast on its way between the engine and JavaScript. */
export const isCast = (type: LogicalType): boolean =>
  contains(type, ({ kind }) => kind === 'null' || kind === 'variant');

/** An expression of a column's type as its wire type. */
export function toWire(expression: string, type: LogicalType): string {
  return isCast(type) ? `CAST(${expression} AS ${typeName(wireType(type))})` : expression;
}

/** The type of a column in a table that values of JavaScript are put into. */
export function tableType(type: LogicalType): LogicalType {
  return type.kind === 'geometry' ? { kind: 'blob' } : wireType(type);
}

/** An expression of a column's table type as its own type; the engine checks well-known binary and JSON. */
export function fromTable(expression: string, type: LogicalType): string {
  if (type.kind === 'null') return 'NULL';
  if (type.kind === 'geometry') return `ST_GeomFromWKB(${expression})`;
  return isCast(type) ? `CAST(${expression} AS ${typeName(type)})` : expression;
}

/** Why values of a type cannot be brought into the engine; null where they can. */
export function whyNotIntoTable(type: LogicalType): string | null {
  if (type.kind !== 'geometry' && contains(type, ({ kind }) => kind === 'geometry'))
    return 'batches cannot bring geometry inside another type';
  if (contains(type, (part) => part.kind === 'struct' && part.fields.some((field) => field.name === '')))
    return 'batches cannot bring a struct whose fields have no names';
  return null;
}
