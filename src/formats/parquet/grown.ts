import { sameType, typeName } from '../../core/types.js';
import { identifier } from '../../engine/index.js';
import { type Footer, logicalSchema } from '../../parquet/index.js';
import type { ParquetSource } from './source.js';
import { readParquet } from './sql.js';
import { guardTexts } from './texts.js';

/**
 * A SELECT over all files of a source, in their order. Where columns have several types, files that agree are read
 * together, and each value is cast to the type that holds all: left to itself, the engine would make floats of integers.
 */
export function readSource({ files, grown, uniform }: ParquetSource, hive: boolean): string {
  const options = { unionByName: !uniform, hive };
  const select = (some: readonly Footer[]): string =>
    guardTexts(
      readParquet(
        some.map(({ path }) => path),
        options,
      ),
      some,
    );
  if (grown.length === 0) return select(files);
  const runs: { readonly types: string; readonly casts: readonly string[]; readonly files: Footer[] }[] = [];
  for (const footer of files) {
    const own = new Map(logicalSchema(footer).map(({ name, type }) => [name, type]));
    const types = JSON.stringify(grown.map(({ name }) => own.get(name) ?? null));
    const casts = grown.flatMap(({ name, type }) => {
      const there = own.get(name);
      if (there === undefined || sameType(there, type)) return [];
      return [`CAST(${identifier(name)} AS ${typeName(type)}) AS ${identifier(name)}`];
    });
    const last = runs.at(-1);
    if (last?.types === types) last.files.push(footer);
    else runs.push({ types, casts, files: [footer] });
  }
  const selects = runs.map(({ casts, files: some }) =>
    casts.length === 0 ? select(some) : `SELECT * REPLACE (${casts.join(', ')}) FROM (${select(some)})`,
  );
  return selects.join(' UNION ALL BY NAME ');
}
