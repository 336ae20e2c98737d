import { type LogicalType, typeName, wholeKinds } from '../../core/types.js';

/**
 * What bytes of a value may look like, so that the engine's own cast gives just what is written. A text that looks otherwise
 * may still be a value, but not one that is taken unseen.
 */
export interface Token {
  readonly kind: TokenKind;
  /** `decimal`: digits behind the point that count; `time`, `stamp`, `zoned`: those of a second. */
  readonly places: number;
  /** `decimal`: digits before the point, where there is one; `float`: characters; at most. */
  readonly most: number;
  /** The type that the engine is to read; null: it reads a text, which is looked at more closely afterwards. */
  readonly reads: string | null;
}

export const tokenKinds = {
  text: 0,
  whole: 1,
  decimal: 2,
  float: 3,
  boolean: 4,
  date: 5,
  time: 6,
  stamp: 7,
  zoned: 8,
} as const;
export type TokenKind = (typeof tokenKinds)[keyof typeof tokenKinds];

/** Anything, as text. */
export const textToken: Token = { kind: tokenKinds.text, places: 0, most: 0, reads: null };

const places = { timestamp_s: 0, timestamp_ms: 3, timestamp: 6, timestamp_ns: 9, timestamptz: 6 } as const;
const whole: ReadonlySet<string> = new Set(wholeKinds);

/** What values of a type look like whose texts the engine casts itself; for a type that it does not, any text. */
export function tokenOf(type: LogicalType): Token {
  const reads = typeName(type);
  const token = (kind: TokenKind, fraction = 0, most = 1_000_000_000): Token => ({
    kind,
    places: fraction,
    most,
    reads,
  });
  if (whole.has(type.kind)) return token(tokenKinds.whole);
  switch (type.kind) {
    case 'decimal':
      return token(tokenKinds.decimal, type.scale);
    case 'double':
      return token(tokenKinds.float);
    case 'boolean':
      return token(tokenKinds.boolean);
    case 'date':
      return token(tokenKinds.date);
    case 'time':
      return token(tokenKinds.time, 6);
    case 'timestamp':
    case 'timestamp_s':
    case 'timestamp_ms':
    case 'timestamp_ns':
      return token(tokenKinds.stamp, places[type.kind]);
    case 'timestamptz':
      return token(tokenKinds.zoned, places[type.kind]);
    default:
      return textToken;
  }
}

/** What the tokens of columns are, in a form that is quick to look up. */
export class TokenTable {
  readonly kinds: Uint8Array;
  readonly places: Int32Array;
  readonly most: Int32Array;

  constructor(tokens: readonly Token[]) {
    this.kinds = Uint8Array.from(tokens, ({ kind }) => kind);
    this.places = Int32Array.from(tokens, ({ places: count }) => count);
    this.most = Int32Array.from(tokens, ({ most }) => most);
  }
}

export const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;

/**
 * Where a token of column `i` ends that begins there; -1 where it looks otherwise. Behind the bytes there must be some that
 * are no digits.
 */
export function endOf(bytes: DataView, from: number, tokens: TokenTable, i: number): number {
  const kind = tokens.kinds[i] ?? 0;
  const count = tokens.places[i] ?? 0;
  if (kind <= tokenKinds.float) return endOfNumber(bytes, from, kind, count, tokens.most[i] ?? 0);
  if (kind === tokenKinds.boolean) return endOfWord(bytes, from);
  if (kind === tokenKinds.time) return endOfTime(bytes, from, count);
  if (!isDate(bytes, from)) return -1;
  if (kind === tokenKinds.date) return from + 10;
  const between = bytes.getUint8(from + 10);
  if (between !== 0x20 && between !== 0x54) return -1;
  const end = endOfTime(bytes, from + 11, count);
  return kind === tokenKinds.stamp || end < 0 ? end : endOfZone(bytes, end);
}

/** One function for all numbers, and no smaller ones: most of the time goes by here. */
export function endOfNumber(
  bytes: DataView,
  from: number,
  kind: number,
  count: number,
  most: number,
): number {
  let at = from;
  let byte = bytes.getUint8(at);
  if (byte === 0x2d) byte = bytes.getUint8(++at);
  if (byte < 0x30 || byte > 0x39) return -1;
  const first = at;
  do byte = bytes.getUint8(++at);
  while (byte >= 0x30 && byte <= 0x39);
  if (kind === tokenKinds.whole) return at;
  if (byte === 0x2e) {
    const point = at;
    do byte = bytes.getUint8(++at);
    while (byte >= 0x30 && byte <= 0x39);
    if (at === point + 1) return -1;
    if (kind === tokenKinds.decimal) {
      if (point - first > most) return -1;
      // Zeros may follow those that count.
      for (let i = point + count + 1; i < at; i++) if (bytes.getUint8(i) !== 0x30) return -1;
    }
  }
  if (kind === tokenKinds.decimal) return at;
  if (byte === 0x65 || byte === 0x45) {
    byte = bytes.getUint8(++at);
    if (byte === 0x2d || byte === 0x2b) at++;
    const power = at;
    while (isDigit(bytes.getUint8(at))) at++;
    if (at === power) return -1;
  }
  return at - from > most ? -1 : at;
}

/** In any case of letters. */
export function endOfWord(bytes: DataView, from: number): number {
  const four = bytes.getUint32(from) | 0x20202020;
  if (four === 0x74727565) return from + 4;
  return four === 0x66616c73 && (bytes.getUint8(from + 4) | 0x20) === 0x65 ? from + 5 : -1;
}

const areTwo = (bytes: DataView, from: number): boolean =>
  isDigit(bytes.getUint8(from)) && isDigit(bytes.getUint8(from + 1));

const isDate = (bytes: DataView, from: number): boolean =>
  areTwo(bytes, from) &&
  areTwo(bytes, from + 2) &&
  bytes.getUint8(from + 4) === 0x2d &&
  areTwo(bytes, from + 5) &&
  bytes.getUint8(from + 7) === 0x2d &&
  areTwo(bytes, from + 8);

function endOfTime(bytes: DataView, from: number, count: number): number {
  const isTime =
    areTwo(bytes, from) &&
    bytes.getUint8(from + 2) === 0x3a &&
    areTwo(bytes, from + 3) &&
    bytes.getUint8(from + 5) === 0x3a &&
    areTwo(bytes, from + 6);
  if (!isTime) return -1;
  const point = from + 8;
  if (bytes.getUint8(point) !== 0x2e) return point;
  let at = point + 1;
  while (isDigit(bytes.getUint8(at))) at++;
  return at === point + 1 || at > point + 1 + count ? -1 : at;
}

/** Z, or hours from UTC, with or without minutes; or nothing. */
function endOfZone(bytes: DataView, from: number): number {
  const sign = bytes.getUint8(from);
  if (sign === 0x5a) return from + 1;
  if (sign !== 0x2b && sign !== 0x2d) return from;
  if (!areTwo(bytes, from + 1)) return -1;
  return bytes.getUint8(from + 3) !== 0x3a ? from + 3 : areTwo(bytes, from + 4) ? from + 6 : -1;
}
