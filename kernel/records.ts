// Rows of csv.
import { anyToken } from '../src/formats/text/token-kinds';
import { columnAt, columnCount, kindAt, nextColumn } from './columns';
import { bytesAt, endOfToken } from './values';

const lineFeed: u32 = 0x0a;
const carriageReturn: u32 = 0x0d;

/**
 * Rows with as many values as there are columns, each of which is empty, or looks as it should, in quotes or not. A quote
 * within quotes is doubled. `quote`: 0: there is none.
 * Gives where the first row begins that is not so, does not end before `end`, or has more than `most` bytes.
 */
export function records(
  from: usize,
  end: usize,
  most: usize,
  delimiter: u32,
  quote: u32,
  hasReturns: bool,
): usize {
  let row = from;
  while (row < end) {
    const at = endOfRecord(row, delimiter, quote, hasReturns);
    if (at === 0 || at > end || at - row > most) return row;
    row = at;
  }
  return row;
}

function endOfRecord(from: usize, delimiter: u32, quote: u32, hasReturns: bool): usize {
  const last = columnAt(columnCount() - 1);
  let column = columnAt(0);
  let at = from;
  // A line without anything is no row, unless there is but one column, whose NULL that is.
  const begins: u32 = load<u8>(at);
  const isNone = column !== last && (begins === lineFeed || begins === carriageReturn);
  while (!isNone) {
    const byte: u32 = load<u8>(at);
    const isAny = kindAt(column) === anyToken;
    if (byte === quote) {
      at = isAny ? endOfQuoted(at + 1, quote) : endOfToken(at + 1, column);
      if (at === 0 || load<u8>(at) !== quote) return 0;
      at++;
    } else if (isAny) at = endOfBare(at, delimiter, quote);
    else if (byte !== delimiter && byte !== lineFeed && byte !== carriageReturn) {
      at = endOfToken(at, column);
      if (at === 0) return 0;
    }
    if (column === last) break;
    if (load<u8>(at) !== delimiter) return 0;
    at++;
    column = nextColumn(column);
  }
  if (hasReturns) {
    if (load<u8>(at) !== carriageReturn) return 0;
    at++;
  }
  return load<u8>(at) === lineFeed ? at + 1 : 0;
}

/** Where the quotation mark lies that closes. */
function endOfQuoted(from: usize, quote: u32): usize {
  let at = from;
  while (true) {
    const found = bytesAt(at, quote);
    if (found === 0) {
      at += 16;
      continue;
    }
    at += ctz(found);
    if (load<u8>(at + 1) !== quote) return at;
    at += 2;
  }
}

/** Where a value without quotes ends. */
function endOfBare(from: usize, delimiter: u32, quote: u32): usize {
  let at = from;
  let found: u32 = 0;
  while (true) {
    found = bytesAt(at, delimiter) | bytesAt(at, quote) | bytesAt(at, lineFeed) | bytesAt(at, carriageReturn);
    if (found !== 0) break;
    at += 16;
  }
  return at + ctz(found);
}
