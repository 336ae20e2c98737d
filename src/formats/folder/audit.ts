import { join } from 'node:path';
import type { AuditProblem, StoreAudit } from '../../core/audit.js';
import { asHyggeError, type HyggeError } from '../../errors/index.js';
import { FolderStore, type StoredFile } from '../../files/index.js';

/** Files that are looked at side by side. */
const atOnce = 4;

/** What is wrong with a file. */
export type FileProblem = Omit<AuditProblem, 'file'>;

export interface FolderAuditRequest {
  /** The folder. */
  readonly path: string;
  /** What the names of its files end in. */
  readonly suffix: string;
  readonly signal: AbortSignal;
  /** Looks into a file that has the size that it was put there with. What it throws means that it is damaged. */
  check(path: string, file: StoredFile): Promise<FileProblem | null>;
}

/** Holds a folder against its record: every file, its size, and what is in it. */
export async function auditFolder({ path, suffix, signal, check }: FolderAuditRequest): Promise<StoreAudit> {
  const folder = new FolderStore({ path, suffix });
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
  const look = async (file: StoredFile): Promise<void> => {
    const own = join(path, file.name);
    const problem = await check(own, file).catch((thrown: unknown): FileProblem => {
      signal.throwIfAborted();
      return { what: 'damaged', message: shortMessage(asHyggeError(thrown), own) };
    });
    if (problem !== null) problems.push({ file: file.name, ...problem });
  };
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let file = files[next++]; file !== undefined; file = files[next++]) {
      signal.throwIfAborted();
      await look(file);
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

/** What is wrong with a file that has so many rows; null where these are what it was put there with. */
export function rowsProblem(rows: number, file: StoredFile): FileProblem | null {
  if (rows === file.rows) return null;
  return { what: 'rows', message: `it has ${rows} rows, and was put there with ${file.rows}` };
}

/** The file's name stands before it. */
const shortMessage = ({ message }: HyggeError, path: string): string =>
  message.replace(`${path} is`, 'it is');
