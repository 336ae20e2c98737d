import type { Registry } from '../core/registry.js';
import { newRunId } from '../core/run-id.js';
import type { WorkspaceConfig } from '../core/workspace.js';
import { identifier } from '../engine/index.js';
import { readParquet } from '../formats/parquet/index.js';
import { withContext } from './context.js';
import type { QuarantinedRun } from './quarantine.js';

/** Some of the rows that a run put aside, as text. */
export interface AsideRows {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
}

/** The first rows that a run put aside, with the reasons before them. */
export async function asideRows(
  workspace: WorkspaceConfig,
  registry: Registry,
  { folder, note }: QuarantinedRun,
  limit: number,
): Promise<AsideRows> {
  if (note === null) return { columns: [], rows: [] };
  return withContext(workspace, registry, newRunId(), {}, undefined, async ({ engine }) => {
    const session = await (await engine()).session({ name: 'the quarantine' });
    try {
      const reasons = identifier(note.reasons_column);
      const all = readParquet([folder.rows], { unionByName: false, hive: false });
      const sql = `SELECT array_to_string(${reasons}, '; ') AS ${reasons}, * EXCLUDE (${reasons}) FROM (${all}) LIMIT ${limit}`;
      const columns = (await session.describe(sql)).map(({ name }) => name);
      return { columns, rows: await session.rows(sql) };
    } finally {
      await session.close();
    }
  });
}
