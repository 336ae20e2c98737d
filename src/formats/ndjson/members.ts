import type { RowScan } from './rows-alike.js';
import { endOf, endOfNumber, endOfWord, isDigit, type Token, TokenTable, tokenKinds } from './tokens.js';

const space = 0x20;
const quote = 0x22;
const comma = 0x2c;
const open = 0x7b;
const close = 0x7d;
const backslash = 0x5c;
const nul = 0x6e756c6c;
const minusZero = 0x2d30;

/** Digits that floating point keeps, whatever they are. */
export const keptDigits = 15;

/**
 * Lines that are objects with none but these keys, each spelled as here, and values that look like the tokens. Their order
 * is free, but the same one is the fastest; some may be missing.
 */
export class Members implements RowScan {
  readonly #tokens: TokenTable;
  /** The names as they stand in a line, in quotes and with the colon, one behind the other. */
  readonly #names: DataView;
  /** Where each begins in it, and where the last one ends. */
  readonly #begins: Int32Array;
  readonly widest: number;
  readonly most: number;
  /** Whether lines end in CR and LF, as the first one does; null: there was none yet. */
  #hasReturns: boolean | null = null;

  constructor(names: readonly string[], tokens: readonly Token[], most: number) {
    this.#tokens = new TokenTable(tokens);
    this.most = most;
    const spelled = names.map((name) => Buffer.from(`${JSON.stringify(name)}:`));
    const all = new Uint8Array(Buffer.concat(spelled));
    this.#names = new DataView(all.buffer);
    this.#begins = new Int32Array(names.length + 1);
    for (const [i, { length }] of spelled.entries()) this.#begins[i + 1] = (this.#begins[i] ?? 0) + length;
    this.widest = Math.max(0, ...spelled.map(({ length }) => length));
  }

  /** One function, with smaller ones only for what is rare: calls would take as long as all else. */
  scan(bytes: DataView, from: number, end: number): number {
    const tokens = this.#tokens;
    const { kinds } = tokens;
    const names = this.#names;
    const begins = this.#begins;
    let row = from;
    while (row < end) {
      let at = row;
      let i = 0;
      if (bytes.getUint8(at) === open)
        do {
          if (bytes.getUint8(++at) !== quote) at = spaces(bytes, at);
          const last = (begins[i + 1] ?? 0) - 4;
          let name = begins[i] ?? 0;
          const shift = at - name;
          while (name < last && names.getInt32(name) === bytes.getInt32(name + shift)) name += 4;
          if (name < last || names.getInt32(last) !== bytes.getInt32(last + shift)) {
            i = this.#nameAt(bytes, at);
            if (i < 0) return row;
          }
          at += (begins[i + 1] ?? 0) - (begins[i] ?? 0);
          if (bytes.getUint8(at) <= space) at = spaces(bytes, at);
          const kind = kinds[i] ?? 0;
          const byte = bytes.getUint8(at);
          if (kind === tokenKinds.text && byte === quote) {
            for (let next = bytes.getUint8(++at); next !== quote; next = bytes.getUint8(++at))
              if (next === backslash) at++;
            at++;
          } else if (kind === tokenKinds.whole && byte < 0x40) {
            if (byte === 0x2d) at++;
            if (!isDigit(bytes.getUint8(at))) return row;
            do at++;
            while (isDigit(bytes.getUint8(at)));
          } else {
            at = endOfValue(bytes, at, tokens, i);
            if (at < 0) return row;
          }
          if (bytes.getUint8(at) <= space) at = spaces(bytes, at);
          if (++i === kinds.length) i = 0;
        } while (bytes.getUint8(at) === comma);
      const next = this.#endOfLine(bytes, at, row);
      if (next < 0 || next > end || next - row > this.most) return row;
      row = next;
    }
    return row;
  }

  #endOfLine(bytes: DataView, from: number, row: number): number {
    let at = from;
    if (bytes.getUint8(row) === open && bytes.getUint8(at++) !== close) return -1;
    at = spaces(bytes, at);
    const hasReturn = bytes.getUint8(at) === 0x0d;
    if (hasReturn) at++;
    if (bytes.getUint8(at) !== 0x0a) return -1;
    if (this.#hasReturns === null) this.#hasReturns = hasReturn;
    return this.#hasReturns === hasReturn ? at + 1 : -1;
  }

  /** Which name stands there; -1: none. */
  #nameAt(bytes: DataView, from: number): number {
    return this.#tokens.kinds.findIndex((_, i) => {
      const begin = this.#begins[i] ?? 0;
      const length = (this.#begins[i + 1] ?? 0) - begin;
      for (let at = 0; at < length; at++)
        if (this.#names.getUint8(begin + at) !== bytes.getUint8(from + at)) return false;
      return true;
    });
  }
}

function spaces(bytes: DataView, from: number): number {
  let at = from;
  for (let byte = bytes.getUint8(at); byte === space || byte === 0x09; ) byte = bytes.getUint8(++at);
  return at;
}

function endOfValue(bytes: DataView, at: number, tokens: TokenTable, i: number): number {
  const byte = bytes.getUint8(at);
  const kind = tokens.kinds[i] ?? 0;
  if (byte === 0x6e) return bytes.getInt32(at) === nul ? at + 4 : -1;
  if (kind >= tokenKinds.date) {
    if (byte !== quote) return -1;
    const end = endOf(bytes, at + 1, tokens, i);
    return end >= 0 && bytes.getUint8(end) === quote ? end + 1 : -1;
  }
  if (kind === tokenKinds.text)
    return isDigit(byte) || byte === 0x2d ? endOfPlain(bytes, at) : endOfWord(bytes, at);
  const end = endOf(bytes, at, tokens, i);
  // A whole number of JSON loses the sign of zero.
  return end === at + 2 && kind === tokenKinds.float && bytes.getUint16(at) === minusZero ? -1 : end;
}

/** A whole number that is written anew as it stands. */
function endOfPlain(bytes: DataView, at: number): number {
  const end = endOfNumber(bytes, at, tokenKinds.whole, 0, 0);
  return end - at > keptDigits || bytes.getUint16(at) === minusZero ? -1 : end;
}
