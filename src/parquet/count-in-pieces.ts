import type { ChunkNumbers } from './chunk-numbers.js';
import { CountedGroups, type FileFacts, scanMetadata, schemaIn } from './footer-view.js';
import { readRowGroup } from './row-group-view.js';
import { ThriftReader } from './thrift/reader.js';
import { thriftType } from './thrift/tree.js';

/** Gives so many bytes of the metadata, from a place on. */
export type ReadPiece = (from: number, bytes: number) => Promise<Uint8Array>;

/** What was counted so. */
export interface PieceCount {
  readonly rows: number;
  /** Whether columns lie one behind the other; if not, only all of them together tell whether two overlap. */
  readonly inOrder: boolean;
}

const rowGroupsField = 4;
/** Above any description of one row group: some hundred thousand columns. */
const largestGroup = 32 * 1024 * 1024;
/** The header of a list that has no row groups, and the end of a struct. */
const noGroups = Uint8Array.of(thriftType.struct);
const end = Uint8Array.of(0);

/**
 * As `footerRows`, with one piece of the metadata in memory at a time: a file that many were joined into has tens of
 * megabytes of it. null where it must be judged as a whole: it is damaged, or its fields are in an unusual order.
 * @param length of the metadata @param pieceBytes read at a time; more where a row group is larger
 */
export async function countInPieces(
  read: ReadPiece,
  length: number,
  pieceBytes: number,
  file: FileFacts,
): Promise<PieceCount | null> {
  const { path } = file;
  const counted = new CountedGroups(path, file.bytes, length);
  let from = 0;
  let window = await read(0, Math.min(pieceBytes, length));
  try {
    const list = listOfGroups(window, path);
    if (list === null) return null;
    const head = Uint8Array.from(window.subarray(0, list.start));
    const { leaves } = schemaIn(Buffer.concat([head, noGroups, end]), path);
    let { reader } = list;
    let used: ChunkNumbers | null = null;
    for (let i = 0; i < list.count; ) {
      const start = reader.offset;
      const group = orNull(() => readRowGroup(reader, leaves, i + 1, used));
      if (group !== null) {
        counted.take(group);
        used = group.numbers;
        i++;
        continue;
      }
      // it may only be cut off
      if (from + window.length >= length || (start === 0 && window.length > largestGroup)) return null;
      from += start;
      const wanted = start === 0 ? 2 * window.length : pieceBytes;
      window = await read(from, Math.min(length - from, wanted));
      reader = new ThriftReader(window, path);
    }
    const behind = from + reader.offset;
    const tail = await read(behind, length - behind);
    let takers = 0;
    scanMetadata(Buffer.concat([head, noGroups, tail]), path, () => {
      takers++;
      return counted;
    });
    // a second list would count in place of the first
    return takers === 1 ? { rows: counted.rows, inOrder: counted.inOrder } : null;
  } catch {
    return null;
  }
}

/** The list of row groups, if it is begun in this window; `start` is where its header lies. */
function listOfGroups(
  window: Uint8Array,
  path: string,
): { readonly reader: ThriftReader; readonly start: number; readonly count: number } | null {
  const reader = new ThriftReader(window, path);
  for (let before = 0; reader.nextField(before); ) {
    const { fieldId: id, fieldType: type } = reader;
    if (id <= before || id > rowGroupsField) return null;
    before = id;
    if (id < rowGroupsField) {
      reader.skip(type, false);
      continue;
    }
    if (type !== thriftType.list) return null;
    const start = reader.offset;
    const { element, count } = reader.listHeader();
    return element === thriftType.struct ? { reader, start, count } : null;
  }
  return null;
}

function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
