import type { PostgresSession, ResultColumn } from './session.js';

/** A type of the server, as its catalog describes it. */
export interface CatalogType {
  readonly id: number;
  readonly name: string;
  readonly schema: string;
  /** `b` base, `c` composite, `d` domain, `e` enum, `p` pseudo, `r` range, `m` multirange. */
  readonly kind: string;
  /** Of an array: the type of its elements. */
  readonly element: CatalogType | null;
  /** Of a domain: what it stands for, with what that is declared with. */
  readonly base: { readonly type: CatalogType; readonly modifier: number } | null;
}

/** A column as the server has it. */
export interface CatalogColumn {
  readonly name: string;
  readonly type: CatalogType;
  readonly modifier: number;
}

interface Row {
  readonly id: number;
  readonly name: string;
  readonly schema: string;
  readonly kind: string;
  readonly element: number;
  readonly base: number;
  readonly modifier: number;
}

/** The columns of a SELECT with their types. */
export async function columnsOf(session: PostgresSession, select: string): Promise<readonly CatalogColumn[]> {
  const columns = await session.describe(select);
  const rows = await readTypes(session, columns);
  return columns.map(({ name, type, modifier }) => ({ name, type: typeOf(type, rows), modifier }));
}

async function readTypes(
  session: PostgresSession,
  columns: readonly ResultColumn[],
): Promise<ReadonlyMap<number, Row>> {
  const rows = new Map<number, Row>();
  let wanted = [...new Set(columns.map(({ type }) => type))];
  while (wanted.length > 0) {
    const found = await session.rows(
      `SELECT t.oid, t.typname, n.nspname, t.typtype, CASE WHEN t.typcategory = 'A' THEN t.typelem ELSE 0 END, t.typbasetype, t.typtypmod FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace WHERE t.oid IN (${wanted.join(', ')})`,
    );
    for (const [id, name, schema, kind, element, base, modifier] of found)
      rows.set(Number(id), {
        id: Number(id),
        name: name ?? '',
        schema: schema ?? '',
        kind: kind ?? '',
        element: Number(element),
        base: Number(base),
        modifier: Number(modifier),
      });
    const next = [...rows.values()].flatMap(({ element, base }) => [element, base]);
    wanted = [...new Set(next)].filter((id) => id !== 0 && !rows.has(id));
  }
  return rows;
}

function typeOf(id: number, rows: ReadonlyMap<number, Row>): CatalogType {
  const row = rows.get(id);
  const unknown = { id, name: `type ${id}`, schema: '', kind: 'p', element: null, base: null };
  if (row === undefined) return unknown;
  const { name, schema, kind, element, base, modifier } = row;
  return {
    id,
    name,
    schema,
    kind,
    element: element === 0 ? null : typeOf(element, rows),
    base: kind === 'd' && base !== 0 ? { type: typeOf(base, rows), modifier } : null,
  };
}
