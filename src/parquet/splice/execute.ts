import { constants } from 'node:fs';
import { copyFile, open, rm, stat } from 'node:fs/promises';
import { fail } from '../../errors/index.js';
import { asWriteError } from '../file-error.js';
import { asBytes } from '../thrift/access.js';
import { type CopyOptions, copyRanges } from './copy.js';
import { footerPieces } from './footer-parts.js';
import { writeIndexes } from './indexes.js';
import { InputFiles } from './inputs.js';
import { OutputFile } from './output.js';
import type { SplicedFile, SplicePlan } from './plan.js';

export interface ExecuteSpliceOptions extends CopyOptions {
  /** Whether to wait until the disk has each file. Default: false. */
  readonly sync?: boolean | undefined;
  /**
   * Whether a file system that can may let a whole file share the bytes of its input; they then never come by
   * `onCopied`. Default: true.
   */
  readonly share?: boolean | undefined;
  /** Called with each file as soon as it is complete, while the next ones are still to come. */
  readonly onFile?: ((file: SpliceResult) => void) | undefined;
}

/** A file that a splice has made. */
export interface SpliceResult {
  readonly path: string;
  readonly bytes: number;
  readonly rows: number;
  /** The input whose bytes it shares; null where bytes were copied. */
  readonly shares: number | null;
}

const magic = asBytes('PAR1');

/**
 * Carries out a plan: `paths[n]` becomes the n-th output. The files must not be there yet; after an error, the one
 * that was being written is taken away again.
 * Errors: PARQUET_CHANGED, PARQUET_DAMAGED, those of reading and of writing files, and the signal's reason.
 */
export async function executeSplice(
  plan: SplicePlan,
  paths: readonly string[],
  options: ExecuteSpliceOptions = {},
): Promise<SpliceResult[]> {
  const inputs = new InputFiles(plan.inputs);
  const results: SpliceResult[] = [];
  const copying = { ...options, buffers: [] };
  const closing: Promise<void>[] = [];
  try {
    for (const [i, output] of plan.outputs.entries()) {
      const path = paths[i];
      if (path === undefined) throw new RangeError(`there is no path for output ${i}`);
      options.signal?.throwIfAborted();
      const shared = options.share === false ? null : await clone(plan, output, path, options);
      const bytes = shared ?? (await write(plan, output, path, inputs, copying, closing));
      const result = { path, bytes, rows: output.rows, shares: shared === null ? null : output.whole };
      results.push(result);
      options.onFile?.(result);
    }
    await inputs.finish();
    await Promise.all(closing);
    return results;
  } finally {
    await Promise.allSettled(closing);
    await inputs.close();
  }
}

/** Lets the file system share a whole input's bytes, where it can; null where it cannot, and all must be copied. */
async function clone(
  plan: SplicePlan,
  output: SplicedFile,
  path: string,
  options: ExecuteSpliceOptions,
): Promise<number | null> {
  const input = output.whole === null ? undefined : plan.inputs[output.whole];
  if (input === undefined) return null;
  const { COPYFILE_EXCL, COPYFILE_FICLONE_FORCE } = constants;
  try {
    await copyFile(input.path, path, COPYFILE_EXCL | COPYFILE_FICLONE_FORCE);
  } catch {
    return null;
  }
  try {
    const file = await open(path, 'r+');
    try {
      const [copy, source] = [await file.stat(), await stat(input.path)];
      if (copy.size !== input.bytes || source.mtimeMs !== input.modified)
        throw fail('PARQUET_CHANGED', { path: input.path });
      if (options.sync === true) await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    await rm(path, { force: true });
    throw asWriteError(error, path);
  }
  options.onBytes?.(input.bytes);
  return input.bytes;
}

/** Writes an output; gives its size. What is still to be waited for is added to `closing`. */
async function write(
  plan: SplicePlan,
  output: SplicedFile,
  path: string,
  inputs: InputFiles,
  options: ExecuteSpliceOptions,
  closing: Promise<void>[],
): Promise<number> {
  const input = output.whole === null ? undefined : plan.inputs[output.whole];
  const copies =
    output.whole === null || input === undefined
      ? output.copies
      : [{ input: output.whole, from: 0, to: 0, bytes: input.bytes }];
  const dataEnd = copies.reduce((end, copy) => Math.max(end, copy.to + copy.bytes), magic.length);
  const file = await OutputFile.create(path, dataEnd);
  try {
    await copyRanges(copies, inputs, file, options);
    if (output.footer !== null) {
      await file.writeAt(magic, 0);
      const inputBytes = (index: number): number => plan.inputs[index]?.bytes ?? 0;
      const places = await writeIndexes(output.indexes, inputs, inputBytes, file, options.signal);
      const start = file.end;
      for (const bytes of footerPieces(output.footer, places, path)) await file.append(bytes);
      const length = Buffer.alloc(4);
      length.writeUInt32LE(file.end - start);
      await file.append(length);
      await file.append(magic);
    }
    options.signal?.throwIfAborted();
    const bytes = file.end;
    closing.push((await file.finish(options.sync ?? false)).closed);
    return bytes;
  } catch (error) {
    await file.discard();
    throw error;
  }
}
