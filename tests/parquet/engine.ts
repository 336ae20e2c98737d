import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

/** The engine by itself, as an independent witness. */
export class Witness {
  readonly #connection: DuckDBConnection;

  private constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }

  static async open(): Promise<Witness> {
    const instance = await DuckDBInstance.create(':memory:', {
      threads: '2',
      // It would give the bytes of before where a file is written anew within one tick of the clock.
      enable_external_file_cache: 'false',
    });
    return new Witness(await instance.connect());
  }

  async run(sql: string): Promise<void> {
    await this.#connection.run(sql);
  }

  /** A result's rows as text. */
  async rows(sql: string): Promise<string[][]> {
    const result = await this.#connection.runAndReadAll(sql);
    return result.getRows().map((row) => row.map(String));
  }

  /** A result's rows as text, by the names of its columns. */
  async objects(sql: string): Promise<Record<string, string>[]> {
    const result = await this.#connection.runAndReadAll(sql);
    const names = result.columnNames();
    return result
      .getRowsJson()
      .map((row) => Object.fromEntries(row.map((value, i) => [names[i] ?? '', JSON.stringify(value)])));
  }

  close(): void {
    this.#connection.closeSync();
  }
}
