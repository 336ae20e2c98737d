import type { Field } from '../../core/types.js';
import { identifier, literal } from '../../engine/index.js';
import type { Found } from '../text/infer.js';
import { asJson, isBlank, isObject, never } from './lines.js';

/** Columns whose types are those of the first lines. */
export type Likeness = ReadonlyMap<string, Found>;

/** Whether a column has no numbers in it, whatever comes. */
const isOther = (found: Found | undefined): boolean =>
  found?.as === 'strings' || (found?.as === 'type' && found.type.kind !== 'json');

/**
 * The columns out of lines of JSON as text, where every line has each of the columns once, and nothing else: another line
 * stops it. So does a value that is no text in a column of texts. A number comes by way of floating point: see
 * {@link mayLose}.
 */
export function alikeTexts(lines: string, columns: readonly Field[], found: Likeness): string {
  const isJson = ({ name, type }: Field): boolean => found.has(name) || asJson.has(type.kind);
  const shape = columns.map((column) => [column.name, isJson(column) ? 'JSON' : 'VARCHAR']);
  const readable = `CASE WHEN ${isObject('line')} THEN line ELSE error('a line is no JSON object') END`;
  const row = `json_transform_strict(${readable}, ${literal(JSON.stringify(Object.fromEntries(shape)))})`;
  const texts = columns.map((column, i) => {
    const value = `struct_extract_at(row, ${i + 1})`;
    const text = isJson(column) ? jsonText(`CAST(${value} AS VARCHAR)`, found.get(column.name)) : value;
    return `${text} AS ${identifier(column.name)}`;
  });
  return `SELECT ${texts.join(', ')} FROM (SELECT ${row} AS row FROM (${lines}) WHERE NOT ${isBlank('line')})`;
}

function jsonText(json: string, found: Found | undefined): string {
  if (found?.as === 'strings') {
    const other = `error('a value is not text, as the first ones are')`;
    return `CASE WHEN starts_with(${json}, '"') THEN json_extract_string(${json}, '$') WHEN coalesce(${json}, 'null') = 'null' THEN NULL ELSE ${other} END`;
  }
  // JSON spells whole numbers of floating point in another way than texts do.
  if (found?.as === 'numbers')
    return `CASE WHEN ends_with(${json}, '.0') THEN json_transform(${json}, '"VARCHAR"') WHEN ${json} = 'null' THEN NULL ELSE ${json} END`;
  return `NULLIF(${json}, 'null')`;
}

/** Whether a column would keep digits of a number that floating point does not: no file may have such numbers then. */
export const mayLose = (columns: readonly Field[], found: Likeness): boolean =>
  columns.some(({ name, type }) => !never.has(type.kind) && !isOther(found.get(name)));
