import { fail } from '../errors/index.js';
import { isInteger, readNumber, wrongTypes } from './chunk-view.js';
import type { ColumnOrder, Footer, KeyValue, RowGroup } from './footer.js';
import { checkRanges, RangeChecks } from './ranges.js';
import { type RowGroupTaker, readRowGroups } from './row-group-view.js';
import { checkNesting, type SchemaTree, schemaTree } from './schema-tree.js';
import { SharedParts } from './shared-parts.js';
import { asText, isStruct, listOf, textOf } from './thrift/access.js';
import { decodeThrift } from './thrift/decode.js';
import { ThriftReader } from './thrift/reader.js';
import { fileShape, skipAs } from './thrift/shape.js';
import { type ThriftList, type ThriftStruct, thriftType } from './thrift/tree.js';

/** What is known of a file before its footer is read. */
export interface FileFacts {
  readonly path: string;
  readonly bytes: number;
  readonly modified: number;
}

/** Where a field's value lies in the metadata. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** Says how columns are encrypted. */
const encryptionField = 8;

/** One for all files without. */
const noKeyValues: readonly KeyValue[] = [];

const schemaTrees = new SharedParts<SchemaTree>(8);
const keyValueLists = new SharedParts<readonly KeyValue[]>(2);
const orderLists = new SharedParts<readonly ColumnOrder[]>(8);
const writerNames = new SharedParts<string>(8);

/** Makes the typed view of a footer from its metadata. `bytes` are kept by the view. */
export function footerView(bytes: Uint8Array, file: FileFacts): Footer {
  const { path } = file;
  const { scan, tree, taken, ...texts } = scanMetadata(bytes, path, () => new KeptGroups());
  return {
    path,
    fileBytes: file.bytes,
    modified: file.modified,
    footerBytes: bytes.length,
    version: Math.max(0, scan.version),
    rows: scan.rows,
    schema: tree.root,
    leaves: tree.leaves,
    rowGroups: taken.list,
    raw: bytes,
    ...texts,
  };
}

/**
 * The rows of a file by its metadata, which is held against all that {@link footerView} and `checkRanges` want of it,
 * and of which nothing is kept: a file that many were joined into has thousands of row groups.
 */
export function footerRows(bytes: Uint8Array, file: FileFacts): number {
  const { path } = file;
  const { taken } = scanMetadata(bytes, path, () => new CountedGroups(path, file.bytes, bytes.length));
  // only all of them together can tell whether two overlap
  if (!taken.inOrder) checkRanges(footerView(bytes, file));
  return taken.rows;
}

/** Keeps all row groups. */
class KeptGroups implements RowGroupTaker {
  readonly passing = false;
  readonly list: RowGroup[] = [];
  rows = 0;

  take(group: RowGroup): void {
    this.list.push(group);
    this.rows += group.rows;
  }
}

/** Checks row groups and counts their rows. */
export class CountedGroups extends RangeChecks implements RowGroupTaker {
  readonly passing = true;
  rows = 0;

  take(group: RowGroup): void {
    this.add(group);
    this.rows += group.rows;
  }
}

/** Goes over the metadata, and holds it against all that is wanted of it but the places of chunks. */
export function scanMetadata<T extends RowGroupTaker & { readonly rows: number }>(
  bytes: Uint8Array,
  path: string,
  taker: () => T,
) {
  const scan = new MetadataScan(bytes, path, taker);
  const { tree, taken } = scan.tables();
  const { rows } = scan;
  if (rows < 0) throw scan.damaged('its number of rows is missing or impossible');
  if (taken.rows !== rows) {
    throw scan.damaged(`its footer speaks of ${rows} rows, but its row groups have ${taken.rows}`);
  }
  return {
    scan,
    tree,
    taken,
    createdBy: scan.part(6, writerNames, (part) => asText(part)),
    keyValues:
      scan.part(5, keyValueLists, (part) => structsIn(part, 5, path).map(keyValueView)) ?? noKeyValues,
    columnOrders: scan.part(7, orderLists, (part) => structsIn(part, 7, path).map(columnOrderView)),
  };
}

/** The schema of a file, by its metadata without row groups. */
export const schemaIn = (bytes: Uint8Array, path: string): SchemaTree =>
  new MetadataScan(bytes, path, () => new KeptGroups()).tables().tree;

/** The metadata as a tree; the row groups are left encoded. */
export function metadataTree(bytes: Uint8Array, path: string): ThriftStruct {
  return decodeThrift(bytes, { path, leaveEncoded: 4 });
}

/** One pass over the metadata: row groups are read at once, and of the rest is noted where it lies. */
class MetadataScan<T extends RowGroupTaker> {
  version = -1;
  rows = -1;
  readonly #bytes: Uint8Array;
  readonly #path: string;
  readonly #spans: (Span | undefined)[] = [];
  /** Whether all fields are of the types that the format gives them. */
  #fits = true;
  #rowGroups: { readonly schema: Span; readonly start: number; readonly taken: T } | null = null;
  readonly #taker: () => T;

