import { type Field, type Schema, typeName } from '../../core/types.js';
import { identifier, literal } from '../../engine/index.js';
import { type Reading, readingOf, type Spelling } from './exact.js';
import { foundReading } from './found.js';
import type { Found } from './infer.js';

/** Columns of text, and how each is to be read. */
export interface Texts {
  /** A SELECT that has them as VARCHAR, NULL where there is no value; `native` ones with their values. */
  readonly select: string;
  readonly columns: readonly Field[];
  readonly spelling: Spelling;
  /** Columns whose types were found out from the first rows, and are to hold for all. */
  readonly found?: ReadonlyMap<string, Found>;
  /** Columns whose values the SELECT has already, as they are in the text. */
  readonly native?: ReadonlySet<string>;
}

/** A SELECT of the values. A text that is no value of its column stops it. */
export function valuesOf(texts: Texts, schema: Schema = asSchema(texts.columns)): string {
  const index = new Map(texts.columns.map(({ name }, i) => [name, i]));
  const values = schema.map(({ name }) => {
    const i = index.get(name) ?? -1;
    const bad = literal(`column ${identifier(name)}: a text is no value of its type: `);
    const type = texts.columns[i]?.type ?? { kind: 'varchar' };
    const { surely } = readingAt(texts, i);
    const sure = surely === undefined ? '' : `WHEN ${surely(`v${i}`)} THEN v${i} `;
    if (isAnything(texts, i)) return `t${i} AS ${identifier(name)}`;
    if (texts.native?.has(name))
      return `CASE WHEN isinf(t${i}) THEN error(${literal(`column ${identifier(name)}: a number is infinite`)}) ELSE t${i} END AS ${identifier(name)}`;
    // The engine has no CASE of arrays, but has one of lists.
    const found = type.kind === 'array' ? `CAST(v${i} AS ${typeName(type.element)}[])` : `v${i}`;
    const value = `CASE ${sure}WHEN t${i} IS NULL THEN NULL WHEN ${badAt(texts, i)} THEN error(concat(${bad}, left(t${i}, 200))) ELSE ${found} END`;
    return `${type.kind === 'array' ? `CAST(${value} AS ${typeName(type)})` : value} AS ${identifier(name)}`;
  });
  return `SELECT ${values.join(', ')} FROM (${apart(texts)})`;
}

/** The same, without the rows in which a text is no value of its column. */
export function goodValuesOf(texts: Texts): string {
  const values = texts.columns.map(({ name }, i) => `v${i} AS ${identifier(name)}`);
  return `SELECT ${values.join(', ')} FROM (${apart(texts)}) WHERE ${firstBad(texts)} IS NULL`;
}

/**
 * The rows in which a text is no value of its column: the row's number in `texts.select` (from 1), the place of the
 * column (from 0), and the text.
 */
export function badRowsOf(texts: Texts): string {
  const text = texts.columns.map((_, i) => `WHEN ${i} THEN t${i}`).join(' ');
  const found = `SELECT *, ${firstBad(texts)} AS bad FROM (${apart(texts, ['row_number() OVER () AS row_n'])})`;
  // The engine is made to look at all of every row, also where nothing could be wrong with the values.
  const all = `strlen(concat(${texts.columns.map((_, i) => `t${i}`).join(', ')})) < 0`;
  return `SELECT row_n, bad, CASE bad ${text} END FROM (${found}) WHERE bad IS NOT NULL OR ${all}`;
}

export function asSchema(columns: readonly Field[]): Schema {
  return columns.map((column) => ({ ...column, nullable: true }));
}

/** Each text as t0, t1, … and what is read out of it as v0, v1, … */
function apart(texts: Texts, more: readonly string[] = []): string {
  const given = [...texts.columns.map(({ name }, i) => `${identifier(name)} AS t${i}`), ...more];
  const values = texts.columns.map((_, i) => `${readingAt(texts, i).value} AS v${i}`);
  return `SELECT *, ${values.join(', ')} FROM (SELECT ${given.join(', ')} FROM (${texts.select}))`;
}

function readingAt({ columns, spelling, found, native }: Texts, i: number): Reading {
  const { name, type } = columns[i] ?? nothing;
  if (native?.has(name)) return { value: `t${i}`, faithful: (value) => `NOT isinf(${value})` };
  const known = found?.get(name);
  const reading = known === undefined ? null : foundReading(`t${i}`, known, spelling);
  return reading ?? readingOf(`t${i}`, type, spelling);
}

/** Whether what the SELECT has is a value of the column, whatever it is. */
function isAnything({ columns, found, native }: Texts, i: number): boolean {
  const { name, type } = columns[i] ?? nothing;
  // What floating point does not hold is infinite to it.
  if (native?.has(name)) return type.kind !== 'double' && type.kind !== 'float';
  return type.kind === 'varchar' && found?.get(name)?.isEmpty !== true;
}

const nothing: Field = { name: '', type: { kind: 'varchar' } };

function badAt(texts: Texts, i: number): string {
  const faithful = readingAt(texts, i).faithful(`v${i}`);
  return `(CASE WHEN v${i} IS NULL THEN true ELSE NOT ${faithful} END)`;
}

/** The place of the first column whose text is no value; NULL where there is none. */
function firstBad(texts: Texts): string {
  const tests = texts.columns.flatMap((_, i) =>
    isAnything(texts, i) ? [] : [`WHEN t${i} IS NOT NULL AND ${badAt(texts, i)} THEN ${i}`],
  );
  return tests.length === 0 ? 'CAST(NULL AS INTEGER)' : `CASE ${tests.join(' ')} END`;
}
