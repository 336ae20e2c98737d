import type { KeyValue } from './footer.js';

/**
 * The columns that GeoParquet's metadata (https://geoparquet.org) names as geometries; none where there is no such
 * metadata, or it cannot be read.
 */
export function geoParquetColumns(keyValues: readonly KeyValue[]): ReadonlySet<string> {
  const text = keyValues.find((pair) => pair.key === 'geo')?.value;
  if (text === undefined || text === null) return new Set();
  try {
    const geo: unknown = JSON.parse(text);
    if (typeof geo !== 'object' || geo === null || !('columns' in geo)) return new Set();
    const { columns } = geo;
    return new Set(typeof columns === 'object' && columns !== null ? Object.keys(columns) : []);
  } catch {
    return new Set();
  }
}
