import type { EngineSession } from '../../core/engine.js';
import { literal } from '../../engine/index.js';
import { fail } from '../../errors/index.js';
import { folded } from './table-name.js';
import type { KnownTable } from './tables.js';
import { findTable, qualified } from './tables.js';

export interface QueryRequest {
  readonly name: string;
  readonly query: string;
  readonly catalog: string;
  /** What the database is called where a query names it: its file's name without the ending. */
  readonly alias: string;
  readonly known: readonly KnownTable[];
}

/** A table that a query names, and where its name stands. */
interface Reference {
  readonly catalog: string;
  readonly schema: string;
  readonly table: string;
  /** In bytes of UTF-8. */
  readonly at: number;
}

type Json = Readonly<Record<string, unknown>>;
const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * A query that was written for the file alone, as the engine can run it, which has other files open: each name of a
 * table of the file gets the file's own before it. The engine's own parser says where the names stand.
 * @throws QUERY_FAILED where it is not one SELECT
 */
export async function qualifyQuery(engine: EngineSession, request: QueryRequest): Promise<string> {
  const query = request.query.replace(/(?:\s|;)+$/, '');
  const parsed = await parse(engine, request.name, query);
  const bytes = Buffer.from(query);
  const found = references(parsed, new Set());
  const unique = [...new Map(found.map((one) => [one.at, one])).values()].sort((a, b) => a.at - b.at);
  const parts: Buffer[] = [];
  let from = 0;
  for (const reference of unique) {
    const target = targetOf(reference, request);
    if (target === null) continue;
    const written = nameAt(bytes.subarray(reference.at).toString());
    parts.push(bytes.subarray(from, reference.at), Buffer.from(qualified(request.catalog, target)));
    from = reference.at + Buffer.byteLength(written);
  }
  return Buffer.concat([...parts, bytes.subarray(from)]).toString();
}

async function parse(engine: EngineSession, name: string, query: string): Promise<unknown> {
  const [row] = await engine.rows(`SELECT CAST(json_serialize_sql(${literal(query)}) AS VARCHAR)`);
  const tree: unknown = JSON.parse(row?.[0] ?? '{}');
  if (!isJson(tree) || tree.error === true) {
    const said = isJson(tree) && typeof tree.error_message === 'string' ? tree.error_message : 'it is empty';
    const reason = said.startsWith('Only SELECT') ? 'it is no SELECT' : said;
    throw fail('QUERY_FAILED', { name, reason });
  }
  const statements = Array.isArray(tree.statements) ? tree.statements : [];
  if (statements.length !== 1)
    throw fail('QUERY_FAILED', { name, reason: `it is ${statements.length} statements, not one` });
  return statements[0];
}

/** The tables that a part of a query names. `ctes`: names that stand for something else there. */
function references(part: unknown, ctes: ReadonlySet<string>): Reference[] {
  if (Array.isArray(part)) return part.flatMap((item) => references(item, ctes));
  if (!isJson(part)) return [];
  const { type, catalog_name: catalog, schema_name: schema, table_name: table, query_location: at } = part;
  const own: Reference[] = [];
  if (type === 'BASE_TABLE' && typeof table === 'string' && typeof at === 'number') {
    const reference = { catalog: String(catalog ?? ''), schema: String(schema ?? ''), table, at };
    const isCte = reference.catalog === '' && reference.schema === '' && ctes.has(folded(table));
    if (!isCte) own.push(reference);
  }
  const inside = new Set(ctes);
  const { cte_map: map, ...others } = part;
  // What follows WITH sees the names before it; one that is recursive also its own.
  for (const entry of isJson(map) && Array.isArray(map.map) ? map.map : []) {
    if (!isJson(entry)) continue;
    const name = folded(String(entry.key));
    const isRecursive = JSON.stringify(entry.value).includes('"RECURSIVE_CTE_NODE"');
    own.push(...references(entry.value, isRecursive ? new Set([...inside, name]) : inside));
    inside.add(name);
  }
  return [...own, ...references(Object.values(others), inside)];
}

/** The table of the file that is meant; null where it is none of them. */
function targetOf({ catalog, schema, table }: Reference, { alias, known }: QueryRequest): KnownTable | null {
  if (catalog !== '' && folded(catalog) !== folded(alias)) return null;
  const direct = findTable(known, { schema: schema === '' ? 'main' : schema, table });
  if (direct !== undefined) return direct;
  // shop.orders may be the table orders of the file shop.duckdb
  const isAlias = catalog === '' && schema !== '' && folded(schema) === folded(alias);
  return (isAlias ? findTable(known, { schema: 'main', table }) : undefined) ?? null;
}

/** The name at the beginning of a text: up to three parts, each plain or quoted. */
function nameAt(text: string): string {
  const part = String.raw`(?:"(?:[^"]|"")*"|'(?:[^']|'')*'|[^\s"'.,;()]+)`;
  return new RegExp(`^${part}(?:\\s*\\.\\s*${part}){0,2}`).exec(text)?.[0] ?? '';
}
