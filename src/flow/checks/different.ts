import { type TypeKind, wholeKinds } from '../../core/types.js';
import { identifier } from '../../engine/index.js';
import { HyggeError } from '../../errors/index.js';
import type { Asked } from './evaluate.js';
import { isComparable } from './literals.js';

/** Values of some columns together, those without a NULL among them, and how many of them are different. */
interface Different {
  readonly some: number;
  readonly different: number;
}

const markable: ReadonlySet<TypeKind> = new Set(wholeKinds);

type Rows = Pick<Asked, 'session' | 'rows' | 'options'>;

/** The greatest difference between two whole numbers that are marked in a set of bits: 16 MB, which cannot spill. */
const mostBits = 2n ** 27n;
/** Bits for each value, at most: where there are more of them, they are dearer than comparing the values. */
const bitsPerValue = 64n;

/** Whether no two values of some columns together are the same, where that can be told cheaply; false: perhaps not. */
export async function areDifferent(columns: readonly string[], rows: Rows): Promise<boolean> {
  if (await isRising(columns, rows)) return true;
  const counted = await countMarked(columns, rows);
  return counted !== null && counted.some === counted.different;
}

/** How many of the values are different, by the cheapest way that tells. */
export async function differentValues(columns: readonly string[], given: Rows): Promise<Different> {
  const { session, rows, options } = given;
  const marked = await countMarked(columns, given);
  if (marked !== null) return marked;
  const groups = `SELECT count(*) AS n ${grouped(columns, rows.sql)}`;
  const [row] = await session.rows(`SELECT coalesce(sum(n), 0), count(*) FROM (${groups})`, options);
  return { some: Number(row?.[0]), different: Number(row?.[1]) };
}

/** Values of some columns together, each once; those with a NULL among them are like no other. */
export function grouped(columns: readonly string[], sql: string): string {
  return `${there(columns, sql)} GROUP BY ${columns.map(identifier).join(', ')}`;
}

function there(columns: readonly string[], sql: string): string {
  const conditions = columns.map((column) => `${identifier(column)} IS NOT NULL`);
  return `FROM (${sql}) WHERE ${conditions.join(' AND ')}`;
}

/**
 * Whether each row comes behind the one before it in the order of the values, as rows often do that were numbered or
 * stamped when they were made. The first one that does not ends the look, so it costs little where they lie as they like.
 */
async function isRising(columns: readonly string[], { session, rows, options }: Rows): Promise<boolean> {
  const types = new Map(rows.schema.map(({ name, type }) => [name, type]));
  const isOrdered = columns.every((column) => {
    const type = types.get(column);
    return type !== undefined && isComparable(type);
  });
  if (!isOrdered) return false;
  const values = columns.map((column, i) => `${identifier(column)} AS v${i}`);
  const pairs = columns.map((_, i) => `v${i}, lag(v${i}) OVER () AS p${i}`);
  const steps = `SELECT ${pairs.join(', ')} FROM (SELECT ${values.join(', ')} ${there(columns, rows.sql)})`;
  const back = columns.reduceRight(
    (rest, _, i) => (rest === '' ? `v${i} <= p${i}` : `(v${i} < p${i} OR (v${i} = p${i} AND ${rest}))`),
    '',
  );
  const found = await session.rows(`SELECT 1 FROM (${steps}) WHERE ${back} LIMIT 1`, options);
  return found.length === 0;
}

/** By a set with a bit for each whole number between the least and the greatest; null where that is none, or too large. */
async function countMarked(
  columns: readonly string[],
  { session, rows: { sql, schema }, options }: Rows,
): Promise<Different | null> {
  const [column = '', second] = columns;
  const type = schema.find(({ name }) => name === column)?.type;
  if (second !== undefined || type === undefined || !markable.has(type.kind)) return null;
  const name = identifier(column);
  const bounds = `SELECT min(${name}), max(${name}), count(${name}) FROM (${sql})`;
  const [[min = null, max = null, some = null] = []] = await session.rows(bounds, options);
  if (min === null || max === null || some === null) return { some: 0, different: 0 };
  const bits = BigInt(max) - BigInt(min) + 1n;
  if (bits > mostBits || bits > bitsPerValue * BigInt(some)) return null;
  const marks = `bitstring_agg(${name}, ${[min, max].map((value) => `CAST('${value}' AS ${type.kind})`).join(', ')})`;
  try {
    const [row] = await session.rows(`SELECT bit_count(${marks}) FROM (${sql})`, options);
    return { some: Number(some), different: Number(row?.[0]) };
  } catch (error) {
    // Comparing the values takes more time, and can spill.
    if (error instanceof HyggeError && error.code === 'OUT_OF_MEMORY') return null;
    throw error;
  }
}
