import type { Native, NativeVector } from './native.js';

/** The rows of a vector that hold a value, as the engine's bit mask; null where all of them do. */
export type Validity = Uint8Array | null;

/** What is needed to read vectors. */
export type Bindings = Native['bindings'];

export const isValid = (validity: Validity, row: number): boolean =>
  validity === null || (((validity[row >> 3] ?? 0) >> (row & 7)) & 1) === 1;

export function validityOf(bindings: Bindings, vector: NativeVector, rows: number): Validity {
  return bindings.vector_get_validity(vector, Math.ceil(rows / 64) * 8) ?? null;
}

/** The fixed-width data of a vector. */
export function dataOf(bindings: Bindings, vector: NativeVector, bytes: number): DataView {
  const data = bindings.vector_get_data(vector, bytes);
  return new DataView(data.buffer, data.byteOffset, data.byteLength);
}

/** Bytes of one entry of a vector of texts or blobs: a length, then up to 12 bytes or a pointer. */
const entryBytes = 16;
const inlineBytes = 12;
/** How far apart the engine's allocations in one block may be, for alignment. */
const alignment = 8n;

/**
 * Reads a vector of texts or blobs. `take` makes a value from the bytes `from` to `to` of a buffer; it must copy.
 * Long values lie outside the vector, and asking for each costs more than decoding it; those that lie one behind
 * the other, as they mostly do, are asked for together.
 */
export function readStrings<T>(
  bindings: Bindings,
  vector: NativeVector,
  rows: number,
  take: (bytes: Buffer, from: number, to: number) => T,
): (T | null)[] {
  const view = dataOf(bindings, vector, rows * entryBytes);
  const inline = Buffer.from(view.buffer, view.byteOffset, view.byteLength);
  const validity = validityOf(bindings, vector, rows);
  const out: (T | null)[] = new Array(rows).fill(null);
  const pointerOf = (row: number): bigint => view.getBigUint64(row * entryBytes + 8, true);
  const lengthOf = (row: number): number => view.getUint32(row * entryBytes, true);

  let run: { row: number; offset: number; length: number }[] = [];
  let runStart = 0n;
  let runEnd = 0n;
  const finishRun = (): void => {
    const first = run[0];
    if (first === undefined) return;
    const pointerAt = view.byteOffset + first.row * entryBytes + 8;
    const block = bindings.get_data_from_pointer(
      view.buffer as ArrayBuffer,
      pointerAt,
      Number(runEnd - runStart),
    );
    const bytes = Buffer.from(block.buffer, block.byteOffset, block.byteLength);
    for (const { row, offset, length } of run) out[row] = take(bytes, offset, offset + length);
    run = [];
  };

  for (let row = 0; row < rows; row++) {
    if (!isValid(validity, row)) continue;
    const length = lengthOf(row);
    if (length <= inlineBytes) {
      out[row] = take(inline, row * entryBytes + 4, row * entryBytes + 4 + length);
      continue;
    }
    const pointer = pointerOf(row);
    if (run.length === 0 || pointer < runEnd || pointer - runEnd >= alignment) {
      finishRun();
      runStart = pointer;
    }
    run.push({ row, offset: Number(pointer - runStart), length });
    runEnd = pointer + BigInt(length);
  }
  finishRun();
  return out;
}
