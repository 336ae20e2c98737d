import { type Field, typeName } from '../../core/types.js';
import { identifier } from '../../engine/index.js';
import { fail } from '../../errors/index.js';
import { type BadRow, badRowError, mostAside, tooLong, unfitText } from '../text/bad-row.js';
import type { Spelling } from '../text/exact.js';
import type { SourceContext } from '../text/source.js';
import { badRowsOf } from '../text/typed.js';
import type { Readable } from '../text/utf8-copies.js';
import { type CsvFiles, type Dialect, readCsv } from './dialect.js';
import { isRow, scanCsv } from './scan.js';

/** One file, and how it is read. */
export interface Suspect {
  /** What it is called in messages. */
  readonly file: string;
  readonly readable: Readable;
  /** The file alone. */
  readonly files: CsvFiles;
  readonly columns: readonly Field[];
  readonly dialect: Dialect;
  readonly spelling: Spelling;
}

/** What is wrong with a row whose line is still to be found. */
type Wrong = Pick<BadRow, 'column' | 'why'>;
/** By the number of the record in the file, or of the row in the table; from 1. */
type Numbered = ReadonlyMap<number, Wrong>;

/** The rows of a file that cannot be read, in order. `most`: no more than so many are wanted; null: all, or too many. */
export async function badRowsIn(
  suspect: Suspect,
  context: SourceContext,
  most: number | null,
): Promise<readonly BadRow[]> {
  const session = await context.engine();
  const { files, columns, dialect, spelling } = suspect;
  const [rejects, scan] = ['hygge_rejects', 'hygge_rejects_scan'];
  for (const table of [rejects, scan]) await session.run(`DROP TABLE IF EXISTS ${table}`);
  const keep = ['store_rejects = true', `rejects_table = '${rejects}'`, `rejects_scan = '${scan}'`];
  const limit = ` LIMIT ${most ?? mostAside + 1}`;
  const texts = { select: readCsv(files, dialect, keep), columns, spelling };
  const unfit = await session
    .rows(`${badRowsOf(texts)} ORDER BY 1${limit}`, { signal: context.signal })
    .catch(async (error: unknown) => ({ error, row: await unreadable(suspect) }));
  if ('error' in unfit) {
    if (unfit.row === null) throw unfit.error;
    return [unfit.row];
  }
  const rejected = await session.rows(
    `SELECT line, error_type, error_message FROM ${rejects} ORDER BY line${limit}`,
  );
  const broken = new Map<number, Wrong>();
  for (const [line, kind, message] of rejected) {
    const why = (message ?? kind ?? 'it is no row').replace(/\s+/g, ' ').trim();
    if (!broken.has(Number(line))) broken.set(Number(line), { column: null, why });
  }
  const values = new Map<number, Wrong>();
  for (const [row, place, text] of unfit) {
    const column = columns[Number(place)];
    const type = column === undefined ? 'its type' : typeName(column.type);
    values.set(Number(row), { column: column?.name ?? null, why: unfitText(text ?? null, type) });
  }
  const isWhole = unfit.length <= mostAside && rejected.length <= mostAside;
  if (most === null && isWhole) await checkNoneLost(suspect, context, broken);
  const found = await placed(suspect, broken, values);
  if (most === null || found.length > 0) return found;
  const row = await unreadable(suspect);
  return row === null ? [] : [row];
}

/**
 * Where rows that cannot be read are left out, the engine leaves out some of which it says nothing: good ones behind a
 * quote that is out of place, and those that are too long. Then nothing is put aside, and the file must be mended. BAD_ROW.
 */
async function checkNoneLost(suspect: Suspect, context: SourceContext, broken: Numbered): Promise<void> {
  const { file, readable, files, dialect } = suspect;
  const select = readCsv(files, dialect, ['ignore_errors = true']);
  const all = `strlen(concat(${files.names.map(identifier).join(', ')})) >= 0`;
  const session = await context.engine();
  const [[read] = ['0']] = await session.rows(`SELECT count(*) FROM (${select}) WHERE ${all}`, {
    signal: context.signal,
  });
  let rows = dialect.header ? -1 : 0;
  for await (const record of scanCsv(readable, dialect))
    if (isRow(record, files.names.length === 1 && rows >= 0)) rows++;
  if (rows === Number(read) + broken.size) return;
  const found = await placed(suspect, broken, new Map());
  const row = found.find(({ why }) => /quote/i.test(why)) ?? (await unreadable(suspect)) ?? found[0];
  if (row === undefined) throw fail('INTERNAL', { reason: `rows of ${file} were lost` });
  const why = `${row.why}; rows behind it cannot be told apart, so none can be put aside`;
  throw badRowError(context.name, { ...row, why }, null);
}

/** Finds the lines of rows that are known by their number. */
async function placed(
  { file, readable, files, dialect }: Suspect,
  broken: Numbered,
  values: Numbered,
): Promise<BadRow[]> {
  let left = broken.size + values.size;
  if (left === 0) return [];
  const isNarrow = files.names.length === 1;
  const found: BadRow[] = [];
  let number = 0;
  let row = 0;
  let isNamed = !dialect.header;
  for await (const record of scanCsv(readable, dialect)) {
    number++;
    let bad = broken.get(number);
    if (bad === undefined && isRow(record, isNarrow && isNamed)) {
      if (isNamed) bad = values.get(++row);
      else isNamed = true;
    }
    if (bad === undefined) continue;
    found.push({ ...bad, file, line: record.line, raw: record.text });
    if (--left === 0) break;
  }
  return found;
}

/** The first row that the engine cannot get over: one that ends in another way than those before it, or is too long. */
async function unreadable({ file, readable, dialect }: Suspect): Promise<BadRow | null> {
  let first: string | null = null;
  for await (const { line, text, end } of scanCsv(readable, dialect)) {
    const isOther = end !== '' && first !== null && end !== first;
    const why = isOther
      ? `it ends in ${JSON.stringify(end)}, and the lines before it in ${JSON.stringify(first)}`
      : tooLong(text, dialect.maxLine);
    if (why !== null) return { file, line, column: null, raw: text, why };
    first ??= end;
  }
  return null;
}
