import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

/** The engine by itself, as an independent witness. */
export class Witness {
  readonly #connection: DuckDBConnection;

  private constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }

  static async open(): Promise<Witness> {
    const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
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

  close(): void {
    this.#connection.closeSync();
  }
}
