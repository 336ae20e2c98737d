// Where values end that look as they should. A place of 0 says that one does not.
import {
  booleanToken,
  dateToken,
  decimalToken,
  floatToken,
  stampToken,
  timeToken,
  wholeToken,
} from '../src/formats/text/token-kinds';
import { isStrictAt, kindAt, mostAt, placesAt } from './columns';

const space: u32 = 0x20;
const quote: u32 = 0x22;
const plus: u32 = 0x2b;
const minus: u32 = 0x2d;
const point: u32 = 0x2e;
const zero: u32 = 0x30;
const colon: u32 = 0x3a;
const letterT: u32 = 0x54;
const letterZ: u32 = 0x5a;
const smallE: u32 = 0x65;
/** Sets the bit that makes a letter small. */
const small: u32 = 0x20;

/** A bit for each of the 16 bytes there that is a digit. */
function digitsAt(at: usize): u32 {
  return i8x16.bitmask(i8x16.lt_u(i8x16.sub(v128.load(at), i8x16.splat(0x30)), i8x16.splat(10)));
}

/** A bit for each of the 16 bytes there that is this one. */
export function bytesAt(at: usize, byte: u32): u32 {
  return i8x16.bitmask(i8x16.eq(v128.load(at), i8x16.splat(byte as i8)));
}

/** Where digits end. */
export function endOfDigits(from: usize): usize {
  let at = from;
  let others = ~digitsAt(at) & 0xffff;
  while (others === 0) {
    at += 16;
    others = ~digitsAt(at) & 0xffff;
  }
  return at + ctz(others);
}

/** A number of the column's kind. */
function endOfNumber(from: usize, column: usize): usize {
  const kind = kindAt(column);
  const isStrict = isStrictAt(column);
  const isBelow = load<u8>(from) === minus;
  const first = from + (isBelow as usize);
  let at = endOfDigits(first);
  if (at === first) return 0;
  // Leading zeros make a number text where its type was found out, and there is no other zero than 0.
  const isZero = load<u8>(first) === zero;
  if (isStrict && isZero && at > first + 1) return 0;
  if (kind === wholeToken) return isStrict && isZero && isBelow ? 0 : at;
  const end = at;
  if (load<u8>(at) === point) {
    at = endOfDigits(end + 1);
    if (at === end + 1) return 0;
    if (kind === decimalToken && !fits(first, end, at, column)) return 0;
  }
  if (isStrict && isZero && isBelow && areZeros(end + 1, at)) return 0;
  if (kind === decimalToken) return at;
  if ((load<u8>(at) | small) === smallE) {
    at++;
    const sign: u32 = load<u8>(at);
    if (sign === minus || sign === plus) at++;
    const power = at;
    at = endOfDigits(power);
    if (at === power) return 0;
  }
  return at - from > mostAt(column) ? 0 : at;
}

/** Whether a decimal with a fraction has no more digits than its column holds. */
function fits(first: usize, end: usize, at: usize, column: usize): bool {
  if (end - first > mostAt(column)) return false;
  const last = end + 1 + placesAt(column);
  if (at <= last) return true;
  // Zeros may follow those that count.
  return !isStrictAt(column) && areZeros(last, at);
}

function areZeros(from: usize, to: usize): bool {
  for (let at = from; at < to; at++) if (load<u8>(at) !== zero) return false;
  return true;
}

/** true or false. */
export function endOfWord(from: usize): usize {
  const four = load<u32>(from) | 0x20202020;
  // Their bytes, the last one first.
  if (four === 0x65757274) return from + 4;
  return four === 0x736c6166 && (load<u8>(from + 4) | small) === smallE ? from + 5 : 0;
}

/** A value of the column's kind, which is not anyToken. */
export function endOfToken(from: usize, column: usize): usize {
  const kind = kindAt(column);
  if (kind <= floatToken) return endOfNumber(from, column);
  if (kind === booleanToken) return endOfWord(from);
  if (kind === timeToken) return endOfTime(from, placesAt(column));
  if (!isDate(from)) return 0;
  if (kind === dateToken) return from + 10;
  const between: u32 = load<u8>(from + 10);
  if (between !== space && between !== letterT) return 0;
  const end = endOfTime(from + 11, placesAt(column));
  if (kind === stampToken || end === 0) return end;
  // The engine's reader of csv takes a time with a zone that there is not for NULL.
  return isMoment(from) ? endOfZone(end, isStrictAt(column)) : 0;
}

function numberOfTwo(at: usize): u32 {
  return (load<u8>(at) - zero) * 10 + (load<u8>(at + 1) - zero);
}

/** Whether there is a day and a time with these digits. */
function isMoment(from: usize): bool {
  const month = numberOfTwo(from + 5);
  const day = numberOfTwo(from + 8);
  if (month === 0 || month > 12 || day === 0) return false;
  const isShort = month === 4 || month === 6 || month === 9 || month === 11;
  // Of the years that end a century, each fourth one.
  const inCentury = numberOfTwo(from + 2);
  const isLeap = ((inCentury === 0 ? numberOfTwo(from) : inCentury) & 3) === 0;
  const last: u32 = month === 2 ? (isLeap ? 29 : 28) : isShort ? 30 : 31;
  return (
    day <= last && numberOfTwo(from + 11) < 24 && numberOfTwo(from + 14) < 60 && numberOfTwo(from + 17) < 60
  );
}

/** 2024-02-29; no year 0, which is written in another way. */
function isDate(from: usize): bool {
  return (
    (digitsAt(from) & 0b11_1111_1111) === 0b11_0110_1111 &&
    (bytesAt(from, minus) & 0b1001_0000) === 0b1001_0000 &&
    load<u32>(from) !== 0x30303030
  );
}

/** 10:11:12, with or without a fraction. */
function endOfTime(from: usize, places: usize): usize {
  if ((digitsAt(from) & 0b1111_1111) !== 0b1101_1011) return 0;
  if ((bytesAt(from, colon) & 0b0010_0100) !== 0b0010_0100) return 0;
  const end = from + 8;
  if (load<u8>(end) !== point) return end;
  const at = endOfDigits(end + 1);
  return at === end + 1 || at > end + 1 + places ? 0 : at;
}

/** Z, or hours from UTC, with or without minutes; or nothing, unless there has to be something. */
function endOfZone(from: usize, isNeeded: bool): usize {
  const sign: u32 = load<u8>(from);
  if (sign === letterZ) return from + 1;
  if (sign !== plus && sign !== minus) return isNeeded ? 0 : from;
  const digits = digitsAt(from + 1);
  if ((digits & 0b11) !== 0b11) return 0;
  if (load<u8>(from + 3) !== colon) return from + 3;
  return (digits & 0b11000) === 0b11000 ? from + 6 : 0;
}

/** Where a text ends, behind its quotation mark, that begins behind one; a backslash stands before what is no end. */
export function endOfText(from: usize): usize {
  let at = from;
  while (true) {
    const found = bytesAt(at, quote) | bytesAt(at, 0x5c);
    if (found === 0) {
      at += 16;
      continue;
    }
    at += ctz(found);
    if (load<u8>(at) === quote) break;
    at += 2;
  }
  return at + 1;
}
