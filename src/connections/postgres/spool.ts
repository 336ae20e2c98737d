import type { Relation } from '../../core/engine.js';
import type { Column } from '../../core/types.js';
import { identifier, literal } from '../../engine/index.js';
import type { SpoolFolder } from '../spool-folder.js';
import { quoteName } from './names.js';
import type { PostgresSession } from './session.js';
import { type SpoolFile, SpoolWriter } from './spool-writer.js';
import type { ColumnIn } from './types-in.js';

/** A column of a relation, and how it comes out of the server. */
export interface SpooledColumn extends Column {
  readonly how: ColumnIn;
}

/** What the server is asked for: columns that it writes, from what stands behind FROM, as far as conditions hold. */
export function spoolSelect(
  columns: readonly SpooledColumn[],
  from: string,
  conditions: readonly string[],
): string {
  const select = columns.map(({ name, how }, i) => `${how.select(quoteName(name))} AS c${i}`);
  // An empty value alone on its line would be no line.
  const all = columns.length === 1 ? [...select, '0 AS hygge_end'] : select;
  const where = conditions.map((condition) => `(${condition})`).join(' AND ');
  return `SELECT ${all.join(', ')} FROM ${from}${where === '' ? '' : ` WHERE ${where}`}`;
}

/** The engine's own limit of a line, in bytes. */
const usualLine = 2_097_152;

/** The SELECT that reads rows out of files: they never become values of JavaScript, and can be read more than once. */
export function spooledRelation(files: readonly SpoolFile[], columns: readonly SpooledColumn[]): Relation {
  const schema = columns.map(({ name, type, nullable }) => ({ name, type, nullable }));
  const values = columns.map(({ name, how }) => `${how.value(identifier(name))} AS ${identifier(name)}`);
  const rows = files.reduce((sum, file) => sum + file.rows, 0);
  if (files.length === 0) {
    const nothing = columns.map(({ name, how }) => `CAST(NULL AS ${how.wire}) AS ${identifier(name)}`);
    return { sql: `SELECT ${values.join(', ')} FROM (SELECT ${nothing.join(', ')} LIMIT 0)`, schema, rows };
  }
  const wires = columns.map(({ name, how }) => `${literal(name)}: ${literal(how.wire)}`);
  if (columns.length === 1) wires.push(`${literal('hygge_end')}: 'TINYINT'`);
  const longest = files.reduce((most, file) => Math.max(most, file.longest), 0);
  const limits =
    longest < usualLine ? '' : `, max_line_size = ${longest + 1024}, buffer_size = ${2 * (longest + 1024)}`;
  const paths = files.map(({ path }) => literal(path)).join(', ');
  const read = `read_csv([${paths}], auto_detect = false, header = false, delim = '\t', quote = '', escape = '', nullstr = '\\N', new_line = '\\n', columns = {${wires.join(', ')}}${limits})`;
  return { sql: `SELECT ${values.join(', ')} FROM ${read}`, schema, rows };
}

export interface SpoolRequest {
  readonly session: PostgresSession;
  readonly folder: SpoolFolder;
  readonly columns: readonly SpooledColumn[];
  /** What stands behind FROM. */
  readonly from: string;
  /** A condition of the server; null: every row. */
  readonly where: string | null;
}

/** Brings rows out of the server into one file, and gives the SELECT that reads it. */
export async function spool({ session, folder, columns, from, where }: SpoolRequest): Promise<Relation> {
  const files: SpoolFile[] = [];
  const writer = new SpoolWriter(folder, Number.POSITIVE_INFINITY, (file) => files.push(file));
  await session.copyRows([spoolSelect(columns, from, where === null ? [] : [where])], writer);
  return spooledRelation(files, columns);
}
