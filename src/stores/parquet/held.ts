import { join } from 'node:path';
import type { EngineSession, Relation } from '../../core/engine.js';
import { type Schema, sameType } from '../../core/types.js';
import type { FolderContents } from '../../files/index.js';
import { readParquet } from '../../formats/parquet/index.js';
import { logicalSchema, readFooter } from '../../parquet/index.js';

const footersAtOnce = 16;

export interface HeldRequest {
  readonly folder: string;
  readonly contents: FolderContents;
  /** The columns that are going to be compared. */
  readonly schema: Schema;
  readonly signal: AbortSignal;
  engine(): Promise<EngineSession>;
}

/**
 * Every row of the files in a store: hygge's own, and those that others put there where they have the columns with
 * the same types; null where there is none.
 */
export async function heldRows({
  folder,
  contents,
  schema,
  signal,
  engine,
}: HeldRequest): Promise<Relation | null> {
  const own = contents.files.map(({ name }) => name);
  const names = [...own, ...contents.foreign].sort();
  const schemas: (Schema | null)[] = new Array(names.length).fill(null);
  let next = 0;
  const reader = async (): Promise<void> => {
    while (next < names.length) {
      const index = next++;
      const name = names[index] ?? '';
      const isOwn = own.includes(name);
      const found = await readFooter(join(folder, name), { signal }).then(logicalSchema, (error) => {
        if (isOwn) throw error;
        return null;
      });
      schemas[index] = found !== null && (isOwn || fits(found, schema)) ? found : null;
    }
  };
  await Promise.all(Array.from({ length: Math.min(footersAtOnce, names.length) }, reader));
  const paths = names.filter((_, i) => schemas[i] !== null).map((name) => join(folder, name));
  const there = schemas.filter((one) => one !== null);
  const [first] = there;
  if (first === undefined) return null;
  const uniform = there.every((one) => isSame(one, first));
  const sql = readParquet(paths, { unionByName: !uniform, hive: false });
  return { sql, schema: uniform ? first : await (await engine()).describe(sql) };
}

function fits(found: Schema, wanted: Schema): boolean {
  const types = new Map(found.map((column) => [column.name, column.type]));
  return wanted.every(({ name, type }) => {
    const own = types.get(name);
    return own !== undefined && sameType(own, type);
  });
}

function isSame(a: Schema, b: Schema): boolean {
  return (
    a.length === b.length &&
    a.every((column, i) => {
      const other = b[i];
      return other?.name === column.name && sameType(other.type, column.type);
    })
  );
}
