import { unlink } from 'node:fs/promises';
import type { EngineProgress, EngineSession } from '../../core/engine.js';
import type { FilesPlan, FilesShape } from '../../core/store.js';
import type { Schema } from '../../core/types.js';
import { guardTexts, readParquetRows, type WriteCodec, withAllColumns } from '../../formats/parquet/index.js';
import { executeSplice, verifyPageChecksums } from '../../parquet/index.js';
import type { StageProof } from './proof.js';
import type { SpliceStep } from './splice.js';

/** What copying needs of the session that it is done for. */
export interface CopyTarget {
  readonly signal: AbortSignal;
  readonly proof: StageProof;
  /** The columns as they settle. */
  readonly schema: Schema;
  /** Whether a copy of no rows is wanted, for its columns. */
  readonly keepEmpty: boolean;
  engine(): Promise<EngineSession>;
  /** A path for one more staged file. */
  allocate(): string;
  /** A file is complete. */
  add(path: string): void;
  /** The statement that writes a SELECT into a file. */
  copy(select: string, path: string, codec: WriteCodec): string;
}

/** Carries out what `planFiles` has planned, one step after the other. */
export async function copyFiles(
  plan: FilesPlan,
  shape: FilesShape,
  target: CopyTarget,
  onProgress: (progress: EngineProgress) => void,
): Promise<void> {
  let copied = 0;
  const onBytes = (bytes: number): void => {
    copied += bytes;
    onProgress({ fraction: Math.min(1, copied / Math.max(1, plan.bytes)), rows: 0 });
  };
  for (const step of plan.steps as readonly SpliceStep[]) {
    if (step.kind === 'filter') await filter(step, shape, target, () => onBytes(0));
    else if (step.plan.rows > 0 || target.keepEmpty) await copy(step, target, onBytes);
  }
}

async function copy(
  step: SpliceStep & { readonly kind: 'copy' },
  target: CopyTarget,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const { signal, proof } = target;
  const paths = step.plan.outputs.map(() => target.allocate());
  const look = proof.forCopy(step.footers, step.checksums);
  // Each file goes to the disk while the next one is being copied.
  const onFile = ({ path }: { readonly path: string }): void => target.add(path);
  const results = await executeSplice(step.plan, paths, { signal, onBytes, onFile, ...look.options });
  await look.end(results, () => onBytes(0));
  proof.copied(paths, look.digests);
}

async function filter(
  step: SpliceStep & { readonly kind: 'filter' },
  shape: FilesShape,
  target: CopyTarget,
  onProgress: () => void,
): Promise<void> {
  const { signal, proof } = target;
  const { footer, rowGroups } = step;
  if (step.checksums) await verifyPageChecksums(footer, { rowGroups, signal, onBytes: onProgress });
  const path = target.allocate();
  const rowsOf = guardTexts(readParquetRows(footer.path, step.firstRow, step.endRow), [footer]);
  const select = shape.select(withAllColumns(rowsOf, footer, shape.schema));
  const engine = await target.engine();
  const rows = await engine.run(target.copy(select, path, step.codec), { signal, onProgress });
  if (rows === 0) {
    await unlink(path);
    return;
  }
  proof.written({ sql: select, schema: target.schema }, [path]);
  target.add(path);
}
