import { type PostgresSession, qualified, quoteText, shownTable } from '../../connections/postgres/index.js';
import type { Destination } from '../../connections/runs-table.js';
import type { WriteMode } from '../../core/capabilities.js';
import { fail } from '../../errors/index.js';
import type { TargetColumn } from './target.js';

/** A foreign key of another table that points at this one. */
interface Reference {
  /** The other table, for people. */
  readonly table: string;
  /** The columns of this table that it points at. */
  readonly columns: readonly string[];
  readonly isPrimary: boolean;
  /** What becomes of a row whose counterpart is deleted; null: it stands in the way. */
  readonly onDelete: string | null;
}

/** How the rows of a table are replaced, so that what points at them goes on pointing. */
export interface Replacement {
  /**
   * Columns by which rows are known: those that are there still are updated in their place, and those that have gone
   * are deleted. null: all are deleted, and all inserted.
   */
  readonly key: readonly string[] | null;
  /** What a person should know; null: nothing. */
  readonly note: string | null;
}

export interface ReplacementRequest {
  /** The entity's name. */
  readonly name: string;
  readonly session: PostgresSession;
  readonly destination: Destination;
  readonly columns: readonly TargetColumn[];
}

const actions: Readonly<Record<string, string>> = {
  c: 'deleted',
  n: 'set to NULL',
  d: 'set to their default',
};

/** What a person should know of how a table that is there is changed: who has to wait meanwhile, above all. */
export async function changeNotes(
  request: ReplacementRequest & { readonly mode: WriteMode | undefined },
): Promise<readonly string[]> {
  const { destination, columns, mode } = request;
  const table = shownTable(destination);
  const replacement = mode === 'replace' ? await replacementOf(request) : null;
  const notes = [
    columns.some(({ alter }) => alter.length > 0)
      ? `${table} is altered for the columns that come: whoever reads it waits until the rows are published`
      : null,
    mode === 'merge' ? `nobody else can write into ${table} while rows are merged; it can be read` : null,
    replacement?.note ?? null,
  ];
  return notes.filter((note) => note !== null);
}

/**
 * To delete rows that another table points at is refused by the server, or takes the other table's rows along, though
 * the same row is inserted again a moment later. TABLE_UNFIT where that cannot be helped.
 */
export async function replacementOf(request: ReplacementRequest): Promise<Replacement> {
  const { name, destination, columns } = request;
  const references = await referencesTo(request);
  const usable = references.filter((one) =>
    one.columns.every((column) => columns.some((given) => given.name === column)),
  );
  const chosen = usable.find(({ isPrimary }) => isPrimary) ?? usable[0];
  const taken = references.filter(({ onDelete }) => onDelete !== null);
  const table = shownTable(destination);
  if (chosen === undefined) {
    const [other] = taken;
    if (other === undefined) return { key: null, note: null };
    const key = other.columns.map((column) => `"${column}"`).join(', ');
    const reason = `rows of ${other.table} refer to its ${key}, which does not come: they would be ${other.onDelete} with the rows that are there`;
    throw fail('TABLE_UNFIT', { name, table, reason });
  }
  const tables = [...new Set(references.map((one) => one.table))];
  const gone = taken.map(
    (one) => `rows of ${one.table} are ${one.onDelete} where theirs is not among the new`,
  );
  const note = [
    `${tables.join(', ')} ${tables.length === 1 ? 'refers' : 'refer'} to ${table}: rows are replaced in their place, by ${chosen.columns.join(', ')}, and nobody else can write into it meanwhile; it can be read`,
    ...new Set(gone),
  ].join('; ');
  return { key: chosen.columns, note };
}

async function referencesTo({ session, destination }: ReplacementRequest): Promise<readonly Reference[]> {
  const table = `${quoteText(qualified(destination))}::regclass`;
  // A key that points at a table of partitions has a row for each of them, which is left out.
  const rows = await session.rows(
    `WITH tree AS (SELECT ${table}::oid AS relid UNION SELECT relid FROM pg_catalog.pg_partition_tree(${table})) SELECT n.nspname, c.relname, f.confdeltype, (SELECT json_agg(a.attname ORDER BY k.place) FROM unnest(f.confkey) WITH ORDINALITY AS k(attnum, place) JOIN pg_catalog.pg_attribute a ON a.attrelid = f.confrelid AND a.attnum = k.attnum), (SELECT indisprimary FROM pg_catalog.pg_index WHERE indexrelid = f.conindid) FROM pg_catalog.pg_constraint f JOIN pg_catalog.pg_class c ON c.oid = f.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE f.contype = 'f' AND f.conparentid = 0 AND f.confrelid IN (SELECT relid FROM tree) AND f.conrelid NOT IN (SELECT relid FROM tree) ORDER BY f.oid`,
  );
  return rows.map(([schema, name, action, key, primary]) => ({
    table: shownTable({ schema: schema ?? '', table: name ?? '' }),
    columns: JSON.parse(key ?? '[]') as string[],
    isPrimary: primary === 't',
    onDelete: actions[action ?? ''] ?? null,
  }));
}
