import type { InputFiles } from './inputs.js';
import type { SpliceCopy } from './layout.js';
import type { OutputFile } from './output.js';

/** What one write takes: little enough that it is still in the processor's cache when it is written. */
const pieceBytes = 256 * 1024;
/** From so many places a piece takes long to be gathered. */
const manyParts = 4;
/** How many of them are under way at a time. */
const inFlight = 3;

export interface CopyOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called with the bytes that were copied since the last call. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
  /** Where buffers are taken from, and given back to: whoever copies into many files has them made once. */
  readonly buffers?: Buffer[] | undefined;
  /** Sees all bytes before they are written, in the order in which they lie in the output. May throw. */
  readonly onCopied?: ((bytes: CopiedBytes) => void) | undefined;
}

/** Some bytes on their way. Their memory is used again: whoever keeps them makes a copy. */
export interface CopiedBytes {
  readonly input: number;
  /** Whether they are the whole of a column chunk that the input lacks, and not from it. */
  readonly made: boolean;
  /** Where they lie in the input. */
  readonly from: number;
  readonly bytes: Uint8Array;
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
  const { buffers = [] } = options;
  const queue = pieces(copies);
  const turns = new Turns();
  let stopped = false;
  const worker = async (): Promise<void> => {
    let buffer: Buffer | undefined;
    for (;;) {
      const next = stopped ? undefined : queue.next().value;
      if (next === undefined) {
        if (buffer !== undefined) buffers.push(buffer);
        return;
      }
      const turn = turns.take();
      try {
        options.signal?.throwIfAborted();
        buffer ??= buffers.pop() ?? Buffer.allocUnsafeSlow(pieceBytes);
        for (const part of next.parts) {
          const into = bytesOf(part, next, buffer);
          if (part.made === undefined) await inputs.read(part.input, part.from, into);
          else into.write(part.made, 'base64');
        }
        await turn.comes;
        if (stopped) return;
        for (const part of next.parts) {
          const { input, from, made } = part;
          const bytes = bytesOf(part, next, buffer);
          options.onCopied?.({ input, from, bytes, made: made !== undefined });
        }
      } catch (error) {
        // before anybody else's turn, so that nothing is shown behind a gap
        stopped = true;
        throw error;
      } finally {
        turn.over();
      }
      // what is gathered from many places keeps this thread busy with the reading
      await output.writeAt(buffer.subarray(0, next.bytes), next.to, next.parts.length >= manyParts);
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

const bytesOf = (part: SpliceCopy, piece: Piece, buffer: Buffer): Buffer =>
  buffer.subarray(part.to - piece.to, part.to - piece.to + part.bytes);

/** Lets what is read side by side be looked at one after the other, in the order in which turns were taken. */
class Turns {
  #last: Promise<void> = Promise.resolve();

  take(): { readonly comes: Promise<void>; over(): void } {
    const comes = this.#last;
    let over = (): void => {};
    this.#last = new Promise((resolve) => {
      over = resolve;
    });
    return { comes, over };
  }
}

/** Cuts and gathers copies so that every piece but the last is full, or nearly. Copies lie one behind the other. */
function* pieces(copies: readonly SpliceCopy[]): Generator<Piece, undefined> {
  let parts: SpliceCopy[] = [];
  let bytes = 0;
  for (const copy of copies) {
    if (copy.made !== undefined) {
      // small, and never cut
      if (bytes + copy.bytes > pieceBytes) {
        yield { to: parts[0]?.to ?? 0, bytes, parts };
        parts = [];
        bytes = 0;
      }
      parts.push(copy);
      bytes += copy.bytes;
      continue;
    }
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
