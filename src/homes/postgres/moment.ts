import {
  type PostgresConnection,
  type PostgresSession,
  quoteText,
  readOnly,
  shownTable,
} from '../../connections/postgres/index.js';
import type { HomeContext } from '../../core/home.js';

/** The moment at which a home is read. */
export interface Moment {
  /** What was exported for all entities of a flow; null: a moment of its own. */
  readonly snapshot: string | null;
  readonly note: string | null;
  /** Why a later one is taken: a table was emptied meanwhile. */
  later(table: string): string | null;
  /** It has been read. */
  leave(): Promise<void>;
}

/** A moment of a home's own, or of all entities of its flow. */
export async function sharedMoment(
  connection: PostgresConnection,
  { name, flow }: HomeContext,
): Promise<Moment> {
  const own: Moment = { snapshot: null, note: null, later: () => null, leave: async () => {} };
  if (flow === undefined || flow.entities < 2) return own;
  const shared = await connection.snapshots.join(flow.name, name);
  if (shared === null) {
    const pool = `pool_size of connection ${connection.name} (${connection.settings.pool_size})`;
    const note = `each entity of flow ${flow.name} is read at a moment of its own: ${pool} leaves no connection to hold one for all`;
    return { ...own, note };
  }
  return {
    snapshot: shared.id,
    note: shared.isLater
      ? `other entities of flow ${flow.name} were read at an earlier moment: this one is read once more`
      : `the ${flow.entities} entities of flow ${flow.name} are read in one snapshot of the database`,
    later: (table) =>
      `${table} was emptied or written anew after the moment at which flow ${flow.name} is read: ${name} is read at a later one`,
    leave: () => connection.snapshots.leave(flow.name, name, flow.entities),
  };
}

/** Begins to read at a moment: that of a snapshot, or this one. */
export const setSnapshot = (id: string | null): string =>
  id === null ? readOnly : `${readOnly}; SET TRANSACTION SNAPSHOT ${quoteText(id)}`;

/** What this session has locked for itself and cannot see: the rows that were there before have gone with their file. */
const unseen =
  "SELECT n.nspname, c.relname FROM (SELECT relation AS oid FROM pg_catalog.pg_locks WHERE pid = pg_backend_pid() AND locktype = 'relation' AND relation >= 16384 AND pg_relation_filenode(relation) IS NOT NULL) AS l LEFT JOIN pg_catalog.pg_class c USING (oid) LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relfilenode IS DISTINCT FROM pg_relation_filenode(l.oid) LIMIT 1";

/**
 * Looks as of a moment, by statements that lock what they look at. To the server, a table that was emptied (TRUNCATE)
 * or written anew after a moment has no rows at all for who looks as of it; so then a later moment is taken. With what
 * is to be said of that.
 */
export async function lookAt<T>(
  session: PostgresSession,
  moment: Moment,
  look: () => Promise<T>,
): Promise<{ readonly seen: T; readonly note: string | null }> {
  await session.run(setSnapshot(moment.snapshot));
  let note = moment.note;
  for (;;) {
    const seen = await look();
    const [gone] = await session.rows(unseen);
    if (gone === undefined) return { seen, note };
    const [schema, table] = gone;
    note = moment.later(schema && table ? shownTable({ schema, table }) : 'a table') ?? note;
    await session.run(`ROLLBACK; ${setSnapshot(null)}`);
  }
}
