import type { EarlierRun } from '../../core/run-record.js';
import type { FolderStore, Recovered } from '../../files/index.js';

/** What a person is told of what a dead run left. */
const messages: Record<Exclude<EarlierRun['what'], 'published'>, (runId: string) => string> = {
  'rolled-forward': (runId) => `run ${runId} had died while it published; its files are now all in place`,
  'rolled-back': (runId) => `run ${runId} had failed while it published; it is now gone whole`,
  undone: (runId) => `run ${runId} was being taken back; it is now gone whole`,
  swept: (runId) => `run ${runId} had died before it published; what it had staged was removed`,
};

/** All that a folder knows of earlier runs: what was done about dead ones, and whose data it holds. */
export function earlierRuns(folder: FolderStore, recovered: readonly Recovered[]): readonly EarlierRun[] {
  const runs = recovered.map(({ what, undo, runId, record }): EarlierRun => {
    const became = undo === true ? 'undone' : what;
    return { what: became, runId, record, message: messages[became](runId ?? 'unknown') };
  });
  const told = new Set(runs.map(({ what, runId }) => `${what} ${runId}`));
  const { runId, record, undoes } = folder.lastRun();
  const last: EarlierRun[] = [];
  if (undoes !== null && !told.has(`undone ${undoes}`))
    last.push({ what: 'undone', runId: undoes, record: null, message: null });
  if (runId !== null && !told.has(`rolled-forward ${runId}`))
    last.push({ what: 'published', runId, record, message: null });
  return [...runs, ...last];
}
