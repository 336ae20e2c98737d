import { fail } from '../../errors/index.js';
import { RowScan, type Rows } from './row-scan.js';
import type { SourceContext } from './source.js';
import { filling } from './unpack.js';
import type { Readable } from './utf8-copies.js';

/** Bytes at the beginning of a file that are looked at before it is begun in the quick way. */
const begin = 1024 * 1024;

/** Whether all rows of a file look alike. */
export async function areAlike(file: Readable, rows: Rows, onPiece: () => void): Promise<boolean> {
  const scan = new RowScan(rows);
  for await (const piece of filling(file, () => scan.room())) {
    onPiece();
    scan.take(piece);
    if (scan.kept > rows.most) return false;
  }
  // The last row need not be ended.
  scan.end();
  return scan.kept === 0;
}

/** Whether most of the beginning of a file are such rows. */
export async function beginsAlike(file: Readable, rows: Rows): Promise<boolean> {
  const scan = new RowScan(rows);
  let bytes = 0;
  for await (const piece of filling(file, () => scan.room())) {
    scan.take(piece);
    bytes += piece.length;
    if (bytes >= begin) break;
  }
  scan.end();
  // What was read may end within a row.
  return scan.kept <= bytes / 2;
}

/** Fails where a row of a file looks otherwise. ROWS_NOT_ALIKE. */
export async function proveAlike(
  {
    name,
    path,
    file,
    rows,
  }: { readonly name: string; readonly path: string; readonly file: Readable; readonly rows: Rows },
  signal: AbortSignal,
  onProgress: () => void,
): Promise<void> {
  const onPiece = (): void => {
    signal.throwIfAborted();
    onProgress();
  };
  if (!(await areAlike(file, rows, onPiece))) throw fail('ROWS_NOT_ALIKE', { name, path });
}

/** Whether the engine has no more threads than that: with more of them it looks at all texts sooner than one thread at their bytes. */
export async function hasFewThreads(
  { engine }: Pick<SourceContext, 'engine'>,
  most: number,
): Promise<boolean> {
  const [[threads] = [null]] = await (await engine()).rows("SELECT current_setting('threads')");
  return Number(threads) <= most;
}
