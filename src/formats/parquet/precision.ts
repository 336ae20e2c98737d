import { fail } from '../../errors/index.js';
import { columnNames, type Footer, type SchemaElement } from '../../parquet/index.js';

/**
 * The columns whose nanoseconds the engine cuts off when it reads them: it has no type for times of day, nor for
 * moments with a time zone, that is finer than a microsecond. Row groups that are copied keep them.
 */
export function cutColumns(footer: Footer): string[] {
  const names = columnNames(footer);
  return footer.schema.children.flatMap((column, i) => (isCut(column) ? [names[i] ?? column.name] : []));
}

function isCut({ annotation, children }: SchemaElement): boolean {
  if (annotation?.kind === 'time' && annotation.unit === 'nanos') return true;
  if (annotation?.kind === 'timestamp' && annotation.unit === 'nanos' && annotation.utc) return true;
  return children.some(isCut);
}

/** NANOSECONDS_CUT where one of the wanted columns would lose nanoseconds in the engine. */
export function refuseCuts(name: string, footers: readonly Footer[], wanted: readonly string[] | null): void {
  for (const footer of footers) {
    const column = cutColumns(footer).find((cut) => wanted === null || wanted.includes(cut));
    if (column !== undefined) throw fail('NANOSECONDS_CUT', { name, column, path: footer.path });
  }
}
