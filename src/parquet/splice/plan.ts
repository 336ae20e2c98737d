import type { ColumnChoice } from '../../core/shaping.js';
import type { Footer } from '../footer.js';
import { type ChosenColumns, chooseColumns } from './columns.js';
import { type FooterParts, footerMaker, type RowGroupParts } from './footer-parts.js';
import { mergeKeyValues } from './key-values.js';
import { type MovedIndex, OutputLayout, type SpliceCopy } from './layout.js';
import { outputWriter } from './output-writer.js';
import type { Piece } from './piece.js';

/** A file, and which of its row groups are wanted: places from 0, in the order they are to have. */
export interface SpliceInput {
  readonly footer: Footer;
  readonly rowGroups: readonly number[];
}

export interface SpliceOptions {
  /** The columns in the order they settle, by the names of `logicalSchema`. Default: all, under their own names. */
  readonly columns?: readonly ColumnChoice[] | undefined;
  /** Files beside the inputs whose columns the outputs are to have, too: an input that lacks one has NULL there. */
  readonly models?: readonly Footer[] | undefined;
  /** A file ends before the row group that would bring it above this. Default: no limit. */
  readonly targetRows?: number | undefined;
  /** As `targetRows`, in bytes of data. Default: no limit. */
  readonly targetBytes?: number | undefined;
}

/** One file that a splice makes. */
export interface SplicedFile {
  readonly rows: number;
  readonly row_groups: number;
  /** Bytes of data that are copied, without indexes and footer. */
  readonly data_bytes: number;
  /** The input that is copied as it is, footer and all; null where a new footer is written. */
  readonly whole: number | null;
  readonly copies: readonly SpliceCopy[];
  /** Column indexes, offset indexes and bloom filters to write behind the data. */
  readonly indexes: readonly MovedIndex[];
  /** What the footer is made of once the places of the indexes are known; null where the file is copied whole. */
  readonly footer: FooterParts | null;
}

/** A file to copy from, as it was when the splice was planned. */
export interface PlannedInput {
  readonly path: string;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
}

/**
 * Everything that a splice does: see `executeSplice`. It can become JSON, and what comes back from that is carried out
 * all the same; until then it keeps the footers of its inputs.
 */
export interface SplicePlan {
  readonly inputs: readonly PlannedInput[];
  readonly outputs: readonly SplicedFile[];
  readonly rows: number;
  readonly data_bytes: number;
  /** What a person should know, such as metadata that no longer holds and was left out. */
  readonly notes: readonly string[];
}

/** Why row groups cannot be copied as they are. */
export interface SpliceImpossible {
  readonly impossible: string;
}

/**
 * Plans the copying of row groups into new files, from footers alone: nothing is read or written. Row groups keep
 * their order; at least one file is made, if need be without rows. What cannot be copied is an answer, not an error.
 */
export function planSplice(
  inputs: readonly SpliceInput[],
  options: SpliceOptions = {},
): SplicePlan | SpliceImpossible {
  const footers = inputs.map((input) => input.footer);
  const [first] = footers;
  if (first === undefined) return { impossible: 'there is no file to copy from' };
  const strange = strangeChunk(footers);
  if (strange !== null) return strange;
  const writer = outputWriter(footers);
  if ('impossible' in writer) return writer;
  const chosen = chooseColumns(footers, options.columns, options.models);
  if ('impossible' in chosen) return chosen;
  const whole = inputs.length === 1 && isAll(inputs[0]?.rowGroups ?? [], first);
  const keyValues = mergeKeyValues(footers, chosen, whole);
  if ('impossible' in keyValues) return keyValues;
  // Files that are copied whole keep their own.
  let maker: ReturnType<typeof footerMaker> | null = null;
  const footerOf = (rows: number, rowGroups: RowGroupParts): FooterParts => {
    maker ??= footerMaker(footers, chosen, keyValues.pairs, writer.createdBy);
    return maker(rows, rowGroups);
  };

  const outputs = divide(inputs, chosen, options).map((pieces): SplicedFile => {
    const copied = wholeInput(pieces, inputs, chosen);
    const layout = new OutputLayout(pieces, chosen);
    const rows = pieces.reduce((sum, piece) => sum + piece.group.rows, 0);
    return {
      rows,
      row_groups: pieces.length,
      data_bytes: layout.dataBytes,
      whole: copied,
      copies: copied === null ? layout.copies : [],
      indexes: copied === null ? layout.indexes : [],
      footer: copied === null ? footerOf(rows, layout.rowGroups) : null,
    };
  });
  return {
    inputs: footers.map((footer) => ({
      path: footer.path,
      bytes: footer.fileBytes,
      modified: footer.modified,
    })),
    outputs,
    rows: outputs.reduce((sum, output) => sum + output.rows, 0),
    data_bytes: outputs.reduce((sum, output) => sum + output.data_bytes, 0),
    notes: keyValues.notes,
  };
}

