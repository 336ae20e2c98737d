import type { CheckRequest } from '../../core/home.js';
import { columnNames, type Footer, logicalSchema, verifyPageChecksums } from '../../parquet/index.js';
import { parseCondition } from './condition.js';
import { judgeRowGroups } from './select.js';
import type { ParquetSource } from './source.js';

/** Files that are read at once. */
const atOnce = 2;

/**
 * Holds the pages that are going to be read against their checksums, in the files that have them: the engine does
 * not. Reads them once more than the engine does, mostly from the system's cache. PAGE_CORRUPT.
 */
export async function checkPages(source: ParquetSource, request: CheckRequest): Promise<void> {
  const { signal, onProgress: onBytes } = request;
  let next = 0;
  let failed = false;
  const worker = async (): Promise<void> => {
    for (let footer = source.files[next++]; footer !== undefined && !failed; footer = source.files[next++]) {
      const wanted = {
        columns: leavesOf(footer, request.columns),
        rowGroups: groupsOf(footer, request),
      };
      await verifyPageChecksums(footer, { ...wanted, signal, onBytes }).catch((error) => {
        failed = true;
        throw error;
      });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** The places of the leaves of some columns. */
function leavesOf(footer: Footer, columns: readonly string[] | null): readonly number[] | undefined {
  if (columns === null) return undefined;
  const wanted = new Set(columns.map((name) => name.toLowerCase()));
  const names = columnNames(footer);
  return footer.schema.children.flatMap((child, i) => {
    if (!wanted.has((names[i] ?? '').toLowerCase())) return [];
    return Array.from({ length: child.leafCount }, (_, k) => child.firstLeaf + k);
  });
}

/** The row groups that may hold wanted rows. */
function groupsOf(footer: Footer, { conditions }: CheckRequest): readonly number[] {
  const comparisons = conditions.flatMap((text) => parseCondition(text) ?? []);
  const verdicts = judgeRowGroups(footer, logicalSchema(footer), comparisons);
  return verdicts.flatMap((verdict, i) => (verdict === 'out' ? [] : [i]));
}
