import { fail } from '../errors/index.js';
import { ChunkNumbers } from './chunk-numbers.js';
import { ChunkView, isInteger, readChunk, readNumber, wrongTypes } from './chunk-view.js';
import type { ColumnChunk, RowGroup } from './footer.js';
import type { SchemaElement } from './schema-tree.js';
import type { ThriftReader } from './thrift/reader.js';
import { rowGroupShape } from './thrift/shape.js';
import { thriftType } from './thrift/tree.js';

/** The fewest bytes of a row group, and of a column chunk. */
const smallestStruct = 7;

/** Takes the row groups of a file, one after the other. */
export interface RowGroupTaker {
  /** Whether a row group is of no use any more when the next one is taken: its memory is then used again. */
  readonly passing: boolean;
  take(group: RowGroup): void;
}

/** Reads the list of row groups where a reader stands. PARQUET_DAMAGED, PARQUET_ENCRYPTED, NOT_PARQUET. */
export function readRowGroups(
  reader: ThriftReader,
  leaves: readonly SchemaElement[],
  taker: RowGroupTaker,
): void {
  let used: ChunkNumbers | null = null;
  reader.enter();
  const { element, count } = reader.listHeader();
  reader.checkCount(count, smallestStruct);
  if (count > 0 && element !== thriftType.struct) {
    throw reader.damaged('its list of row groups is not readable');
  }
  for (let i = 0; i < count; i++) {
    const group = readRowGroup(reader, leaves, i + 1, used);
    taker.take(group);
    if (taker.passing) used = group.numbers;
  }
  reader.leave();
}

/** Reads the row group where a reader stands; `number` from 1. `used`: numbers that may be written over. */
export function readRowGroup(
  reader: ThriftReader,
  leaves: readonly SchemaElement[],
  number: number,
  used: ChunkNumbers | null,
): RowGroupView {
  const start = reader.offset;
  let rows = -1;
  let totalBytes = -1;
  let chunks: Omit<Columns, 'leaves'> | null = null;
  let fits = true;
  reader.enter();
  for (let before = 0; reader.nextField(before); ) {
    const { fieldId: id, fieldType: type } = reader;
    before = id;
    const wanted = rowGroupShape[id];
    if (wanted !== undefined && wanted !== type) fits = false;
    if (id === 1 && chunks !== null) throw reader.damaged(`row group ${number} has two lists of columns`);
    if (id === 1 && type === thriftType.list) chunks = readChunks(reader, leaves, number, used);
    else if (id === 2 && isInteger(type)) totalBytes = readNumber(reader);
    else if (id === 3 && isInteger(type)) rows = readNumber(reader);
    else reader.skip(type, false);
  }
  reader.leave();
  if (!fits) throw reader.damaged(wrongTypes(`row group ${number}`));
  if (rows < 0) throw reader.damaged(`the number of rows of row group ${number} is missing or impossible`);
  if (chunks === null) throw reader.damaged(`row group ${number} has no list of columns`);
  return new RowGroupView(rows, Math.max(0, totalBytes), { leaves, ...chunks }, reader, start);
}

function readChunks(
  reader: ThriftReader,
  leaves: readonly SchemaElement[],
  number: number,
  used: ChunkNumbers | null,
): Omit<Columns, 'leaves'> {
  reader.enter();
  const { element, count } = reader.listHeader();
  reader.checkCount(count, smallestStruct);
  if (count > 0 && element !== thriftType.struct) {
    throw reader.damaged(`the list of columns of row group ${number} is not readable`);
  }
  if (count !== leaves.length) {
    const reason = `row group ${number} has ${count} columns, but the schema has ${leaves.length}`;
    throw fail('PARQUET_DAMAGED', { path: reader.path, reason });
  }
  const numbers = new ChunkNumbers(count, used);
  const first = reader.offset;
  for (const [i, leaf] of leaves.entries()) readChunk(reader, leaf, number, numbers, i);
  reader.leave();
  return { numbers, first };
}

interface Columns {
  readonly leaves: readonly SchemaElement[];
  readonly numbers: ChunkNumbers;
  /** Where the list of chunks has its first one. */
  readonly first: number;
}

/** The columns that were asked for last: whoever asks for one mostly asks for the others too. */
let lastAsked: { readonly of: RowGroupView; readonly columns: readonly ColumnChunk[] } | null = null;

class RowGroupView implements RowGroup {
  readonly rows: number;
  readonly totalBytes: number;
  readonly #columns: Columns;
  readonly #bytes: Uint8Array;
  readonly #start: number;
  readonly #end: number;

  /** `reader` stands behind the row group. */
  constructor(rows: number, totalBytes: number, columns: Columns, reader: ThriftReader, start: number) {
    this.rows = rows;
    this.totalBytes = totalBytes;
    this.#columns = columns;
    this.#bytes = reader.bytes;
    this.#start = start;
    this.#end = reader.offset;
  }

  get numbers(): ChunkNumbers {
    return this.#columns.numbers;
  }

  get lengthsApart(): boolean {
    return this.numbers.lengthsApart;
  }

  get columns(): readonly ColumnChunk[] {
    if (lastAsked?.of === this) return lastAsked.columns;
    const { leaves, numbers, first } = this.#columns;
    const columns = leaves.map((leaf, i) => new ChunkView(this.#bytes, leaf, numbers, i, first));
    lastAsked = { of: this, columns };
    return columns;
  }

  get raw(): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#end);
  }
}
