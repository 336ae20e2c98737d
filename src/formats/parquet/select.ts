import type { LogicalType, Schema } from '../../core/types.js';
import { type BoundValue, boundsOf, columnNames, compareBounds, type Footer } from '../../parquet/index.js';
import { boundLiteral } from './bound-literal.js';
import type { Comparison, Test } from './condition.js';

/** Whether a condition holds for all rows of a row group, for none, or who knows. */
export type Verdict = 'in' | 'out' | 'straddles';

/** What the statistics of each row group say about a condition. Never wrong, often "straddles". */
export function judgeRowGroups(
  footer: Footer,
  schema: Schema,
  comparisons: readonly Comparison[],
): readonly Verdict[] {
  if (comparisons.length === 0) return footer.rowGroups.map(({ rows }) => (rows === 0 ? 'out' : 'in'));
  const types = new Map(schema.map((column) => [column.name.toLowerCase(), column.type]));
  const names = new Set(columnNames(footer).map((name) => name.toLowerCase()));
  const leaves = topLevelLeaves(footer);
  return footer.rowGroups.map((_, group) => {
    if (footer.rowGroups[group]?.rows === 0) return 'out';
    const verdicts = comparisons.map(({ column, test }) => {
      const leaf = leaves.get(column.toLowerCase());
      const type = types.get(column.toLowerCase());
      // a file that lacks a column has NULL in every row
      if (type !== undefined && !names.has(column.toLowerCase())) return test.op === 'is null' ? 'in' : 'out';
      return leaf === undefined || type === undefined ? 'straddles' : judge(footer, group, leaf, type, test);
    });
    if (verdicts.includes('out')) return 'out';
    return verdicts.every((verdict) => verdict === 'in') ? 'in' : 'straddles';
  });
}

/** The place of each column that is a single leaf, by its name as the engine has it, in lower case. */
function topLevelLeaves(footer: Footer): Map<string, number> {
  const names = columnNames(footer);
  const leaves = new Map<string, number>();
  footer.schema.children.forEach((child, i) => {
    const name = names[i];
    if (child.children.length === 0 && name !== undefined) leaves.set(name.toLowerCase(), child.firstLeaf);
  });
  return leaves;
}

function judge(footer: Footer, group: number, leaf: number, type: LogicalType, test: Test): Verdict {
  const chunk = footer.rowGroups[group]?.columns[leaf];
  if (chunk === undefined) return 'straddles';
  const bounds = boundsOf(footer, chunk);
  if (!bounds.known) return 'straddles';
  const { min, max, nulls, mayHaveNaN } = bounds;
  const allNull = min === null || max === null;
  if (!('literal' in test)) {
    const none = nulls === 0 ? (test.op === 'is null' ? 'out' : 'in') : 'straddles';
    return allNull ? (test.op === 'is null' ? 'in' : 'out') : none;
  }
  if (allNull) return 'out';
  const value = boundLiteral(test.literal, type);
  if (value === null || mayHaveNaN) return 'straddles';
  const verdict = compare(min, max, test.op, value);
  return verdict === 'in' && nulls !== 0 ? 'straddles' : verdict;
}

function compare(
  min: BoundValue,
  max: BoundValue,
  op: '=' | '<' | '<=' | '>' | '>=',
  value: BoundValue,
): Verdict {
  const low = compareBounds(min, value);
  const high = compareBounds(max, value);
  switch (op) {
    case '=':
      return low > 0 || high < 0 ? 'out' : low === 0 && high === 0 ? 'in' : 'straddles';
    case '<':
      return high < 0 ? 'in' : low >= 0 ? 'out' : 'straddles';
    case '<=':
      return high <= 0 ? 'in' : low > 0 ? 'out' : 'straddles';
    case '>':
      return low > 0 ? 'in' : high <= 0 ? 'out' : 'straddles';
    case '>=':
      return low >= 0 ? 'in' : high < 0 ? 'out' : 'straddles';
  }
}