  /** `taker`: makes what takes the row groups; it may have to begin anew. */
  constructor(bytes: Uint8Array, path: string, taker: () => T) {
    this.#bytes = bytes;
    this.#path = path;
    this.#taker = taker;
    const reader = new ThriftReader(bytes, path);
    reader.enter();
    for (let before = 0; reader.nextField(before); ) {
      const { fieldId: id, fieldType: type } = reader;
      before = id;
      const start = reader.offset;
      // each list of row groups would be read by the schema before it, over and over
      const isTable = id === 2 || id === 4;
      if (isTable && this.#spans[id] !== undefined) throw this.damaged('its footer has two tables of a kind');
      if (id === 1 && isInteger(type)) this.version = readNumber(reader);
      else if (id === 3 && isInteger(type)) this.rows = readNumber(reader);
      else if (id === 4 && type === thriftType.list) this.#pass(reader);
      else reader.skip(type, false);
      const wanted = fileShape[id];
      if (wanted === undefined) continue;
      if (type !== (typeof wanted === 'number' ? wanted : thriftType.list)) this.#fits = false;
      this.#spans[id] = { start, end: reader.offset };
    }
    reader.leave();
    const rest = bytes.length - reader.offset;
    // where columns are encrypted and the footer is not, its signature follows
    if (rest > 0 && this.#spans[encryptionField] !== undefined) throw fail('PARQUET_ENCRYPTED', { path });
    if (rest > 0) throw reader.damaged(`its metadata ends ${rest} bytes before it should`);
  }

  damaged(reason: string): Error {
    return fail('PARQUET_DAMAGED', { path: this.#path, reason });
  }

  /** The schema and the row groups. Every error of theirs is told here. */
  tables(): { readonly tree: SchemaTree; readonly taken: T } {
    const [, , schema, , at] = this.#spans;
    if (this.#spans[encryptionField] !== undefined) throw fail('PARQUET_ENCRYPTED', { path: this.#path });
    if (!this.#fits) throw this.damaged(wrongTypes('its footer'));
    if (schema === undefined) throw this.damaged('its schema is missing');
    const tree = this.#treeAt(schema);
    if (at === undefined) throw this.damaged('its list of row groups is missing');
    const read = this.#rowGroups;
    if (read !== null && read.schema === schema && read.start === at.start) {
      return { tree, taken: read.taken };
    }
    const reader = new ThriftReader(this.#bytes, this.#path);
    reader.offset = at.start;
    const taken = this.#taker();
    readRowGroups(reader, tree.leaves, taken);
    return { tree, taken };
  }

  /** What is made of a field; null where there is none. */
  part<T>(id: number, shared: SharedParts<T>, make: (part: Uint8Array) => T): T | null {
    const span = this.#spans[id];
    if (span === undefined) return null;
    // a text has its length before it
    if (id !== 6) return shared.get(this.#bytes, span.start, span.end, make);
    const reader = new ThriftReader(this.#bytes, this.#path);
    reader.offset = span.start;
    reader.length();
    return shared.get(this.#bytes, reader.offset, span.end, make);
  }

  /** Goes over the row groups, and reads them where the schema is known already, as in every usual file. */
  #pass(reader: ThriftReader): void {
    const start = reader.offset;
    const schema = this.#spans[2];
    try {
      if (schema !== undefined && this.#fits) {
        const inner = new ThriftReader(this.#bytes, this.#path);
        inner.offset = start;
        const taken = this.#taker();
        readRowGroups(inner, this.#treeAt(schema).leaves, taken);
        reader.offset = inner.offset;
        this.#rowGroups = { schema, start, taken };
        return;
      }
    } catch {
      // told by `tables`, unless there is something more important to tell
    }
    reader.skip(thriftType.list, false);
  }

  #treeAt({ start, end }: Span): SchemaTree {
    return schemaTrees.get(this.#bytes, start, end, (part) => {
      checkNesting(new ThriftReader(part, this.#path));
      return schemaTree(listIn(part, 2, this.#path), this.#path);
    });
  }
}

/** The list of a field, as a tree. PARQUET_DAMAGED where it holds what the format does not want there. */
function listIn(part: Uint8Array, id: number, path: string): ThriftList {
  const reader = new ThriftReader(part, path);
  const fits = skipAs(reader, thriftType.list, fileShape[id]);
  // as the only field of a struct
  const bytes = new Uint8Array(part.length + 2);
  bytes[0] = (1 << 4) | thriftType.list;
  bytes.set(part, 1);
  const list = listOf(decodeThrift(bytes, { path }), 1);
  if (list === null || !fits) throw reader.damaged(wrongTypes('its footer'));
  return list;
}

const structsIn = (part: Uint8Array, id: number, path: string): ThriftStruct[] =>
  listIn(part, id, path).values.filter(isStruct);

function keyValueView(raw: ThriftStruct): KeyValue {
  return { key: textOf(raw, 1) ?? '', value: textOf(raw, 2) };
}

function columnOrderView(raw: ThriftStruct): ColumnOrder {
  const id = raw.fields[0]?.id;
  if (id === 1) return 'type';
  if (id === 2) return 'ieee754_total';
  return id === 3 ? 'int96_timestamp' : 'other';
}
