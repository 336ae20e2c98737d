import { join } from 'node:path';
import type { Engine } from '../core/engine.js';
import type { Registry } from '../core/registry.js';
import type { WorkspaceConfig } from '../core/workspace.js';
import { openEngine } from '../engine/index.js';
import { ConnectionTable, type FlowContext } from '../flow/index.js';
import { type JournalEntry, openJournal, standing } from '../journal/index.js';
import type { RunRequest } from './coordinator.js';
import { lastWatermark } from './earlier-journal.js';
import { SchemaFiles } from './kept-schemas.js';
import { lastTypes } from './last-types.js';
import { runsAside } from './quarantine.js';
import type { JournalRecorder } from './recorder.js';
import { select } from './select.js';

/** Gives the flows of a run what they share: one engine, opened when the first one needs it, connections, the journal. */
export async function withContext<T>(
  workspace: WorkspaceConfig,
  registry: Registry,
  runId: string,
  request: RunRequest,
  recorder: JournalRecorder | undefined,
  work: (context: FlowContext) => Promise<T>,
): Promise<T> {
  const { name: project, options, state } = workspace;
  const connections = new ConnectionTable(workspace.connections ?? {});
  const entries = () => openJournal(workspace.memory ?? state).entries();
  let opened: Promise<Engine> | null = null;
  let rows: Promise<ReadonlyMap<string, number>> | null = null;
  let types: Promise<ReturnType<typeof lastTypes>> | null = null;
  const engine = (): Promise<Engine> => {
    opened ??= openEngine({
      memoryLimit: options.memory_limit,
      threads: options.threads,
      tempFolder: join(state, 'tmp', runId),
    });
    return opened;
  };
  try {
    return await work({
      registry,
      runId,
      project,
      recorder,
      schemas: new SchemaFiles(state),
      state,
      entitiesOf: (flow) => select(workspace.entities, request).filter((one) => one.flow === flow).length,
      lastTypes: async ({ name }) => {
        // The journal is read once, however many entities ask.
        types ??= entries().then(lastTypes);
        return (await types).get(name) ?? null;
      },
      entities: workspace.entities,
      lastRows: async ({ name }) => {
        rows ??= entries().then(
          (all) => new Map(standing(all).flatMap((one) => (isRetry(one) ? [] : [[one.name, one.row_count]]))),
        );
        return (await rows).get(name) ?? null;
      },
      runsAside: async (config) => runsAside(await entries(), config),
      engine,
      connections,
      route: request.route,
      backfill: { from: request.from, to: request.to },
      // Where a store keeps no records, the journal's, or the earlier tool's.
      lastWatermark: async (config, storeKeepsRecords) =>
        lastWatermark(storeKeepsRecords ? [] : await entries(), config, engine),
      signal: request.signal,
      drain: request.drain,
    });
  } finally {
    await connections.close();
    await (opened as Promise<Engine> | null)?.then((one) => one.close()).catch(() => {});
  }
}

/** A run that put rows in which another had put aside is no run to compare with. */
const isRetry = ({ retries }: JournalEntry): boolean => retries !== null;
