import { entry } from '../entry.js';

const lineOf = (raw: string | null): string => {
  if (raw === null) return '';
  const shown = raw.length > 200 ? `${raw.slice(0, 200)}…` : raw;
  return ` It reads: ${JSON.stringify(shown)}.`;
};

/** Problems with files of text, such as csv. */
export const textErrors = {
  BAD_ROW: entry<{
    name: string;
    path: string;
    line: number | null;
    column: string | null;
    raw: string | null;
    reason: string;
    /** An earlier run found out the type of the column. */
    found?: boolean;
  }>({
    title: 'A row that cannot be read',
    kind: 'run',
    message: (f) =>
      `${f.name}: ${f.path}${f.line === null ? '' : `, line ${f.line}`}${f.column === null ? '' : `, column "${f.column}"`}: ${f.reason}`,
    hint: (f) =>
      `Nothing was published. Mend the row, declare another type under columns:, or set on_bad_row: quarantine to put such rows aside.${
        f.found === true
          ? ` The last run found out the type of the column; \`hygge schema accept ${f.name}\` takes the columns as they are now.`
          : ''
      }${lineOf(f.raw)}`,
  }),
  ROWS_NOT_ALIKE: entry<{ name: string; path: string }>({
    title: 'Rows that are not like the first ones, on which the run had relied',
    kind: 'run',
    message: (f) => `${f.name}: not all rows of ${f.path} are like the first ones`,
    hint: () =>
      'The run begins anew by itself and looks at all rows. Where it was stopped before, run it again.',
  }),
  TOO_MANY_BAD_ROWS: entry<{
    name: string;
    path: string;
    most: number;
    line: number | null;
    column: string | null;
    reason: string;
  }>({
    title: 'So many rows that cannot be read that the file is probably another',
    kind: 'run',
    message: (f) => `${f.name}: more than ${f.most} rows of ${f.path} cannot be read`,
    hint: (f) =>
      `Nothing was published or put aside. The first is${f.line === null ? '' : ` in line ${f.line}`}${f.column === null ? '' : `, column "${f.column}"`}: ${f.reason}. See whether the types under columns: and the other keys of the home fit the file.`,
  }),
  NO_TEXT_FILES: entry<{ path: string; endings: string; found: readonly string[] }>({
    title: 'No files of the format at the path of a home',
    kind: 'run',
    message: (f) => `there are no ${f.endings} files at ${f.path}`,
    hint: (f) =>
      f.found.length === 0
        ? 'The folder is empty, or the pattern matches nothing.'
        : `There are others, such as ${f.found.join(', ')}; name them, or write a pattern that matches them.`,
  }),
  NOT_UNPACKED: entry<{ path: string; compression: string; reason: string }>({
    title: 'A packed file that cannot be unpacked',
    kind: 'run',
    message: (f) => `${f.path} cannot be unpacked as ${f.compression} (${f.reason})`,
    hint: () =>
      'See whether the file arrived whole. Its name tells how it is packed (.gz, .zst), unless compression: says it.',
  }),
  NO_ROWS_AND_NAMES: entry<{ name: string; path: string }>({
    title: 'Files of text with nothing in them',
    kind: 'run',
    message: (f) => `${f.name}: there is nothing in ${f.path}, not even the names of columns`,
    hint: () =>
      'Where that may be, declare the columns under columns:, and such files are a table without rows.',
  }),
  NAME_TWICE: entry<{ name: string; path: string; column: string }>({
    title: 'Two columns of one name in the first row of a file',
    kind: 'run',
    message: (f) => `${f.name}: ${f.path} has two columns called "${f.column}"`,
    hint: () =>
      'Names that differ only in case count as one. Give one of them another name in the file, or set header: false and name all of them under columns:.',
  }),
  TYPE_UNKNOWN: entry<{ name: string; column: string; type: string; reason: string }>({
    title: 'A declared type that does not exist',
    kind: 'config',
    message: (f) =>
      `${f.name}: columns: "${f.column}" is declared as ${f.type}, which is no type (${f.reason})`,
    hint: () =>
      'Types are those of the engine, such as bigint, double, decimal(18,3), varchar, date, timestamp, timestamptz, boolean or integer[].',
  }),
  NO_STATE_FOLDER: entry<{ name: string }>({
    title: 'Rows are to be put aside, but there is no place for them',
    kind: 'config',
    message: (f) => `${f.name}: on_bad_row: quarantine needs the state folder of a project`,
    hint: () =>
      'Run the flow from a project (hygge.yml, or a YAML file with flows:), where it lies beside the journal.',
  }),
};
