import { type PostgresSession, quoteText } from '../../connections/postgres/index.js';

/**
 * What is to be said of rows that the server leaves out by itself, where it does; null: it sends all. To be asked when what
 * is read has been looked at, which locks it.
 * @param table as it stands in SQL; null: a query, and whatever is behind its views is taken for its own
 */
export async function hiddenRows(
  session: PostgresSession,
  table: string | null,
  role: string,
): Promise<string | null> {
  const these = table === null ? 'true' : `relation = ${quoteText(table)}::regclass`;
  const locked = `SELECT DISTINCT relation::regclass::text AS name FROM pg_catalog.pg_locks WHERE pid = pg_backend_pid() AND locktype = 'relation' AND relation >= 16384 AND ${these} AND row_security_active(relation)`;
  const [[names = null] = []] = await session.rows(
    `SELECT string_agg(name, ', ' ORDER BY name) FROM (${locked}) AS guarded`,
  );
  return names === null
    ? null
    : `row-level security holds for ${names}: rows that its policies hide from role ${role} do not come; a role with BYPASSRLS sees all`;
}
