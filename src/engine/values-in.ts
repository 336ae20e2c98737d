import type { Column, LogicalType, SimpleKind, Value } from '../core/types.js';
import { fail } from '../errors/index.js';
import { coerceList, coerceMap, coerceStruct, coerceUnion } from './coerce-nested.js';
import { coerceBig, coerceBoolean, coerceDecimal, coerceDouble, coerceNumber } from './coerce-numbers.js';
import { coerceBit, coerceBytes, coerceEnum, coerceJson, coerceUuid, coerceVarchar } from './coerce-text.js';
import { coerceDate, coerceInterval, coerceTime, coerceTimestamp, coerceTimetz } from './coerce-times.js';
import { type Coercer, showType, showValue, Unfit } from './unfit.js';

/**
 * What makes a column's canonical values (see `core/types.ts`) from what somebody wrote. null and undefined become
 * null. What cannot be kept exactly throws: nothing is rounded, cut, or made null.
 */
export function coercer(type: LogicalType): Coercer {
  const strict = strictCoercer(type);
  return (value) => (value === null || value === undefined ? null : strict(value));
}

function strictCoercer(type: LogicalType): Coercer {
  switch (type.kind) {
    case 'decimal':
      return coerceDecimal(type, type.width, type.scale);
    case 'enum':
      return coerceEnum(type, type.values);
    case 'list':
      return coerceList(type, coercer(type.element), null);
    case 'array':
      return coerceList(type, coercer(type.element), type.length);
    case 'struct':
      return coerceStruct(type, type.fields, coercer);
    case 'map':
      return coerceMap(type, coercer(type.key), coercer(type.value));
    case 'union':
      return coerceUnion(type, type.members, coercer);
    default:
      return simple[type.kind];
  }
}

const simple: Record<SimpleKind, Coercer> = {
  null: (value) => {
    throw new Unfit(value, { kind: 'null' });
  },
  boolean: coerceBoolean,
  tinyint: coerceNumber('tinyint'),
  smallint: coerceNumber('smallint'),
  integer: coerceNumber('integer'),
  bigint: coerceBig('bigint'),
  hugeint: coerceBig('hugeint'),
  utinyint: coerceNumber('utinyint'),
  usmallint: coerceNumber('usmallint'),
  uinteger: coerceNumber('uinteger'),
  ubigint: coerceBig('ubigint'),
  uhugeint: coerceBig('uhugeint'),
  bignum: coerceBig('bignum'),
  float: coerceDouble('float'),
  double: coerceDouble('double'),
  varchar: coerceVarchar,
  json: coerceJson('json'),
  blob: coerceBytes('blob'),
  bit: coerceBit,
  uuid: coerceUuid,
  date: coerceDate,
  time: coerceTime('time'),
  time_ns: coerceTime('time_ns'),
  timetz: coerceTimetz,
  timestamp_s: coerceTimestamp('timestamp_s'),
  timestamp_ms: coerceTimestamp('timestamp_ms'),
  timestamp: coerceTimestamp('timestamp'),
  timestamp_ns: coerceTimestamp('timestamp_ns'),
  timestamptz: coerceTimestamp('timestamptz'),
  interval: coerceInterval,
  geometry: coerceBytes('geometry'),
  variant: coerceJson('variant'),
};

/** Where values stand, for errors about them. */
export interface ValuePlace {
  /** Whose values they are. */
  readonly name: string;
  /** How many rows came before the first of these. Rows count from 1 in messages. */
  readonly firstRow: number;
}

/** A column's canonical values. One that does not fit is VALUE_UNFIT, with its column and row. */
export function coerce(values: readonly unknown[], column: Column, place: ValuePlace): Value[] {
  return coerceWith(coercer(column.type), values, column, place);
}

/** As {@link coerce}, with a coercer that was made before. */
export function coerceWith(
  one: Coercer,
  values: readonly unknown[],
  column: Column,
  { name, firstRow }: ValuePlace,
): Value[] {
  const out: Value[] = new Array(values.length);
  let row = 0;
  try {
    for (; row < values.length; row++) out[row] = one(values[row]);
    return out;
  } catch (thrown) {
    if (!(thrown instanceof Unfit)) throw thrown;
    throw fail('VALUE_UNFIT', {
      name,
      column: column.name,
      row: firstRow + row + 1,
      value: showValue(thrown.value),
      type: showType(thrown.type),
    });
  }
}
