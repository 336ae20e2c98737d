import { quoteName, quoteText, type SpooledColumn } from '../../connections/postgres/index.js';
import { type Comparison, type Literal, parseCondition } from '../../formats/parquet/condition.js';

const wholeNumbers: readonly string[] = ['smallint', 'integer', 'bigint', 'uinteger'];
const day = String.raw`(?!0000)\d{4}-\d{2}-\d{2}`;
const forms: Readonly<Record<string, RegExp>> = {
  date: new RegExp(`^${day}$`),
  timestamp: new RegExp(String.raw`^${day}( ([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?)?$`),
  varchar: /^[^\0]*$/,
};

/**
 * A condition of the engine in the words of the server, where both are sure to mean the same: comparisons of whole
 * numbers, exact decimals, days and timestamps, of texts for equality, of booleans, and with NULL, joined by AND. null
 * for everything else. Values that the server has and the engine does not, such as NaN of a numeric, always hold.
 */
export function serverCondition(where: string, columns: readonly SpooledColumn[]): string | null {
  const comparisons = parseCondition(where);
  if (comparisons === null || comparisons.length === 0) return null;
  const parts: string[] = [];
  for (const comparison of comparisons) {
    const part = comparisonOf(comparison, columns);
    if (part === null) return null;
    parts.push(part);
  }
  return parts.join(' AND ');
}

function comparisonOf({ column, test }: Comparison, columns: readonly SpooledColumn[]): string | null {
  // The engine does not tell small letters from large ones in names.
  const named = columns.filter(({ name }) => name.toLowerCase() === column.toLowerCase());
  const [found] = named;
  if (found === undefined || named.length > 1) return null;
  const name = quoteName(found.name);
  if (!('literal' in test)) return `${name} ${test.op}`;
  const value = constantOf(test.literal, test.op, found);
  if (value === null) return null;
  const holds = `${name} ${test.op} ${value}`;
  return found.type.kind === 'decimal' ? `(${holds} OR ${name} = 'NaN')` : holds;
}

/** A constant as the server has it; null where the two might compare it in different ways. */
function constantOf({ kind, text }: Literal, op: string, { type, how }: SpooledColumn): string | null {
  if (how.isMadeText === true) return null;
  if (type.kind === 'boolean') return kind === 'boolean' && op === '=' ? text : null;
  if (wholeNumbers.includes(type.kind)) return kind === 'number' && /^-?\d{1,18}$/.test(text) ? text : null;
  if (type.kind === 'decimal') return kind === 'number' && text.length <= 30 ? text : null;
  // Texts have another order there, and the same equality.
  if (kind !== 'text' || (type.kind === 'varchar' && op !== '=')) return null;
  return forms[type.kind]?.test(text) === true ? quoteText(text) : null;
}
