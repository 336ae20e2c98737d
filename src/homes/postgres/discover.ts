import { postgresConnection, shownTable } from '../../connections/postgres/index.js';
import type { FoundTable } from '../../core/discover.js';
import type { HomeContext } from '../../core/home.js';
import type { PostgresHomeConfig } from './index.js';

const kinds: Readonly<Record<string, string>> = {
  r: 'table',
  p: 'partitioned table',
  v: 'view',
  m: 'materialized view',
  f: 'foreign table',
};

/**
 * Everything that holds rows, but for the server's own, for partitions, which their table holds, and for what hygge
 * keeps for itself. Rows and bytes are sums over the partitions of a table.
 */
const everything = `
SELECT n.nspname, c.relname, c.relkind,
  CASE WHEN c.relkind = 'p' THEN (SELECT CASE WHEN bool_and(l.reltuples >= 0) THEN sum(l.reltuples)::bigint END
      FROM pg_partition_tree(c.oid) t JOIN pg_catalog.pg_class l ON l.oid = t.relid WHERE t.isleaf)
    WHEN c.relkind <> 'v' AND c.reltuples >= 0 THEN c.reltuples::bigint END,
  CASE WHEN c.relkind = 'p' THEN (SELECT sum(pg_table_size(t.relid)) FROM pg_partition_tree(c.oid) t WHERE t.isleaf)
    WHEN c.relkind IN ('r', 'm') THEN pg_table_size(c.oid) END,
  has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT'),
  (SELECT json_agg(json_build_array(a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull) ORDER BY a.attnum)
    FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
  (SELECT json_agg(a.attname ORDER BY k.place) FROM pg_catalog.pg_index i
    CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k(attnum, place)
    JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum WHERE i.indrelid = c.oid AND i.indisprimary)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
  AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' AND c.relname <> 'hygge_runs' AND c.relname !~ '^hygge_stage_'
ORDER BY 1, 2`;

/** The tables, views and the like of a database, by one look into its catalog. */
export async function discoverPostgres(
  { connection: named }: PostgresHomeConfig,
  { connections, runId, signal }: HomeContext,
): Promise<readonly FoundTable[]> {
  const connection = await connections.open(postgresConnection, named);
  const session = await connection.session({ role: 'home', runId: runId ?? null, signal });
  try {
    const rows = await session.rows(everything);
    return rows.map(([schema, name, kind, tuples, bytes, readable, columns, key]): FoundTable => {
      const destination = { schema: schema ?? '', table: name ?? '' };
      return {
        schema: destination.schema,
        name: destination.table,
        kind: kinds[kind ?? ''] ?? '',
        home: { table: shownTable(destination) },
        columns: (JSON.parse(columns ?? '[]') as [string, string, boolean][]).map(
          ([column, type, required]) => ({
            name: column,
            type,
            nullable: !required,
          }),
        ),
        rows: tuples == null ? null : Number(tuples),
        bytes: bytes == null ? null : Number(bytes),
        key: JSON.parse(key ?? '[]') as string[],
        readable: readable === 't',
      };
    });
  } finally {
    await session.close();
  }
}
