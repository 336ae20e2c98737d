import { type PostgresConnection, quoteText, readOnly } from '../../connections/postgres/index.js';
import type { HomeContext } from '../../core/home.js';

/** The moment at which a home is read. */
export interface Moment {
  /** What was exported for all entities of a flow; null: a moment of its own. */
  readonly snapshot: string | null;
  readonly note: string | null;
  /** It has been read. */
  leave(): Promise<void>;
}

/** A moment of a home's own, or of all entities of its flow. */
export async function sharedMoment(
  connection: PostgresConnection,
  { name, flow }: HomeContext,
): Promise<Moment> {
  const own: Moment = { snapshot: null, note: null, leave: async () => {} };
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
    leave: () => connection.snapshots.leave(flow.name, name, flow.entities),
  };
}

/** Begins to read at a moment: that of a snapshot, or this one. */
export const setSnapshot = (id: string | null): string =>
  id === null ? readOnly : `${readOnly}; SET TRANSACTION SNAPSHOT ${quoteText(id)}`;
