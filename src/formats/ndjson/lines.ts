import type { Field, TypeKind } from '../../core/types.js';
import { identifier, literal } from '../../engine/index.js';

/**
 * The engine reads numbers of JSON as floating point. Those with more digits than that holds are set in quotes first,
 * with this mark, which is no character of any text, on both sides.
 */
const mark = '\uFDD0';

/** In RE2: everything up to a number, strings whole; and the number, or the end. */
const upToNumber = String.raw`((?:[^-0-9"]|"(?:[^"\\]|\\.)*")*)(-?[0-9][0-9.eE+-]*|$)`;

/** Kinds whose values are taken as JSON, not as the text in it. */
const asJson: ReadonlySet<TypeKind> = new Set(['json', 'list', 'array', 'struct', 'map']);

/** A line that is an object, for all that can be seen without reading it. */
export const isObject = (line: string): string => `starts_with(ltrim(${line}, ' \t'), '{')`;
export const isBlank = (line: string): string => `(${line} IS NULL OR trim(${line}, ' \t') = '')`;

/** The columns out of lines of JSON as text. `good`: a condition for lines, where some are to be left out. */
export function textsOfLines(lines: string, columns: readonly Field[], good: string | null): string {
  const shape = JSON.stringify(
    Object.fromEntries(columns.map(({ name, type }) => [name, asJson.has(type.kind) ? 'JSON' : 'VARCHAR'])),
  );
  const long = `regexp_matches(line, '[0-9.]{16}')`;
  const marked = `regexp_replace(line, ${literal(upToNumber)}, ${literal(`\\1"${mark}\\2${mark}"`)}, 'g')`;
  // The end of the line is marked too.
  const safe = `replace(${marked}, ${literal(`"${mark}${mark}"`)}, '')`;
  const clash = `error('a line with long numbers has the character U+FDD0')`;
  const wanted = good ?? `NOT ${isBlank('line')}`;
  const readable = `CASE WHEN ${isObject('line')} THEN line ELSE error('a line is no JSON object') END`;
  const source = `SELECT ${long} AS long, CASE WHEN NOT ${long} THEN line WHEN contains(line, ${literal(mark)}) THEN ${clash} ELSE ${safe} END AS line FROM (SELECT ${readable} AS line FROM (${lines}) WHERE ${wanted})`;
  const parsed = `SELECT long, json_transform(line, ${literal(shape)}) AS row FROM (${source})`;
  const texts = columns.map(({ name, type }, i) => {
    const value = `struct_extract_at(row, ${i + 1})`;
    const found = asJson.has(type.kind) ? `NULLIF(CAST(${value} AS VARCHAR), 'null')` : value;
    return `CASE WHEN long THEN ${unmarked(found)} ELSE ${found} END AS ${identifier(name)}`;
  });
  return `SELECT ${texts.join(', ')} FROM (${parsed})`;
}

function unmarked(text: string): string {
  const inner = `replace(replace(${text}, ${literal(`"${mark}`)}, ''), ${literal(`${mark}"`)}, '')`;
  return `replace(${inner}, ${literal(mark)}, '')`;
}
