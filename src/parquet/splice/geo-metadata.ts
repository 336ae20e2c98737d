import type { Footer } from '../footer.js';
import type { ChosenColumns } from './columns.js';
import type { SpliceImpossible } from './plan.js';

type Json = Readonly<Record<string, unknown>>;

/**
 * GeoParquet's metadata for the outputs: without it a geometry would become plain bytes. Its columns follow the
 * choice; extents hold no longer. null where no input has such metadata; `value` is null where no geometry is left.
 */
export function adaptGeo(
  footers: readonly Footer[],
  chosen: ChosenColumns,
): { readonly value: string | null } | SpliceImpossible | null {
  const texts = footers.map((footer) => footer.keyValues.find((pair) => pair.key === 'geo')?.value ?? null);
  if (texts.every((text) => text === null)) return null;
  const [only] = texts;
  if (texts.length === 1 && only !== undefined && chosen.untouched) return { value: only };
  const adapted = texts.map((text, i) => (text === null ? null : adaptOne(text, chosen, i)));
  const [first] = adapted;
  if (first !== undefined && adapted.every((text) => text === first)) return { value: first };
  return { impossible: 'the files do not agree on which columns are geometries' };
}

/** null where the text is no metadata of GeoParquet, or speaks of no column that is left. */
function adaptOne(text: string, chosen: ChosenColumns, input: number): string | null {
  const geo = parsed(text);
  const columns = objectOf(geo?.columns);
  if (geo === null || columns === null) return null;
  const names = new Map<string, string>();
  for (const { elements, rename } of chosen.columns) {
    const own = elements[input]?.name;
    if (own !== undefined) names.set(own, rename ?? own);
  }
  const kept: Record<string, unknown> = {};
  for (const [name, column] of Object.entries(columns)) {
    const to = names.get(name);
    const described = objectOf(column);
    if (to === undefined || described === null) continue;
    const { bbox: _bbox, covering: _covering, ...rest } = described;
    kept[to] = rest;
  }
  if (Object.keys(kept).length === 0) return null;
  const primary = typeof geo.primary_column === 'string' ? names.get(geo.primary_column) : undefined;
  const next = primary !== undefined && primary in kept ? primary : Object.keys(kept)[0];
  return JSON.stringify({ ...geo, primary_column: next, columns: kept });
}

function parsed(text: string): Json | null {
  try {
    return objectOf(JSON.parse(text));
  } catch {
    return null;
  }
}

const objectOf = (value: unknown): Json | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null;
