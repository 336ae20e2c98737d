import { TextDecoder } from 'node:util';

export const encodings = ['utf-8', 'utf-16', 'latin-1', 'windows-1252'] as const;
export type Encoding = (typeof encodings)[number];

/** Text out of bytes that come in pieces; {@link Undecodable} where they are none. */
export interface Decoder {
  decode(piece: Uint8Array, isLast: boolean): string;
}

/** Bytes that are no characters of an encoding. */
export class Undecodable extends Error {
  /** What stands before them in the piece that they are in. */
  readonly before: string;

  constructor(before: string, why: string) {
    super(why);
    this.before = before;
  }
}

export function decoderOf(encoding: Exclude<Encoding, 'utf-8'>): Decoder {
  if (encoding === 'utf-16') return new Utf16();
  return encoding === 'latin-1' ? { decode: latin1 } : { decode: windows1252 };
}

/** A byte order mark says which byte comes first; without one it is the lower. */
class Utf16 implements Decoder {
  #begin = new Uint8Array(0);
  #strict: TextDecoder | null = null;
  /** Tells where it was that the strict one stopped. */
  #lenient: TextDecoder | null = null;

  decode(piece: Uint8Array, isLast: boolean): string {
    let bytes = piece;
    if (this.#strict === null || this.#lenient === null) {
      bytes = Buffer.concat([this.#begin, piece]);
      this.#begin = Buffer.from(bytes);
      if (bytes.length < 2 && !isLast) return '';
      const label = bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-16le';
      this.#strict = new TextDecoder(label, { fatal: true });
      this.#lenient = new TextDecoder(label);
    }
    const lenient = this.#lenient.decode(bytes, { stream: !isLast });
    try {
      return this.#strict.decode(bytes, { stream: !isLast });
    } catch {
      const at = lenient.indexOf('\uFFFD');
      throw new Undecodable(lenient.slice(0, Math.max(at, 0)), 'it has bytes that are no UTF-16');
    }
  }
}

const text = (piece: Uint8Array): string => Buffer.from(piece).toString('latin1');
const hex = (char: string): string => char.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase();

/** Latin-1 has no characters from 80 to 9F; files in which there are such bytes are in windows-1252. */
function latin1(piece: Uint8Array): string {
  const decoded = text(piece);
  const at = decoded.search(/[\x80-\x9f]/);
  if (at < 0) return decoded;
  const why = `byte ${hex(decoded[at] ?? '')} is no character of Latin-1; in windows-1252 it would be one`;
  throw new Undecodable(decoded.slice(0, at), why);
}

/** The characters for the bytes 80 to 9F; U+FFFD where there is none. */
const upper = '€�‚ƒ„…†‡ˆ‰Š‹Œ�Ž��‘’“”•–—˜™š›œ�žŸ';

function windows1252(piece: Uint8Array): string {
  const decoded = text(piece);
  const found = decoded.replace(/[\x80-\x9f]/g, (char) => upper[char.charCodeAt(0) - 0x80] ?? '');
  const at = found.indexOf('\uFFFD');
  if (at < 0) return found;
  throw new Undecodable(found.slice(0, at), `byte ${hex(decoded[at] ?? '')} is no character of windows-1252`);
}
