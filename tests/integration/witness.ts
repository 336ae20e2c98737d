import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { expect } from 'vitest';

/** An engine that hygge has no hand in: makes files to be read, and reads those that settled. */
export interface Witness {
  run(sql: string): Promise<void>;
  /** A result's rows as text; NULL is null. */
  rows(sql: string): Promise<(string | null)[][]>;
  table(sql: string): Promise<{ columns: string[]; rows: (string | null)[][] }>;
  /** Expects two relations to have the same columns, types and rows, each as often. */
  expectSame(actual: string, expected: string): Promise<void>;
  close(): void;
}

export async function openWitness(): Promise<Witness> {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '2',
    // It would give the bytes of before where a file is written anew within one tick of the clock.
    enable_external_file_cache: 'false',
  });
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  return new DuckWitness(connection, instance);
}

class DuckWitness implements Witness {
  readonly #connection: DuckDBConnection;
  readonly #instance: DuckDBInstance;

  constructor(connection: DuckDBConnection, instance: DuckDBInstance) {
    this.#connection = connection;
    this.#instance = instance;
  }

  async run(sql: string): Promise<void> {
    await this.#connection.run(sql);
  }

  async rows(sql: string): Promise<(string | null)[][]> {
    return (await this.table(sql)).rows;
  }

  async table(sql: string): Promise<{ columns: string[]; rows: (string | null)[][] }> {
    const columns = await this.#describe(sql);
    const names = columns.map((_, i) => `c${i}`);
    const text = names.map((name) => `CAST(${name} AS VARCHAR)`).join(', ');
    const reader = await this.#connection.runAndReadAll(
      `SELECT ${text} FROM (${sql}\n) AS t(${names.join(', ')})`,
    );
    const rows = reader.getRows().map((row) => row.map((value) => (value === null ? null : String(value))));
    return { columns: columns.map(({ name }) => name), rows };
  }

  async expectSame(actual: string, expected: string): Promise<void> {
    expect(await this.#describe(actual)).toEqual(await this.#describe(expected));
    const onlyIn = (a: string, b: string): Promise<(string | null)[][]> =>
      this.rows(`SELECT count(*) FROM ((${a}\n) EXCEPT ALL (${b}\n))`);
    expect(await onlyIn(actual, expected)).toEqual([['0']]);
    expect(await onlyIn(expected, actual)).toEqual([['0']]);
  }

  close(): void {
    this.#connection.closeSync();
    this.#instance.closeSync();
  }

  async #describe(sql: string): Promise<{ name: string; type: string }[]> {
    const prepared = await this.#connection.prepare(sql);
    const columns = Array.from({ length: prepared.columnCount }, (_, i) => ({
      name: prepared.columnName(i),
      type: prepared.columnType(i).toString(),
    }));
    prepared.destroySync();
    return columns;
  }
}
