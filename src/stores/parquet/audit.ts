import type { StoreAudit } from '../../core/audit.js';
import type { StoreContext } from '../../core/store.js';
import type { StoredFile } from '../../files/index.js';
import { auditFolder, type FileProblem, rowsProblem } from '../../formats/folder/audit.js';
import { readFooter, verifyPageChecksums } from '../../parquet/index.js';
import type { ParquetStoreConfig } from './index.js';
import { readBack } from './read-back.js';

/** Holds a folder against its record: every file, its size, its rows, and its content where a hash was kept. */
export function auditParquetStore(
  { path }: ParquetStoreConfig,
  { signal }: StoreContext,
): Promise<StoreAudit> {
  return auditFolder({ path, suffix: '.parquet', signal, check: (...file) => checkFile(...file, signal) });
}

async function checkFile(path: string, file: StoredFile, signal: AbortSignal): Promise<FileProblem | null> {
  const { rows } = file.sha256 === undefined ? await checkPages(path, signal) : await readFooter(path);
  const problem = rowsProblem(rows, file);
  if (problem !== null || file.sha256 === undefined) return problem;
  if ((await readBack(path, signal)).sha256 === file.sha256) return null;
  return { what: 'changed', message: 'its content is not what it was put there with' };
}

/** The rows of a file whose pages are as their checksums say, where it has any. */
async function checkPages(path: string, signal: AbortSignal): Promise<{ readonly rows: number }> {
  const footer = await readFooter(path, { signal });
  await verifyPageChecksums(footer, { signal });
  return footer;
}
