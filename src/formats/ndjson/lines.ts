import { type Field, type TypeKind, wholeKinds } from '../../core/types.js';
import { identifier, literal } from '../../engine/index.js';

/**
 * The engine reads numbers of JSON as floating point. Those with more digits than that holds are set in quotes first,
 * with this mark, which is no character of any text, on both sides.
 */
const mark = '\uFDD0';

/** In RE2: everything up to a number, strings whole; and the number, or the end. */
const upToNumber = String.raw`((?:[^-0-9"]|"(?:[^"\\]|\\.)*")*)(-?[0-9][0-9.eE+-]*|$)`;

/** Kinds whose values are taken as JSON, not as the text in it. */
export const asJson: ReadonlySet<TypeKind> = new Set(['json', 'list', 'array', 'struct', 'map']);

/**
 * Kinds whose values are the same whether a number comes with all its digits or by way of floating point: what is whole
 * is never taken for that, and what has a fraction or an exponent is no whole number and no time either way.
 */
export const never: ReadonlySet<TypeKind> = new Set([
  ...wholeKinds,
  'date',
  'time',
  'timestamp',
  'timestamp_s',
  'timestamp_ms',
  'timestamp_ns',
  'timestamptz',
]);

/** Whether a line may have a number that floating point does not hold. Very small ones come out of it with an exponent. */
export const isLong = (line: string): string => `regexp_matches(${line}, '[0-9.]{16}|[.]00000')`;

/** A line that is an object, for all that can be seen without reading it. Most begin with it. */
export const isObject = (line: string): string =>
  `(CASE WHEN starts_with(${line}, '{') THEN true ELSE starts_with(ltrim(${line}, ' \t'), '{') END)`;
export const isBlank = (line: string): string =>
  `(CASE WHEN ${line} IS NULL THEN true WHEN starts_with(${line}, '{') THEN false ELSE trim(${line}, ' \t') = '' END)`;

/** The columns out of lines of JSON as text. `good`: a condition for lines, where some are to be left out. */
export function textsOfLines(lines: string, columns: readonly Field[], good: string | null): string {
  const shape = literal(
    JSON.stringify(
      Object.fromEntries(columns.map(({ name, type }) => [name, asJson.has(type.kind) ? 'JSON' : 'VARCHAR'])),
    ),
  );
  const marked = `regexp_replace(line, ${literal(upToNumber)}, ${literal(`\\1"${mark}\\2${mark}"`)}, 'g')`;
  // The end of the line is marked too.
  const safe = `replace(${marked}, ${literal(`"${mark}${mark}"`)}, '')`;
  const clash = `error('a line with long numbers has the character U+FDD0')`;
  const wanted = good ?? `NOT ${isBlank('line')}`;
  const readable = `CASE WHEN ${isObject('line')} THEN line ELSE error('a line is no JSON object') END`;
  const parsed = `SELECT line, json_transform(line, ${shape}) AS row FROM (SELECT ${readable} AS line FROM (${lines}) WHERE ${wanted})`;
  // To look for long numbers costs more than to read the line, so that it is done only where one could be of consequence.
  const long = `CASE WHEN ${doubtful(columns)} THEN ${isLong('line')} ELSE false END`;
  const looked = `SELECT *, ${long} AS long FROM (${parsed})`;
  const whole = `CASE WHEN NOT long THEN NULL WHEN contains(line, ${literal(mark)}) THEN ${clash} ELSE json_transform(${safe}, ${shape}) END`;
  const texts = columns.map(({ name, type }, i) => {
    const of = (row: string): string => {
      const value = `struct_extract_at(${row}, ${i + 1})`;
      return asJson.has(type.kind) ? `NULLIF(CAST(${value} AS VARCHAR), 'null')` : value;
    };
    return `CASE WHEN long THEN ${unmarked(of('whole'))} ELSE ${of('row')} END AS ${identifier(name)}`;
  });
  return `SELECT ${texts.join(', ')} FROM (SELECT *, ${whole} AS whole FROM (${looked}))`;
}

/** What the texts of numbers, lists and objects lie between, as texts are ordered. */
const firsts = [
  ['-', ':'],
  ['[', '\\'],
  ['{', '|'],
] as const;

/** Whether a row may have lost digits that its columns would keep. */
function doubtful(columns: readonly Field[]): string {
  const tests = columns.flatMap(({ type }, i) => {
    const value = `struct_extract_at(row, ${i + 1})`;
    if (never.has(type.kind)) return [];
    // It may have been -0, which is another to floating point.
    if (type.kind === 'double') return [`WHEN ${value} = '0' THEN true`];
    if (asJson.has(type.kind)) return [`WHEN ${value} IS NOT NULL THEN true`];
    const begins = ([from, to]: readonly [string, string]): string =>
      `(${value} >= ${literal(from)} AND ${value} < ${literal(to)})`;
    return [`WHEN ${firsts.map(begins).join(' OR ')} THEN true`];
  });
  return tests.length === 0 ? 'false' : `(CASE ${tests.join(' ')} ELSE false END)`;
}

function unmarked(text: string): string {
  const inner = `replace(replace(${text}, ${literal(`"${mark}`)}, ''), ${literal(`${mark}"`)}, '')`;
  return `replace(${inner}, ${literal(mark)}, '')`;
}
