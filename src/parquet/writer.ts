/** A program that wrote a file, as `created_by` names it: "parquet-mr version 1.8.1 (build …)". */
export interface Writer {
  readonly application: string;
  /** Major, minor, patch; null where the text has no such numbers. */
  readonly version: readonly [number, number, number] | null;
}

/** null where the file does not say, or not in the form that the format asks for. */
export function writerOf(createdBy: string | null): Writer | null {
  if (createdBy === null || createdBy.trim() === '') return null;
  const [, application = '', numbers] = /^(.*?)(?:\s+version\s+(.*))?$/is.exec(createdBy.trim()) ?? [];
  const version = numbers === undefined ? null : /^v?(\d+)\.(\d+)(?:\.(\d+))?/.exec(numbers);
  return {
    application: application.toLowerCase(),
    version: version === null ? null : [Number(version[1]), Number(version[2]), Number(version[3] ?? 0)],
  };
}

/** Whether this is the application, in a version before the given one, or in one that it does not tell. */
export function isOlder(
  writer: Writer,
  application: string,
  than: readonly [number, number, number],
): boolean {
  if (writer.application !== application) return false;
  if (writer.version === null) return true;
  for (const [i, number] of writer.version.entries()) {
    const other = than[i] ?? 0;
    if (number !== other) return number < other;
  }
  return false;
}

/**
 * The first versions whose statistics are right for values that are not ordered as signed numbers (text, bytes,
 * unsigned numbers). parquet-mr before 1.8 could even record values that are not in the column (PARQUET-251).
 */
const soundStatistics: readonly (readonly [string, readonly [number, number, number]])[] = [
  ['parquet-mr', [1, 10, 0]],
  ['parquet-cpp', [1, 3, 0]],
  ['parquet-rs', [20, 0, 0]],
];

/** Whether to trust what a writer says of the least and greatest text, bytes and unsigned numbers. */
export function hasSoundStatistics(createdBy: string | null): boolean {
  const writer = writerOf(createdBy);
  return (
    writer !== null && !soundStatistics.some(([application, first]) => isOlder(writer, application, first))
  );
}

/** Whether a writer left the dictionary's header out of its chunks' sizes (PARQUET-816). */
export function hasShortSizes(createdBy: string | null): boolean {
  // asked for each of thousands of files
  if (createdBy === null || !/^\s*parquet-mr/i.test(createdBy)) return false;
  const writer = writerOf(createdBy);
  return writer !== null && isOlder(writer, 'parquet-mr', [1, 2, 9]);
}
