import type { HomeContext } from '../../core/home.js';
import type { Field } from '../../core/types.js';
import { HyggeError } from '../../errors/index.js';
import { badRowError } from './bad-row.js';
import type { TextSource } from './source.js';
import { unpacked } from './unpack.js';

/** Reads a packed file to its end: the engine takes one that was cut off for one that ends there. NOT_UNPACKED. */
export async function unpackWhole(
  source: TextSource,
  file: string,
  signal: AbortSignal,
  onPiece: (bytes: Uint8Array) => void,
): Promise<void> {
  const { path, compression } = source.readable(file);
  if (compression === 'none') return;
  for await (const piece of unpacked(path, compression)) {
    signal.throwIfAborted();
    onPiece(piece);
  }
}

/** The row that a statement of the engine failed at, as an error; null where it was none. */
export async function explainRows(
  source: TextSource,
  columns: readonly Field[],
  error: HyggeError,
  { name, signal }: Pick<HomeContext, 'name' | 'signal'>,
  remembered?: ReadonlySet<string>,
): Promise<HyggeError | null> {
  if (error.code !== 'ENGINE_FAILED' || signal.aborted) return null;
  try {
    for (const file of source.files) {
      const [row] = await source.badRows(file, columns, 1);
      if (row === undefined) continue;
      // The last row of a packed file that was cut off is no row, but that is not what is wrong with it.
      await unpackWhole(source, file, signal, () => {});
      return badRowError(name, row, error, remembered);
    }
  } catch (cause) {
    // A file that cannot be read at all says so best itself.
    if (cause instanceof HyggeError && cause.code !== 'ENGINE_FAILED') return cause;
  }
  return null;
}

/** Work whose failures are explained. */
export async function explained<T>(
  source: TextSource,
  columns: readonly Field[],
  context: Pick<HomeContext, 'name' | 'signal'>,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof HyggeError)) throw error;
    throw (await explainRows(source, columns, error, context).catch(() => null)) ?? error;
  }
}
