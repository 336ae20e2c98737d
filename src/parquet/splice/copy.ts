import type { InputFiles } from './inputs.js';
import type { SpliceCopy } from './layout.js';
import type { OutputFile } from './output.js';

/** What one write takes, and how many of them are under way at a time. */
const pieceBytes = 4 * 1024 * 1024;
const inFlight = 3;

export interface CopyOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called with the bytes that were copied since the last call. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/** Bytes that are written at once, gathered from one place or several: what they fill has no gaps. */
interface Piece {
  readonly to: number;
  readonly bytes: number;
  readonly parts: readonly SpliceCopy[];
}

/** Copies ranges into an output. The first error stops all that is under way. */
export async function copyRanges(
  copies: readonly SpliceCopy[],
  inputs: InputFiles,
  output: OutputFile,
  options: CopyOptions = {},
): Promise<void> {
  const queue = pieces(copies);
  let stopped = false;
  const worker = async (): Promise<void> => {
    let buffer: Buffer | undefined;
    for (;;) {
      const next = stopped ? undefined : queue.next().value;
      if (next === undefined) return;
      options.signal?.throwIfAborted();
      buffer ??= Buffer.allocUnsafeSlow(pieceBytes);
      for (const part of next.parts) {
        const start = part.to - next.to;
        await inputs.read(part.input, part.from, buffer.subarray(start, start + part.bytes));
      }
      await output.writeAt(buffer.subarray(0, next.bytes), next.to);
      options.onBytes?.(next.bytes);
    }
  };
  const workers = Array.from({ length: inFlight }, () =>
    worker().catch((error: unknown) => {
      stopped = true;
      throw error;
    }),
  );
  // all of them end before anybody closes a file under them
  const ended = await Promise.allSettled(workers);
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
}

/** Cuts and gathers copies so that every piece but the last is full. Copies lie one behind the other. */
function* pieces(copies: readonly SpliceCopy[]): Generator<Piece, undefined> {
  let parts: SpliceCopy[] = [];
  let bytes = 0;
  for (const copy of copies) {
    for (let done = 0; done < copy.bytes; ) {
      const length = Math.min(copy.bytes - done, pieceBytes - bytes);
      parts.push({ input: copy.input, from: copy.from + done, to: copy.to + done, bytes: length });
      bytes += length;
      done += length;
      if (bytes === pieceBytes) {
        yield { to: parts[0]?.to ?? 0, bytes, parts };
        parts = [];
        bytes = 0;
      }
    }
  }
  if (parts.length > 0) yield { to: parts[0]?.to ?? 0, bytes, parts };
  return undefined;
}
