import { type PostgresSession, quoteText } from '../../connections/postgres/index.js';

/** Bytes of a table, at least, for each range of its pages. */
const rangeBytes = 8 * 1024 * 1024;
/** Ranges for each connection, so that none of them is the last by far. */
const rangesEach = 4;
/** The first version that reads a range of pages without looking at all others: 14. */
const rangesSince = 140_000;

/**
 * Conditions that divide a table into ranges of its pages, for so many connections; one condition, or none, for what
 * cannot be divided: a view, a foreign table, a small table, an old server. A table with partitions is divided within
 * each of them.
 */
export async function pageRanges(
  session: PostgresSession,
  table: string,
  connections: number,
): Promise<readonly string[]> {
  if (connections < 2) return [];
  const [row] = await session.rows(
    `WITH RECURSIVE tree AS (SELECT ${quoteText(table)}::regclass::oid AS oid UNION ALL SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN tree ON i.inhparent = tree.oid), sizes AS (SELECT c.relkind, a.amname, CASE WHEN c.relkind IN ('r', 'm') THEN pg_relation_size(c.oid) ELSE 0 END AS bytes FROM tree JOIN pg_catalog.pg_class c ON c.oid = tree.oid LEFT JOIN pg_catalog.pg_am a ON a.oid = c.relam) SELECT current_setting('server_version_num'), coalesce(bool_and(relkind = 'p' OR (relkind IN ('r', 'm') AND amname = 'heap')), false), sum(bytes), ceil(max(bytes) / current_setting('block_size')::numeric) FROM sizes`,
  );
  const [version, divides, bytes, pages] = row ?? [];
  if (divides !== 't' || Number(version) < rangesSince) return [];
  const count = Math.min(connections * rangesEach, Math.floor(Number(bytes) / rangeBytes), Number(pages));
  if (count < 2) return [];
  const borders = Array.from({ length: count - 1 }, (_, i) => Math.floor((Number(pages) * (i + 1)) / count));
  return [null, ...borders].map((from, i) => {
    const to = borders[i];
    return [
      ...(from === null ? [] : [`ctid >= '(${from},0)'`]),
      // The last range has no end: what was added meanwhile is not seen in the snapshot, wherever it lies.
      ...(to === undefined ? [] : [`ctid < '(${to},0)'`]),
    ].join(' AND ');
  });
}
