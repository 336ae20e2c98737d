import type { DuckDBType } from '@duckdb/node-api';
import type { Field, LogicalType, SimpleKind } from '../core/types.js';
import type { Native } from './native.js';

/** The engine's type as a logical type. Every type of the engine has an answer, or this does not compile. */
export function fromEngine(type: DuckDBType, { api }: Native): LogicalType {
  const inner = (other: DuckDBType): LogicalType => fromEngine(other, { api } as Native);
  const fields = (names: readonly string[], types: readonly DuckDBType[]): Field[] =>
    types.map((fieldType, i) => ({ name: names[i] ?? '', type: inner(fieldType) }));
  const id = api.DuckDBTypeId;
  switch (type.typeId) {
    case id.BOOLEAN:
      return { kind: 'boolean' };
    case id.TINYINT:
      return { kind: 'tinyint' };
    case id.SMALLINT:
      return { kind: 'smallint' };
    case id.INTEGER:
    case id.INTEGER_LITERAL:
      return { kind: 'integer' };
    case id.BIGINT:
      return { kind: 'bigint' };
    case id.UTINYINT:
      return { kind: 'utinyint' };
    case id.USMALLINT:
      return { kind: 'usmallint' };
    case id.UINTEGER:
      return { kind: 'uinteger' };
    case id.UBIGINT:
      return { kind: 'ubigint' };
    case id.HUGEINT:
      return { kind: 'hugeint' };
    case id.UHUGEINT:
      return { kind: 'uhugeint' };
    case id.BIGNUM:
      return { kind: 'bignum' };
    case id.FLOAT:
      return { kind: 'float' };
    case id.DOUBLE:
      return { kind: 'double' };
    case id.VARCHAR:
      return { kind: type.alias === 'JSON' ? 'json' : 'varchar' };
    case id.STRING_LITERAL:
      return { kind: 'varchar' };
    case id.BLOB:
      return { kind: 'blob' };
    case id.BIT:
      return { kind: 'bit' };
    case id.UUID:
      return { kind: 'uuid' };
    case id.DATE:
      return { kind: 'date' };
    case id.TIME:
      return { kind: 'time' };
    case id.TIME_NS:
      return { kind: 'time_ns' };
    case id.TIME_TZ:
      return { kind: 'timetz' };
    case id.TIMESTAMP_S:
      return { kind: 'timestamp_s' };
    case id.TIMESTAMP_MS:
      return { kind: 'timestamp_ms' };
    case id.TIMESTAMP:
      return { kind: 'timestamp' };
    case id.TIMESTAMP_NS:
      return { kind: 'timestamp_ns' };
    case id.TIMESTAMP_TZ:
      return { kind: 'timestamptz' };
    case id.INTERVAL:
      return { kind: 'interval' };
    case id.GEOMETRY:
      return { kind: 'geometry' };
    case id.VARIANT:
      return { kind: 'variant' };
    case id.SQLNULL:
    case id.ANY:
      return { kind: 'null' };
    case id.DECIMAL:
      return { kind: 'decimal', width: type.width, scale: type.scale };
    case id.ENUM:
      return { kind: 'enum', values: type.values };
    case id.LIST:
      return { kind: 'list', element: inner(type.valueType) };
    case id.ARRAY:
      return { kind: 'array', element: inner(type.valueType), length: type.length };
    case id.STRUCT:
      return { kind: 'struct', fields: fields(type.entryNames, type.entryTypes) };
    case id.MAP:
      return { kind: 'map', key: inner(type.keyType), value: inner(type.valueType) };
    case id.UNION:
      return { kind: 'union', members: fields(type.memberTags, type.memberTypes) };
    default:
      return never(type);
  }
}

/** A logical type as the engine's. */
export function toEngine(type: LogicalType, native: Native): DuckDBType {
  const { api } = native;
  const inner = (other: LogicalType): DuckDBType => toEngine(other, native);
  const types = (fields: readonly Field[]): DuckDBType[] => fields.map((field) => inner(field.type));
  const names = (fields: readonly Field[]): string[] => fields.map((field) => field.name);
  switch (type.kind) {
    case 'decimal':
      return api.DECIMAL(type.width, type.scale);
    case 'enum':
      return api.ENUM(type.values);
    case 'list':
      return api.LIST(inner(type.element));
    case 'array':
      return api.ARRAY(inner(type.element), type.length);
    case 'struct':
      return new api.DuckDBStructType(names(type.fields), types(type.fields));
    case 'map':
      return api.MAP(inner(type.key), inner(type.value));
    case 'union':
      return new api.DuckDBUnionType(names(type.members), types(type.members));
    default:
      return simpleToEngine(type.kind, native);
  }
}

function simpleToEngine(kind: SimpleKind, { api }: Native): DuckDBType {
  const table: Record<SimpleKind, DuckDBType> = {
    null: api.SQLNULL,
    boolean: api.BOOLEAN,
    tinyint: api.TINYINT,
    smallint: api.SMALLINT,
    integer: api.INTEGER,
    bigint: api.BIGINT,
    hugeint: api.HUGEINT,
    utinyint: api.UTINYINT,
    usmallint: api.USMALLINT,
    uinteger: api.UINTEGER,
    ubigint: api.UBIGINT,
    uhugeint: api.UHUGEINT,
    bignum: api.BIGNUM,
    float: api.FLOAT,
    double: api.DOUBLE,
    varchar: api.VARCHAR,
    json: api.DuckDBVarCharType.create('JSON'),
    blob: api.BLOB,
    bit: api.BIT,
    uuid: api.UUID,
    date: api.DATE,
    time: api.TIME,
    time_ns: api.TIME_NS,
    timetz: api.TIMETZ,
    timestamp_s: api.TIMESTAMP_S,
    timestamp_ms: api.TIMESTAMP_MS,
    timestamp: api.TIMESTAMP,
    timestamp_ns: api.TIMESTAMP_NS,
    timestamptz: api.TIMESTAMPTZ,
    interval: api.INTERVAL,
    geometry: api.GEOMETRY,
    variant: api.VARIANT,
  };
  return table[kind];
}

function never(type: never): never {
  throw new TypeError(`a type that is not known: ${String(type)}`);
}
