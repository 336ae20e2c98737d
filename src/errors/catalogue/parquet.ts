import { entry } from '../entry.js';

/** Problems with parquet files and folders of them. */
export const parquetErrors = {
  NO_PARQUET_FILES: entry<{ path: string; found: readonly string[] }>({
    title: 'A folder or pattern without parquet files',
    kind: 'run',
    message: (f) => `there are no parquet files in ${f.path}`,
    hint: (f) =>
      f.found.length > 0
        ? `It holds ${f.found.slice(0, 3).join(', ')}${f.found.length > 3 ? ', …' : ''}. hygge looks for names that end in .parquet.`
        : 'hygge looks for names that end in .parquet, in the folder and the folders below it.',
  }),
  NOT_PARQUET: entry<{ path: string; reason: string }>({
    title: 'A file that is not parquet',
    kind: 'run',
    message: (f) => `${f.path} is not a parquet file: ${f.reason}`,
    hint: (f) =>
      /\.(?:csv|tsv|ndjson|jsonl)(?:\.gz|\.zst)?$/i.test(f.path)
        ? 'A path alone is taken for parquet. Of a home of another type, write the type too, such as { type: csv, path: FILE }.'
        : 'Check what wrote it. A parquet file begins and ends with the four letters PAR1.',
  }),
  PARQUET_DAMAGED: entry<{ path: string; reason: string }>({
    title: 'A damaged parquet file',
    kind: 'run',
    message: (f) => `${f.path} is damaged: ${f.reason}`,
    hint: () =>
      'It was probably cut short while it was written or copied. Fetch it again from where it came.',
  }),
  PARQUET_CHANGED: entry<{ path: string }>({
    title: 'A file that changed while it was copied',
    kind: 'run',
    retryable: true,
    message: (f) => `${f.path} was changed while it was being copied`,
    hint: () => 'Nothing was published. Run it again when nobody is writing to the file.',
  }),
  PAGE_CORRUPT: entry<{ path: string; rowGroup: number; column: string; page: number; reason: string }>({
    title: 'A corrupt page of a parquet file',
    kind: 'run',
    message: (f) =>
      `${f.path} is damaged: page ${f.page} of column "${f.column}" in row group ${f.rowGroup}: ${f.reason}`,
    hint: () =>
      'The bytes are not those that were written, so nothing was published. Fetch the file again from where it came.',
  }),
  TEXT_NOT_UNICODE: entry<{ name: string; reason: string }>({
    title: 'A text in a parquet file that is no UTF-8',
    kind: 'run',
    message: (f) => `${f.name}: ${f.reason}`,
    hint: () =>
      'The format has text in UTF-8 alone, so the file is damaged, or what wrote it put other bytes there. Fetch it again from where it came, or let its writer call the column binary. Nothing was published.',
  }),
  PARQUET_PAGES_UNREADABLE: entry<{ name: string; reason: string }>({
    title: 'Pages of a parquet file that the engine cannot read',
    kind: 'run',
    message: (f) => `${f.name}: the engine cannot read these pages: ${f.reason}`,
    hint: () =>
      'The file may be sound: row groups that need no change are copied as they are, whatever their encoding (`hygge plan` says why that is not so here). Else let its writer use another encoding or codec. Nothing was published.',
  }),
  PARQUET_ENCRYPTED: entry<{ path: string }>({
    title: 'An encrypted parquet file',
    kind: 'run',
    message: (f) => `${f.path} is encrypted, and hygge has no key for it`,
    hint: () => 'Decrypt it with the tool that wrote it.',
  }),
  PARQUET_TYPE_UNSUPPORTED: entry<{ path: string; column: string; type: string }>({
    title: 'A column of a type that nobody can read',
    kind: 'run',
    message: (f) => `${f.path}: column "${f.column}" cannot be read: ${f.type}`,
    hint: () =>
      'Leave the column out with columns:, or write the file anew with a type that parquet defines.',
  }),
  NANOSECONDS_CUT: entry<{ name: string; column: string; path: string }>({
    title: 'Nanoseconds that the engine would cut off',
    kind: 'run',
    message: (f) =>
      `${f.name}: column "${f.column}" of ${f.path} has nanoseconds, and the engine reads only microseconds of it`,
    hint: () =>
      'Leave compression: at keep, so that row groups are copied as they are and keep them. Or leave the column out with columns:, or say nanoseconds: cut in the home.',
  }),
  PARQUET_CANNOT_HOLD: entry<{ name: string; column: string; type: string; instead: string }>({
    title: 'A column of a type that parquet does not have',
    kind: 'run',
    message: (f) => `${f.name}: column "${f.column}" is ${f.type}, which a parquet file cannot hold`,
    hint: (f) =>
      `Nothing is rounded to make it fit. Let the home give the column as ${f.instead}, or leave it out with columns:.`,
  }),
  SCHEMAS_DISAGREE: entry<{
    first: string;
    second: string;
    column: string;
    firstType: string;
    secondType: string;
  }>({
    title: 'Files of one folder disagree',
    kind: 'run',
    message: (f) =>
      `the files do not fit together: column "${f.column}" is ${f.firstType} in ${f.first}, but ${f.secondType} in ${f.second}`,
    hint: () => 'Move one of the two files to a flow of its own, or write it anew with the other type.',
  }),
  COLUMN_NOT_FOUND: entry<{
    name: string;
    column: string;
    nearest?: string | undefined;
    known: readonly string[];
    /** The key that names it, where that is another than columns. */
    key?: string | undefined;
  }>({
    title: 'A column that the home does not have',
    kind: 'run',
    message: (f) => `${f.name}: ${f.key === undefined ? '' : `${f.key}: `}there is no column "${f.column}"`,
    hint: (f) =>
      f.nearest !== undefined
        ? `Did you mean "${f.nearest}"?`
        : `The columns are: ${f.known.slice(0, 20).join(', ')}${f.known.length > 20 ? ', …' : ''}.`,
  }),
  COLUMN_CLASH: entry<{ name: string; column: string }>({
    title: 'Two columns that end with one name',
    kind: 'run',
    message: (f) => `${f.name}: two columns would settle under the name "${f.column}"`,
    hint: () =>
      'Give one of them another name with columns: { new: old }. Names that differ only in case count as one.',
  }),
  NO_COLUMNS: entry<{ name: string }>({
    title: 'Nothing to move: no column is left',
    kind: 'run',
    message: (f) => `${f.name}: no column is left to move`,
    hint: () => 'Name at least one column under columns:, or leave the key out to move all of them.',
  }),
  FILTER_INVALID: entry<{ name: string; where: string; reason: string }>({
    title: 'A where that the engine does not understand',
    kind: 'run',
    message: (f) => `${f.name}: where: ${f.where} – ${f.reason}`,
    hint: () =>
      "where is an SQL condition over the columns as the home names them, such as: amount > 0 and city = 'Oslo'.",
  }),
  VALUE_UNFIT: entry<{
    name: string;
    column: string;
    /** From 1; null where nobody counted. */
    row: number | null;
    value: string;
    type: string;
    /** Where the source numbers its rows itself. */
    rowid?: string | undefined;
  }>({
    title: 'A value that does not fit its column',
    kind: 'run',
    message: (f) =>
      `${f.name}: column "${f.column}"${placeOf(f)}: ${f.value} does not fit the type ${f.type}`,
    hint: () =>
      'Nothing was rounded or cut, and nothing was published. Declare a type that holds the value (a home that declares none has those of its first rows), or mend the source.',
  }),
};

function placeOf({
  row,
  rowid,
}: {
  readonly row: number | null;
  readonly rowid?: string | undefined;
}): string {
  if (rowid !== undefined) return `, rowid ${rowid}`;
  return row === null ? '' : `, row ${row}`;
}
