import { hyggeVersion } from '../../core/version.js';
import type { Footer, KeyValue } from '../footer.js';
import type { ChosenColumns } from './columns.js';
import { adaptGeo } from './geo-metadata.js';
import type { SpliceImpossible } from './plan.js';

/** Under this key a spliced file says that hygge copied its row groups from other files. */
const splicedKey = 'hygge.spliced';

/** Metadata that describes the columns, and holds no longer once they are chosen or renamed. */
const describesColumns =
  /^(ARROW:schema|pandas|iceberg\.schema|.*avro\.schema|org\.apache\.spark\..*metadata|.*\.proto(buf)?\..*)$/i;
/** Metadata that describes the rows of one file. */
const describesRows = /^pandas$/;

/**
 * The metadata of the outputs: what all inputs agree on and is still true. `wholeInput`: there is one input, and
 * all its row groups are wanted.
 */
export function mergeKeyValues(
  footers: readonly Footer[],
  chosen: ChosenColumns,
  wholeInput: boolean,
): { readonly pairs: readonly KeyValue[]; readonly notes: readonly string[] } | SpliceImpossible {
  const pairs: KeyValue[] = [];
  const notes: string[] = [];
  // files of one writer share them in memory
  const lists = new Set(footers.map((footer) => footer.keyValues));
  const others = [...lists].map((list) => new Map(list.map((pair) => [pair.key, pair.value])));
  const sameColumns = chosen.sameSchema.every(Boolean);
  const geo = adaptGeo(footers, chosen);
  if (geo !== null && 'impossible' in geo) return geo;
  for (const { key, value } of footers[0]?.keyValues ?? []) {
    if (key === splicedKey) continue;
    if (key === 'geo' && geo !== null) {
      if (geo.value !== null) pairs.push({ key, value: geo.value });
    } else if (!sameColumns && describesColumns.test(key)) {
      notes.push(`the metadata "${key}" was left out, since it describes other columns`);
    } else if (!wholeInput && describesRows.test(key)) {
      notes.push(`the metadata "${key}" was left out, since it describes other rows`);
    } else if (!others.every((map) => map.get(key) === value)) {
      notes.push(`the metadata "${key}" was left out, since the files do not agree on it`);
    } else {
      pairs.push({ key, value });
    }
  }
  const known = new Set(footers[0]?.keyValues.map((pair) => pair.key));
  const unshared = new Set(others.flatMap((map) => [...map.keys()]).filter((key) => !known.has(key)));
  unshared.delete(splicedKey);
  for (const key of unshared) notes.push(`the metadata "${key}" was left out, since not every file has it`);
  pairs.push({ key: splicedKey, value: JSON.stringify({ version: hyggeVersion(), files: footers.length }) });
  return { pairs, notes };
}
