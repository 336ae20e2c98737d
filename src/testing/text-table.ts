import assert from 'node:assert/strict';
import type { EngineSession, Relation } from '../core/engine.js';

/**
 * A table as text: each value as the engine (DuckDB) casts it to VARCHAR, NULL as null. In DuckDB:
 * `SELECT CAST(COLUMNS(*) AS VARCHAR) FROM …`.
 */
export interface TextTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
}

/** The rows of a SELECT of the engine as text, in its order. */
export async function textOf(session: EngineSession, { sql, schema }: Relation): Promise<TextTable> {
  return { columns: schema.map(({ name }) => name), rows: await session.rows(sql) };
}

/** The same table with some of its columns alone. */
export function pick(table: TextTable, columns: readonly string[]): TextTable {
  const index = columns.map((name) => table.columns.indexOf(name));
  return { columns, rows: table.rows.map((row) => index.map((i) => row[i] ?? null)) };
}

/** The rows of both tables, one behind the other. */
export function concat(a: TextTable, b: TextTable): TextTable {
  return { columns: a.columns, rows: [...a.rows, ...b.rows] };
}

/**
 * Asserts that two tables have the same columns in the same order, and the same rows as often; in the same order
 * too where `ordered` is true. The message names the columns that differ before the rows.
 */
export function assertSameTable(
  actual: TextTable,
  expected: TextTable,
  what: string,
  { ordered = false }: { readonly ordered?: boolean } = {},
): void {
  assert.deepEqual(actual.columns, expected.columns, `${what}: the columns differ`);
  assert.equal(actual.rows.length, expected.rows.length, `${what}: the number of rows differs`);
  const keys = (table: TextTable): string[] => {
    const lines = table.rows.map((row) => JSON.stringify(row));
    return ordered ? lines : lines.sort();
  };
  const [left, right] = [keys(actual), keys(expected)];
  if (left.every((line, i) => line === right[i])) return;
  for (const [i, column] of expected.columns.entries()) {
    const values = (table: TextTable): string[] => {
      const cells = table.rows.map((row) => JSON.stringify(row[i] ?? null));
      return ordered ? cells : cells.sort();
    };
    const [have, want] = [values(actual), values(expected)];
    const first = have.findIndex((cell, k) => cell !== want[k]);
    if (first >= 0) {
      assert.fail(`${what}: column "${column}" differs: ${have[first]} in place of ${want[first]}`);
    }
  }
  const first = left.findIndex((line, i) => line !== right[i]);
  assert.fail(`${what}: the rows differ: ${left[first]} in place of ${right[first]}`);
}
