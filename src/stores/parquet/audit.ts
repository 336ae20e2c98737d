import { join } from 'node:path';
import type { AuditProblem, StoreAudit } from '../../core/audit.js';
import type { StoreContext } from '../../core/store.js';
import { asHyggeError, type HyggeError } from '../../errors/index.js';
import { FolderStore, type StoredFile } from '../../files/index.js';
import { readFooter, verifyPageChecksums } from '../../parquet/index.js';
import type { ParquetStoreConfig } from './index.js';
import { readBack } from './read-back.js';

/** Files that are read side by side. */
const atOnce = 4;

/** Holds a folder against its record: every file, its size, its rows, and its content where a hash was kept. */
export async function auditParquetStore(
  config: ParquetStoreConfig,
  { signal }: StoreContext,
): Promise<StoreAudit> {
  const folder = new FolderStore({ path: config.path, suffix: '.parquet' });
  const { files, missing, changed, foreign, runId, record, pending } = await folder.inspect();
  const problems: AuditProblem[] = [
    ...missing.map(({ name }): AuditProblem => ({ what: 'missing', file: name, message: 'it is gone' })),
    ...changed.map(
      ({ name, bytes }): AuditProblem => ({
        what: 'changed',
        file: name,
        message: `it does not have the ${bytes} bytes any more that it was put there with`,
      }),
    ),
  ];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let file = files[next++]; file !== undefined; file = files[next++]) {
      signal.throwIfAborted();
      const problem = await checkFile(join(config.path, file.name), file, signal);
      if (problem !== null) problems.push({ file: file.name, ...problem });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  const all = [...files, ...missing, ...changed];
  const own = new Set(changed.map(({ name }) => name));
  const rowsByRun: Record<string, number> = {};
  for (const { run_id: run, rows } of all) rowsByRun[run] = (rowsByRun[run] ?? 0) + rows;
  return {
    run_id: runId,
    record,
    files: all.length,
    rows: all.reduce((sum, { rows }) => sum + rows, 0),
    bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
    rows_by_run: rowsByRun,
    hashed: files.filter(({ sha256 }) => sha256 !== undefined).length,
    foreign: foreign.filter((name) => !own.has(name)),
    problems: problems.sort((a, b) => ((a.file ?? '') < (b.file ?? '') ? -1 : 1)),
    notes: pending.map(
      (change) =>
        `run ${change.runId ?? 'unknown'} is publishing, or died while it was; hygge recover finishes what is left`,
    ),
  };
}

async function checkFile(
  path: string,
  file: StoredFile,
  signal: AbortSignal,
): Promise<Omit<AuditProblem, 'file'> | null> {
  try {
    const { rows } = file.sha256 === undefined ? await checkPages(path, signal) : await readFooter(path);
    if (rows !== file.rows)
      return { what: 'rows', message: `it has ${rows} rows, and was put there with ${file.rows}` };
    if (file.sha256 === undefined || (await readBack(path, signal)).sha256 === file.sha256) return null;
    return { what: 'changed', message: 'its content is not what it was put there with' };
  } catch (thrown) {
    signal.throwIfAborted();
    return { what: 'damaged', message: shortMessage(asHyggeError(thrown), path) };
  }
}

/** The rows of a file whose pages are as their checksums say, where it has any. */
async function checkPages(path: string, signal: AbortSignal): Promise<{ readonly rows: number }> {
  const footer = await readFooter(path, { signal });
  await verifyPageChecksums(footer, { signal });
  return footer;
}

/** The file's name stands before it. */
const shortMessage = ({ message }: HyggeError, path: string): string =>
  message.replace(`${path} is`, 'it is');
