import type { Field } from '../../core/types.js';
import { identifier, literal } from '../../engine/index.js';
import type { Found } from '../text/infer.js';
import { asJson, isBlank, isObject, never } from './lines.js';

/** Columns whose types are those of the first lines. */
export type FoundOf = ReadonlyMap<string, Found>;

/** Whether a column has no numbers in it, whatever comes. */
const isOther = (found: Found | undefined): boolean =>
  found?.as === 'strings' || (found?.as === 'type' && found.type.kind !== 'json');

/**
 * The columns out of lines of JSON as text, where every line has just these keys, in this order: another line stops it. So
 * does a value that is no text in a column of texts. A number comes by way of floating point: see {@link mayLose}.
 *
 * A map of everything costs less than a struct of what is wanted, and tells of keys that nobody asked for.
 */
export function alikeTexts(lines: string, columns: readonly Field[], found: FoundOf): string {
  const isJson = columns.some(({ name, type }) => found.has(name) || asJson.has(type.kind));
  const readable = `CASE WHEN ${isObject('line')} THEN line ELSE error('a line is no JSON object') END`;
  const shape = literal(JSON.stringify(`MAP(VARCHAR, ${isJson ? 'JSON' : 'VARCHAR'})`));
  const parsed = `SELECT line, json_transform(${readable}, ${shape}) AS row FROM (${lines}) WHERE NOT ${isBlank('line')}`;
  const keys = `[${columns.map(({ name }) => literal(name)).join(', ')}]`;
  const other = `error(concat('a line has other keys: ', left(line, 200)))`;
  const alike = `SELECT map_values(row) AS cells FROM (${parsed}) WHERE CASE WHEN map_keys(row) = ${keys} THEN true ELSE ${other} END`;
  const texts = columns.map((column, i) => {
    const cell = `cells[${i + 1}]`;
    const text = isJson ? jsonText(`CAST(${cell} AS VARCHAR)`, column, found.get(column.name)) : cell;
    return `${text} AS ${identifier(column.name)}`;
  });
  return `SELECT ${texts.join(', ')} FROM (${alike})`;
}

/** A value of JSON as the text that it is read from. */
function jsonText(json: string, { type }: Field, found: Found | undefined): string {
  const text = `json_transform(${json}, '"VARCHAR"')`;
  if (found?.as === 'strings') {
    const other = `error('a value is not text, as the first ones are')`;
    return `CASE WHEN starts_with(${json}, '"') THEN ${text} WHEN coalesce(${json}, 'null') = 'null' THEN NULL ELSE ${other} END`;
  }
  // JSON spells whole numbers of floating point in another way than texts do; text in quotes stays what it is.
  if (found?.as === 'numbers')
    return `CASE WHEN ends_with(${json}, '.0') THEN ${text} WHEN ${json} = 'null' THEN NULL ELSE ${json} END`;
  return found !== undefined || asJson.has(type.kind) ? `NULLIF(${json}, 'null')` : text;
}

/** Whether a column would keep digits of a number that floating point does not: no file may have such numbers then. */
export const mayLose = (columns: readonly Field[], found: FoundOf): boolean =>
  columns.some(({ name, type }) => !never.has(type.kind) && !isOther(found.get(name)));
