import { rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Events } from '../core/events.js';
import type { Registry } from '../core/registry.js';
import type { WorkspaceConfig } from '../core/workspace.js';
import { ConnectionTable, type FlowContext, RunEngine, sweepSpilled } from '../flow/index.js';
import { type JournalEntry, openJournal, standing } from '../journal/index.js';
import type { RunRequest } from './coordinator.js';
import { lastWatermark } from './earlier-journal.js';
import { SchemaFiles } from './kept-schemas.js';
import { lastTypes } from './last-types.js';
import { runsAside } from './quarantine.js';
import type { JournalRecorder } from './recorder.js';
import { sampleState } from './sample.js';
import { select } from './select.js';

/** Where the runs of a workspace put what does not fit into memory, each into a folder with its id. */
const spillFolder = (state: string): string => join(state, 'tmp');

/** Removes what runs that were killed have spilled, those of samples too, and says so. */
export async function sweepDead(workspace: WorkspaceConfig, events: Events): Promise<void> {
  for (const state of [workspace.state, sampleState(workspace)]) {
    const swept = await sweepSpilled(spillFolder(state));
    if (swept.length > 0) await rmdir(spillFolder(state)).catch(() => {});
    for (const message of swept) events.emit('run.notice', { message });
  }
}

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
  let rows: Promise<ReadonlyMap<string, number>> | null = null;
  let types: Promise<ReturnType<typeof lastTypes>> | null = null;
  const { memory_limit: memoryLimit, threads } = options;
  const engine = new RunEngine({ memoryLimit, threads, folder: join(spillFolder(state), runId) });
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
      engine: () => engine.get(),
      connections,
      route: request.route,
      backfill: { from: request.from, to: request.to },
      // Where a store keeps no records, the journal's, or the earlier tool's.
      lastWatermark: async (config, storeKeepsRecords) =>
        lastWatermark(storeKeepsRecords ? [] : await entries(), config, () => engine.get()),
      signal: request.signal,
      drain: request.drain,
    });
  } finally {
    await connections.close();
    await engine.close();
  }
}

/** A run that put rows in which another had put aside is no run to compare with. */
const isRetry = ({ retries }: JournalEntry): boolean => retries !== null;
