import {
  columnIn,
  columnsOf,
  ordered,
  type PostgresSession,
  quoteText,
  type SpooledColumn,
  type SpoolFolder,
  spool,
  unordered,
} from '../../connections/postgres/index.js';
import type { Relation } from '../../core/engine.js';
import type { Reach } from '../../core/home.js';
import { type Column, type LogicalType, partsOf, type Schema, sameType, typeName } from '../../core/types.js';
import { identifier } from '../../engine/index.js';

export interface ReadBack {
  /** The entity's name. */
  readonly name: string;
  readonly session: PostgresSession;
  readonly folder: SpoolFolder;
  /** The table, in SQL. */
  readonly from: string;
  /** The columns that are asked for. */
  readonly schema: Schema;
  readonly reach?: Reach | undefined;
}

/** What a table holds of some columns; null where it has no row. */
export async function heldRows({ schema, reach, ...place }: ReadBack): Promise<Relation | null> {
  const { session, folder, from } = place;
  const [any] = await session.rows(`SELECT 1 FROM ${from} LIMIT 1`);
  if (any === undefined) return null;
  const wanted = new Set(schema.map(({ name }) => name));
  const columns = (await columnsAt(place)).filter(({ name }) => wanted.has(name));
  const column = columns.find(({ name }) => name === reach?.column);
  const where =
    reach === undefined || column === undefined || column.how.isMadeText || reach.from.includes('(BC)')
      ? null
      : `(${ordered(column)} >= ${quoteText(reach.from)} OR ${unordered(column)})`;
  return spool({ session, folder, columns, from, where });
}

/** What a table holds of some columns, as what was staged into them. A column that it does not have is left out. */
export async function stagedRows({ schema, ...place }: ReadBack): Promise<Relation> {
  const { session, folder, from } = place;
  const there = new Map((await columnsAt(place)).map((column) => [column.name, column]));
  const found = schema.filter(({ name }) => there.has(name));
  if (found.length === 0) return { sql: 'SELECT NULL LIMIT 0', schema: [] };
  const columns = found.flatMap(({ name }) => there.get(name) ?? []);
  const { sql } = await spool({ session, folder, columns, from, where: null });
  const values = found.map(({ name, type }) => {
    const column = identifier(name);
    const same = sameType(there.get(name)?.type ?? { kind: 'null' }, type);
    return same ? column : `${asStaged(column, type)} AS ${column}`;
  });
  return { sql: `SELECT ${values.join(', ')} FROM (${sql})`, schema: found };
}

/** A value of the server's type as one of the type that it had. */
function asStaged(column: string, type: LogicalType): string {
  if (type.kind === 'geometry') return `ST_GeomFromWKB(${column})`;
  const from = type.kind === 'time_ns' ? `CAST(${column} AS VARCHAR)` : column;
  return `CAST(${from} AS ${typeName(type)})`;
}

/** Why the values of a column cannot be read back as what they were; null where they can. */
export function unverifiable({ name, type }: Column): string | null {
  const made = partsOf(type).find(({ kind }) => kind === 'union' || kind === 'variant');
  if (made === undefined) return null;
  return `column "${name}" settles as JSON, which does not tell what a ${made.kind} was made of`;
}

async function columnsAt({
  name,
  session,
  from,
}: Pick<ReadBack, 'name' | 'session' | 'from'>): Promise<readonly SpooledColumn[]> {
  return (await columnsOf(session, `SELECT * FROM ${from}`)).map((column) => {
    const how = columnIn(name, column);
    return { name: column.name, type: how.type, nullable: true, how };
  });
}
