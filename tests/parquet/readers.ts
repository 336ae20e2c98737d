import { readFile } from 'node:fs/promises';
import { tableFromIPC } from 'apache-arrow';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { readParquet } from 'parquet-wasm/node';
import type { Witness } from './engine.js';

/** A row as text, column by column, so that rows of one reader can be compared. */
export type TextRow = Readonly<Record<string, string>>;

/** A program that reads parquet, and has nothing to do with ours. */
export interface Reader {
  readonly name: string;
  rows(path: string): Promise<TextRow[]>;
}

const text = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === 'bigint') return `${part}n`;
    if (part instanceof Uint8Array) return Buffer.from(part).toString('hex');
    return typeof part === 'number' && !Number.isFinite(part) ? String(part) : part;
  }) ?? 'undefined';

const textRow = (row: Readonly<Record<string, unknown>>): TextRow =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, text(value)]));

/** Remembers what it has read: no test writes to a path twice. */
function remembering(reader: Reader): Reader {
  const seen = new Map<string, Promise<TextRow[]>>();
  return {
    name: reader.name,
    rows: (path) => {
      const rows = seen.get(path) ?? reader.rows(path);
      seen.set(path, rows);
      return rows;
    },
  };
}

export function readersWith(witness: Witness): Reader[] {
  const readers: Reader[] = [
    { name: 'duckdb', rows: (path) => witness.objects(`SELECT * FROM read_parquet('${path}')`) },
    {
      name: 'hyparquet',
      rows: async (path) => {
        const file = await asyncBufferFromFile(path);
        return (await parquetReadObjects({ file, compressors })).map(textRow);
      },
    },
    {
      name: 'arrow-rs',
      rows: async (path) => {
        const table = tableFromIPC(readParquet(await readFile(path)).intoIPCStream());
        return table.toArray().map((row: { toJSON(): Record<string, unknown> }) => textRow(row.toJSON()));
      },
    },
  ];
  return readers.map(remembering);
}