/** What no reader would take is not copied, and not said to have settled. */
function strangeChunk(footers: readonly Footer[]): SpliceImpossible | null {
  for (const { path, rowGroups } of footers) {
    for (const { columns } of rowGroups) {
      const chunk = columns.find(({ strange }) => strange !== null);
      if (chunk === undefined) continue;
      return { impossible: `column "${chunk.leaf.path.join('.')}" of ${path} ${chunk.strange}` };
    }
  }
  return null;
}

/** The row groups of each output, in order. Those without rows are left out, unless nothing else is there. */
function divide(inputs: readonly SpliceInput[], chosen: ChosenColumns, options: SpliceOptions): Piece[][] {
  const maxRows = options.targetRows ?? Number.POSITIVE_INFINITY;
  const maxBytes = options.targetBytes ?? Number.POSITIVE_INFINITY;
  let current: Piece[] = [];
  const outputs = [current];
  let rows = 0;
  let bytes = 0;
  for (const [input, { footer, rowGroups }] of inputs.entries()) {
    for (const index of rowGroups) {
      const group = footer.rowGroups[index];
      if (group === undefined) throw new RangeError(`${footer.path} has no row group ${index}`);
      if (group.rows === 0) continue;
      const piece = { input, footer, index, group };
      // of thousands of row groups it would take long, for a limit that few have
      const size = maxBytes === Number.POSITIVE_INFINITY ? 0 : bytesOf(piece, chosen);
      if (current.length > 0 && (rows + group.rows > maxRows || bytes + size > maxBytes)) {
        current = [];
        outputs.push(current);
        rows = 0;
        bytes = 0;
      }
      current.push(piece);
      rows += group.rows;
      bytes += size;
    }
  }
  return outputs;
}

const bytesOf = ({ input, group }: Piece, chosen: ChosenColumns): number =>
  (chosen.leaves[input] ?? []).reduce(
    (sum, { leaf }) => sum + (leaf === null ? 0 : (group.columns[leaf]?.compressedBytes ?? 0)),
    0,
  );

/** The input that an output equals in every byte that matters; null where it differs from every one. */
function wholeInput(
  pieces: readonly Piece[],
  inputs: readonly SpliceInput[],
  chosen: ChosenColumns,
): number | null {
  const input = pieces[0]?.input ?? 0;
  const footer = inputs[input]?.footer;
  if (footer === undefined || !chosen.untouched || pieces.some((piece) => piece.input !== input)) return null;
  // every input must look alike to a reader, also in metadata that a join would have to reconcile
  if (!chosen.sameSchema[input]) return null;
  return isAll(pieces.length === 0 ? [] : pieces.map((piece) => piece.index), footer) ? input : null;
}

const isAll = (indexes: readonly number[], footer: Footer): boolean =>
  indexes.length === footer.rowGroups.length && indexes.every((index, i) => index === i);
