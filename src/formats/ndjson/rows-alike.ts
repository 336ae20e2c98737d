/** Finds where the first row ends that begins there, and so on with the next ones. */
export interface RowScan {
  /**
   * Where the first row begins that does not end before `end`, or is not like the others. Behind `end` there are
   * {@link slack} bytes and {@link widest} ones, none of which belongs into a value.
   */
  scan(bytes: DataView, from: number, end: number): number;
  /** Bytes in the longest of the texts that are looked for. */
  readonly widest: number;
  /** Bytes in a row, at most. */
  readonly most: number;
}

/** More bytes than anything has that is looked at as a whole. */
const slack = 64;
/** Ends every text and every line, and belongs into no number. */
const stop = new Uint8Array([0x22, 0, 0x22, 0, 0x0a, 0, 0x0a, 0]);
const lineFeed = 0x0a;

/** The bytes of a text that comes in pieces, as far as its rows are not known to be alike. */
class Window {
  readonly #rows: RowScan;
  readonly #spare: number;
  #bytes = new Uint8Array(2 * 1024 * 1024 + slack);
  #view = new DataView(this.#bytes.buffer);
  /** Of rows that have not ended yet. */
  kept = 0;

  constructor(rows: RowScan) {
    this.#rows = rows;
    this.#spare = slack + rows.widest;
  }

  take(piece: Uint8Array): void {
    const end = this.kept + piece.length;
    if (end + this.#spare > this.#bytes.length) {
      const larger = new Uint8Array(2 * (end + this.#spare));
      larger.set(this.#bytes.subarray(0, this.kept));
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    this.#bytes.set(piece, this.kept);
    this.#bytes.fill(0, end, end + this.#spare);
    this.#bytes.set(stop, end);
    const at = this.#rows.scan(this.#view, 0, end);
    this.#bytes.copyWithin(0, at, end);
    this.kept = end - at;
  }
}

/** Whether all rows of a text look alike, which comes in pieces. */
export async function areAlike(
  pieces: AsyncIterable<Uint8Array>,
  rows: RowScan,
  onPiece: () => void,
): Promise<boolean> {
  const window = new Window(rows);
  for await (const piece of pieces) {
    onPiece();
    window.take(piece);
    if (window.kept > rows.most) return false;
  }
  // The last row need not be ended.
  if (window.kept > 0) window.take(Uint8Array.of(lineFeed));
  return window.kept === 0;
}

/** Whether most of the beginning of a text are such rows. */
export async function beginAlike(pieces: AsyncIterable<Uint8Array>, rows: RowScan): Promise<boolean> {
  for await (const piece of pieces) {
    const window = new Window(rows);
    window.take(piece);
    if (window.kept > 0) window.take(Uint8Array.of(lineFeed));
    // The piece may end within a row.
    return window.kept <= piece.length / 2;
  }
  return true;
}
