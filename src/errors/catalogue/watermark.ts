import { entry } from '../entry.js';

/** Problems of watermarks and merges: which rows are new, and which row is which. */
export const watermarkErrors = {
  WATERMARK_UNORDERED: entry<{ name: string; column: string; type: string }>({
    title: 'A watermark column whose values have no order',
    kind: 'config',
    message: (f) =>
      `${f.name}: the watermark column "${f.column}" is of the type ${f.type}, which has no order`,
    hint: () =>
      'Choose a column that grows: a whole number, a decimal, a float, a date, a timestamp, a uuid or a text.',
  }),
  WATERMARK_NOT_MOVED: entry<{ name: string; column: string; what: string }>({
    title: 'A column that tells new rows from old ones is not moved',
    kind: 'config',
    message: (f) => `${f.name}: columns: leaves out "${f.column}", which is ${f.what}`,
    hint: () =>
      'What the store holds is compared by that column, so that no row arrives twice. Add it to columns:, under any name.',
  }),
  WATERMARK_NOT_HELD: entry<{ name: string; column: string }>({
    title: 'The store lacks a column that rows are compared by',
    kind: 'run',
    message: (f) =>
      `${f.name}: what the store holds has no column "${f.column}", so new rows cannot be told from old ones`,
    hint: () => 'Run it once with --full-drop, which writes every row anew, with that column.',
  }),
  WATERMARK_VALUE: entry<{ name: string; key: string; value: string; column: string; type: string }>({
    title: 'A value that the watermark column cannot have',
    kind: 'config',
    message: (f) => `${f.name}: ${f.key} is "${f.value}", which is no value of "${f.column}" (${f.type})`,
    hint: () => 'Write it as the column has it, such as 1000, 2026-01-31 or "2026-01-31 08:00:00".',
  }),
  WATERMARK_LAG: entry<{ name: string; lag: string; column: string; type: string }>({
    title: 'A lag that does not fit the watermark column',
    kind: 'config',
    message: (f) => `${f.name}: the lag ${f.lag} does not fit "${f.column}", which is of the type ${f.type}`,
    hint: () =>
      'Dates and timestamps take a time such as 2h or "1 day", numbers take a number; texts and uuids take none.',
  }),
  WATERMARK_NULLS: entry<{ name: string; column: string; rows: string }>({
    title: 'Rows without a watermark',
    kind: 'run',
    message: (f) =>
      `${f.name}: ${f.rows} row(s) have no value in the watermark column "${f.column}" (NULL, NaN or infinity)`,
    hint: () =>
      'nulls: fail asks to stop there. nulls: include moves them once, nulls: skip leaves them out.',
  }),
  WATERMARK_NEEDED: entry<{ name: string; flag: string }>({
    title: 'A window of time without a watermark',
    kind: 'config',
    message: (f) => `${f.name} has no watermark, so ${f.flag} cannot tell which rows are meant`,
    hint: () =>
      'Add watermark: { watermark_column: NAME } to the flow, or choose flows that have one with -f.',
  }),
  KEY_NEEDED: entry<{ name: string }>({
    title: 'A merge without a key',
    kind: 'config',
    message: (f) => `${f.name}: run_type merge needs to know which columns name a row`,
    hint: () => 'Add watermark: { watermark_column: NAME, primary_key: NAME } to the flow.',
  }),
  KEY_NULL: entry<{ name: string; columns: readonly string[]; rows: string }>({
    title: 'A row of a merge without a key',
    kind: 'run',
    message: (f) => `${f.name}: ${f.rows} row(s) have NULL in the primary key (${f.columns.join(', ')})`,
    hint: () =>
      'A row without a key cannot be found again. Leave such rows out with where:, or fill them in.',
  }),
};
