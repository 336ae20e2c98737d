import { fail } from '../../errors/index.js';
import { executeSplice, type Footer, planSplice, type SpliceInput } from '../../parquet/index.js';

/** Rows in a vector of the engine: the grain of its row groups. */
const vectorRows = 2048;
/**
 * From this many rows a file on, a file may hold more than was asked for: up to a vector of 2,048 rows since whole ones
 * are counted, and up to another since the engine reads text into vectors that are not full.
 */
export const exactBelow = 10 * vectorRows;
/** The engine's own size of a row group: 60 vectors. */
const usualRowGroup = 60 * vectorRows;

/** How many rows go into a file and into each of its row groups. */
export interface Division {
  readonly fileRows: number;
  readonly rowGroupRows: number;
}

/**
 * The division for files of about so many rows: as many equal row groups as it takes to stay at the engine's usual
 * size, each of whole vectors, so that a file of so many rows ends at the border of a row group.
 */
export function divisionFor(batchSize: number): Division {
  const groups = Math.ceil(wholeVectors(batchSize) / usualRowGroup);
  const rowGroupRows = wholeVectors(Math.ceil(batchSize / groups));
  return { fileRows: batchSize < exactBelow ? batchSize : groups * rowGroupRows, rowGroupRows };
}

function wholeVectors(rows: number): number {
  return Math.ceil(rows / vectorRows) * vectorRows;
}

/** Where the files of a {@link Divider} lie. */
export interface DividerPlace {
  readonly signal: AbortSignal;
  allocate(): string;
  /** A file is whole. */
  onFile(path: string): void;
  remove(path: string): Promise<void>;
}

/**
 * Brings the row groups of files, in their order, into files of about so many rows, byte for byte. A file that is as it
 * should be stays as it is.
 */
export class Divider {
  readonly #fileRows: number;
  readonly #place: DividerPlace;
  /** What has no file of its own yet. */
  #open: SpliceInput[] = [];

  constructor(fileRows: number, place: DividerPlace) {
    this.#fileRows = fileRows;
    this.#place = place;
  }

  /** Takes one more file, and makes the files that are full with it. */
  async add(footer: Footer, onBytes: () => void): Promise<void> {
    this.#open.push({ footer, rowGroups: footer.rowGroups.map((_, i) => i) });
    const rows = this.#open.reduce((sum, input) => sum + rowsOf(input), 0);
    if (rows >= this.#fileRows) await this.#make(false, onBytes);
  }

  /** Makes the last file of what is left. */
  async end(onBytes: () => void): Promise<void> {
    if (this.#open.length > 0) await this.#make(true, onBytes);
  }

  async #make(isEnd: boolean, onBytes: () => void): Promise<void> {
    const { signal, allocate, onFile, remove } = this.#place;
    const [only, second] = this.#open;
    if (isEnd && only !== undefined && second === undefined && isWhole(only)) {
      this.#open = [];
      return onFile(only.footer.path);
    }
    const plan = planSplice(this.#open, { targetRows: this.#fileRows });
    if ('impossible' in plan)
      throw fail('INTERNAL', { reason: `files of its own cannot be divided: ${plan.impossible}` });
    const last = plan.outputs.at(-1);
    const isKept = !isEnd && last !== undefined && last.rows < this.#fileRows;
    const outputs = isKept ? plan.outputs.slice(0, -1) : plan.outputs;
    const made = outputs.filter(({ whole }) => whole === null);
    const paths = made.map(() => allocate());
    await executeSplice({ ...plan, outputs: made }, paths, { signal, onBytes });
    const shared = new Set<string>();
    // In the order of the rows, whether a file was made for them or is there already.
    for (const output of outputs) {
      const own = output.whole === null ? undefined : plan.inputs[output.whole]?.path;
      const path = own ?? paths[made.indexOf(output)];
      if (path === undefined) throw new RangeError('an output has no file');
      if (own !== undefined) shared.add(own);
      onFile(path);
    }
    const before = this.#open;
    this.#open = isKept ? lastRows(before, last?.rows ?? 0) : [];
    const still = new Set(this.#open.map(({ footer }) => footer.path));
    for (const { footer } of before)
      if (!still.has(footer.path) && !shared.has(footer.path)) await remove(footer.path);
  }
}

const isWhole = ({ footer, rowGroups }: SpliceInput): boolean => rowGroups.length === footer.rowGroups.length;

const rowsOf = ({ footer, rowGroups }: SpliceInput): number =>
  rowGroups.reduce((sum, index) => sum + (footer.rowGroups[index]?.rows ?? 0), 0);

/** The row groups at the end that hold so many rows. */
function lastRows(inputs: readonly SpliceInput[], rows: number): SpliceInput[] {
  const kept: SpliceInput[] = [];
  let left = rows;
  for (const { footer, rowGroups } of inputs.toReversed()) {
    const own: number[] = [];
    for (const index of rowGroups.toReversed()) {
      if (left <= 0) break;
      left -= footer.rowGroups[index]?.rows ?? 0;
      own.unshift(index);
    }
    if (own.length > 0) kept.unshift({ footer, rowGroups: own });
  }
  return kept;
}
