import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';

/** Milliseconds between two looks. */
const pause = 4;

/**
 * Somebody who reads `*.parquet` of a store again and again, and knows nothing of hygge. What it saw wrong is in
 * `violations`; it looks whenever the runs leave it time.
 */
export class Reader {
  readonly violations: string[] = [];
  looks = 0;
  readonly #store: string;
  readonly #allowed: number;
  readonly #known = new Map<string, readonly string[]>();
  #stopped = false;
  #looking: Promise<void>;

  /** `allowed`: how often one id may be there. */
  constructor(store: string, allowed: number) {
    this.#store = store;
    this.#allowed = allowed;
    this.#looking = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#looking;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      await this.#look();
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  async #look(): Promise<void> {
    this.looks += 1;
    const count = new Map<string, number>();
    for (const id of (await Promise.all(this.#names().map((name) => this.#ids(name)))).flat())
      count.set(id, (count.get(id) ?? 0) + 1);
    const most = Math.max(0, ...count.values());
    if (most > this.#allowed) this.violations.push(`a reader saw one id ${most} times`);
  }

  #names(): readonly string[] {
    try {
      return readdirSync(this.#store).filter((name) => name.endsWith('.parquet') && !name.startsWith('.'));
    } catch {
      return [];
    }
  }

  async #ids(name: string): Promise<readonly string[]> {
    const path = join(this.#store, name);
    let key: string;
    let bytes: Buffer;
    try {
      const { ino, size, mtimeNs } = statSync(path, { bigint: true });
      key = `${ino} ${size} ${mtimeNs}`;
      const known = this.#known.get(key);
      if (known !== undefined) return known;
      bytes = readFileSync(path);
    } catch {
      // It was taken out between the listing and the reading.
      return [];
    }
    try {
      const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
      const rows = await parquetReadObjects({ file, columns: ['id'], compressors });
      const ids = rows.map(({ id }) => String(id));
      this.#known.set(key, ids);
      return ids;
    } catch (error) {
      this.violations.push(`a reader found ${name} not whole: ${error}`);
      return [];
    }
  }
}
