/** Digits and points in a row from which on floating point may not hold a number. */
const longRun = 16;
/** What a very small number has in it. */
const small = Buffer.from('.00000');

const zero = 0x30;
const nine = 0x39;
const point = 0x2e;

/**
 * Looks for numbers in the bytes of a text that floating point may not hold. They come in pieces. A text that only looks
 * like such a number is found too.
 */
export class LongNumberSearch {
  #tail: Buffer = Buffer.alloc(0);

  finds(piece: Uint8Array): boolean {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    const seam = Buffer.concat([this.#tail, bytes.subarray(0, longRun - 1)]);
    const whole = bytes.length < longRun ? seam : bytes;
    this.#tail = Buffer.from(whole.subarray(Math.max(0, whole.length - longRun + 1)));
    return isIn(seam) || (whole !== seam && isIn(bytes));
  }
}

const isIn = (bytes: Buffer): boolean => bytes.includes(small) || hasLongRun(bytes);

/** No run of sixteen lies between two bytes that are sixteen apart: most bytes need not be looked at. */
function hasLongRun(bytes: Buffer): boolean {
  for (let at = longRun - 1; at < bytes.length; at += longRun) {
    if (!isPart(bytes[at])) continue;
    // It goes on for eight bytes to one side at least.
    if (!isPart(bytes[at - 8]) && !isPart(bytes[at + 8])) continue;
    let from = at;
    while (from > 0 && isPart(bytes[from - 1])) from--;
    let to = at + 1;
    while (to < bytes.length && isPart(bytes[to])) to++;
    if (to - from >= longRun) return true;
  }
  return false;
}

const isPart = (byte: number | undefined): boolean =>
  byte !== undefined && ((byte >= zero && byte <= nine) || byte === point);
