import type { StoreAudit } from '../../core/audit.js';
import type { StoreContext } from '../../core/store.js';
import { auditFolder, rowsProblem } from '../folder/audit.js';
import type { TextStoreConfig, TextWriter } from './store.js';

/** Holds a folder of text against its record: every file, its size and its rows, and of packed ones that they are whole. */
export function auditTextStore(
  { path }: Pick<TextStoreConfig, 'path'>,
  writer: TextWriter,
  { signal }: StoreContext,
): Promise<StoreAudit> {
  return auditFolder({
    path,
    suffix: writer.suffix,
    signal,
    check: async (own, file) => rowsProblem(await writer.count(own, signal), file),
  });
}
