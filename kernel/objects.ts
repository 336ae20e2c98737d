// Lines that are objects of JSON.
import { anyToken, dateToken, floatToken, keptDigits } from '../src/formats/text/token-kinds';
import { columnAt, columnCount, isStrictAt, kindAt, nameAt, nameLengthAt, nextColumn } from './columns';
import { endOfDigits, endOfText, endOfToken, endOfWord } from './values';

const tab: u32 = 0x09;
const lineFeed: u32 = 0x0a;
const carriageReturn: u32 = 0x0d;
const space: u32 = 0x20;
const quote: u32 = 0x22;
const comma: u32 = 0x2c;
const minus: u32 = 0x2d;
const letterN: u32 = 0x6e;
const open: u32 = 0x7b;
const close: u32 = 0x7d;
/** Bytes of texts, the last one first. */
const nul: u32 = 0x6c6c756e;
const minusZero: u32 = 0x302d;

/** How lines end, as the first one does: 0: there was none yet; 1: LF; 2: CR and LF. */
let lineEnd: u32 = 0;

/**
 * Lines with none but the known keys, each spelled as the column's name, which has its quotes and the colon, and with values
 * that look as they should. Keys may come in any order, the same one is the fastest; some may be missing.
 * Gives where the first line begins that is not so, does not end before `end`, or has more than `most` bytes.
 */
export function objects(from: usize, end: usize, most: usize): usize {
  let row = from;
  while (row < end) {
    const at = endOfObject(row);
    if (at === 0 || at > end || at - row > most) return row;
    row = at;
  }
  return row;
}

function endOfObject(from: usize): usize {
  let at = from;
  if (load<u8>(at) === open) {
    const first = columnAt(0);
    const last = columnAt(columnCount());
    let column = first;
    do {
      at++;
      if (load<u8>(at) !== quote) at = endOfSpaces(at);
      if (!isNamed(column, at)) {
        column = named(at);
        if (column === 0) return 0;
      }
      at += nameLengthAt(column);
      if (load<u8>(at) <= space) at = endOfSpaces(at);
      const kind = kindAt(column);
      if (kind === anyToken && load<u8>(at) === quote) at = endOfText(at + 1);
      else at = endOfValue(at, column);
      if (at === 0) return 0;
      if (load<u8>(at) <= space) at = endOfSpaces(at);
      column = nextColumn(column);
      if (column === last) column = first;
    } while (load<u8>(at) === comma);
    if (load<u8>(at) !== close) return 0;
    at++;
  }
  if (load<u8>(at) <= space) at = endOfSpaces(at);
  let kind: u32 = 1;
  if (load<u8>(at) === carriageReturn) {
    at++;
    kind = 2;
  }
  if (load<u8>(at) !== lineFeed) return 0;
  if (lineEnd === 0) lineEnd = kind;
  return lineEnd === kind ? at + 1 : 0;
}

function endOfSpaces(from: usize): usize {
  let at = from;
  while (load<u8>(at) === space || load<u8>(at) === tab) at++;
  return at;
}

function isNamed(column: usize, at: usize): bool {
  let name = nameAt(column);
  let there = at;
  let left = nameLengthAt(column);
  while (left > 16) {
    if (i8x16.bitmask(i8x16.eq(v128.load(name), v128.load(there))) !== 0xffff) return false;
    name += 16;
    there += 16;
    left -= 16;
  }
  const all = ((1 as u32) << (left as u32)) - 1;
  return ((i8x16.bitmask(i8x16.eq(v128.load(name), v128.load(there))) as u32) & all) === all;
}

/** The column whose name stands there; 0: none. */
function named(at: usize): usize {
  for (let i: u32 = 0; i < columnCount(); i++) if (isNamed(columnAt(i), at)) return columnAt(i);
  return 0;
}

function endOfValue(from: usize, column: usize): usize {
  const byte: u32 = load<u8>(from);
  const kind = kindAt(column);
  if (byte === letterN) return load<u32>(from) === nul ? from + 4 : 0;
  if (kind >= dateToken) {
    if (byte !== quote) return 0;
    const end = endOfToken(from + 1, column);
    return end !== 0 && load<u8>(end) === quote ? end + 1 : 0;
  }
  if (kind === anyToken) return isStrictAt(column) ? 0 : endOfPlain(from);
  const end = endOfToken(from, column);
  // A whole number of JSON loses the sign of zero.
  return end === from + 2 && kind === floatToken && load<u16>(from) === minusZero ? 0 : end;
}

/** What is no text and is written anew as it stands where it is read as one: few digits, or a word. */
function endOfPlain(from: usize): usize {
  const word = endOfWord(from);
  if (word !== 0) return word;
  const isBelow = load<u8>(from) === minus;
  const first = from + (isBelow as usize);
  const end = endOfDigits(first);
  return end === first || end - from > (keptDigits as usize) || load<u16>(from) === minusZero ? 0 : end;
}
