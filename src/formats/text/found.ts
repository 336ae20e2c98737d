import { numberText, type Reading, readingOf, type Spelling } from './exact.js';
import { type Found, lookOf, looksOf } from './infer.js';

/**
 * How a value is read in a column whose type was found out from the first rows, and is to hold for all. A value that a look
 * at all rows would have made another type of is not faithful, even where the type has a value for it: "007" is 7 to a
 * column of whole numbers, but found, it is text.
 */
export function foundReading(text: string, found: Found, spelling: Spelling): Reading | null {
  const { type, as, isEmpty } = found;
  if (isEmpty) return { value: text, faithful: () => 'false' };
  const { value, faithful } = readingOf(text, type, spelling);
  if (as === 'type') {
    if (type.kind !== 'boolean') return null;
    const isOne = (): string => `${text} IN ('true', 'false')`;
    return { value, faithful: isOne, surely: isOne };
  }
  const looks = looksOf(type);
  if (looks === null) return null;
  const number = as === 'strings' ? text : numberText(text, spelling);
  const isLike = `(${lookOf(text, number, as, spelling)} & ${~looks}) = 0`;
  const isShort =
    type.kind === 'decimal' ? ` AND length(split_part(${number}, '.', 2)) <= ${type.scale}` : '';
  const strict = (v: string): string => `(${isLike}${isShort} AND ${faithful(v)})`;
  const surely = surelyOf(text, found, spelling);
  return { value, faithful: strict, ...(surely === null ? {} : { surely }) };
}

/** What is cheap to see, and true of no value that is another type by its look. */
function surelyOf(text: string, { type, as }: Found, spelling: Spelling): ((v: string) => string) | null {
  const isPlain = (v: string): string => `CAST(${v} AS VARCHAR) IS NOT DISTINCT FROM ${text}`;
  const { dateFormat, timestampFormat } = spelling;
  switch (type.kind) {
    case 'bigint':
    case 'decimal':
      return as === 'strings' ? null : isPlain;
    case 'boolean':
      return () => `${text} IN ('true', 'false')`;
    case 'date':
      return dateFormat === null ? (v) => `(isfinite(${v}) AND ${isPlain(v)})` : null;
    case 'timestamp': {
      if (timestampFormat !== null) return null;
      const usual = (v: string): string => `${v} >= TIMESTAMP '0001-01-01' AND ${v} < TIMESTAMP '9999-12-31'`;
      return (v) => `(${usual(v)} AND ${isPlain(v)})`;
    }
    default:
      return null;
  }
}
