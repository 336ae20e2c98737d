import type { Footer, KeyValue } from '../footer.js';
import { metadataTree } from '../footer-view.js';
import type { SchemaElement } from '../schema-tree.js';
import { asBytes, isStruct, listOf, withField } from '../thrift/access.js';
import { decodeThrift } from '../thrift/decode.js';
import { encodeThrift, ThriftWriter } from '../thrift/encode.js';
import { struct, type ThriftList, type ThriftStruct, thriftType } from '../thrift/tree.js';
import type { ChosenColumns } from './columns.js';
import { MovedGroups } from './moved-groups.js';
import { type IndexPlace, withIndexes } from './row-group.js';

/** A footer in pieces, joined without decoding the row groups. */
export interface FooterParts {
  /** The metadata without its row groups, encoded, in base64. */
  readonly metadata: string;
  readonly row_groups: RowGroupParts;
}

/** Row groups without the places of indexes; each encoded and in base64 where the plan has been JSON. */
export type RowGroupParts = MovedGroups | readonly string[];

const rowGroupsField = 4;
/** The fields that are known and may stand in a footer of several inputs. */
const sharedFields = [1, 2, 3, 4, 5, 6, 7];

/**
 * Makes the footers of a splice's outputs, after the first input's where the inputs do not differ. What they have in
 * common is made once: an input may have thousands of row groups, and each may become a file.
 */
export function footerMaker(
  footers: readonly Footer[],
  chosen: ChosenColumns,
  keyValues: readonly KeyValue[],
  createdBy: string | null,
): (rows: number, rowGroups: RowGroupParts) => FooterParts {
  const { i32, i64, binary, list } = thriftType;
  const [first] = footers;
  if (first === undefined) throw new RangeError('a footer needs an input');
  let raw = metadataTree(first.raw, first.path);
  const described = new Described();
  if (footers.length > 1) raw = struct(raw.fields.filter((field) => sharedFields.includes(field.id)));
  raw = withField(
    raw,
    1,
    i32,
    footers.reduce((most, { version }) => Math.max(most, version), 0),
  );
  raw = withField(raw, 2, list, structs(schemaElements(first, chosen, described)));
  raw = withField(raw, rowGroupsField, list, structs([]));
  raw = withField(raw, 5, list, keyValues.length === 0 ? undefined : structs(keyValues.map(keyValueStruct)));
  raw = withField(raw, 6, binary, createdBy === null ? undefined : asBytes(createdBy));
  raw = withField(raw, 7, list, columnOrders(footers, chosen, described));
  return (rows, rowGroups) => {
    const metadata = encodeThrift(withField(raw, 3, i64, rows));
    return { metadata: Buffer.from(metadata).toString('base64'), row_groups: rowGroups };
  };
}

/** Bytes of a footer that are made at a time. */
const pieceBytes = 64 * 1024;

/**
 * The whole metadata piece by piece, from a footer's parts and the places of the indexes by row group: there may be ten
 * thousand row groups, and in one piece they would fill the memory.
 */
export function* footerPieces(
  { metadata, row_groups: groups }: FooterParts,
  places: ReadonlyMap<number, readonly IndexPlace[]>,
  path: string,
): Generator<Uint8Array> {
  const { fields } = decodeThrift(Buffer.from(metadata, 'base64'), { path: 'the plan' });
  const place = fields.findIndex(({ id }) => id === rowGroupsField);
  let writer = new ThriftWriter();
  const last = writer.fields(fields.slice(0, place), 0);
  writer.fieldHeader(thriftType.list, rowGroupsField, last);
  writer.listHeader(thriftType.struct, groups.length);
  for (let i = 0; i < groups.length; i++) {
    const own = places.get(i);
    if (own === undefined && groups instanceof MovedGroups) groups.write(writer, i);
    else
      writer.encoded(
        own === undefined ? encodedGroup(groups, i) : withIndexes(encodedGroup(groups, i), own, path),
      );
    if (writer.length < pieceBytes) continue;
    yield writer.done();
    writer = new ThriftWriter();
  }
  writer.fields(fields.slice(place + 1), rowGroupsField);
  writer.end();
  yield writer.done();
}

const encodedGroup = (groups: RowGroupParts, index: number): Uint8Array =>
  groups instanceof MovedGroups ? groups.encoded(index) : Buffer.from(groups[index] ?? '', 'base64');

/** What files say of their columns, as trees; decoded once. */
class Described {
  readonly #trees = new Map<Footer, ThriftStruct>();

  /** The elements of a file's schema. */
  elements(of: Footer): readonly ThriftStruct[] {
    return this.#list(of, 2);
  }

  /** How the statistics of a file's leaves are ordered. */
  orders(of: Footer): readonly ThriftStruct[] {
    return this.#list(of, 7);
  }

  #list(of: Footer, field: number): readonly ThriftStruct[] {
    const tree = this.#trees.get(of) ?? metadataTree(of.raw, of.path);
    this.#trees.set(of, tree);
    return listOf(tree, field)?.values.filter(isStruct) ?? [];
  }
}

/** The chosen columns as the first input that has them describes them, under their new names. */
function schemaElements(first: Footer, chosen: ChosenColumns, described: Described): ThriftStruct[] {
  const [root = struct([])] = described.elements(first);
  const elements = [withField(root, 5, thriftType.i32, chosen.columns.length)];
  for (const { model, modelFile, rename } of chosen.columns) {
    const [top, ...below] = described.elements(modelFile).slice(model.index, model.index + sizeOf(model));
    if (top === undefined) continue;
    elements.push(rename === null ? top : withField(top, 4, thriftType.binary, asBytes(rename)), ...below);
  }
  return elements;
}

/**
 * The orders of the chosen leaves; undefined where an input does not say how its statistics are ordered, or says
 * something else than another.
 */
function columnOrders(
  footers: readonly Footer[],
  chosen: ChosenColumns,
  described: Described,
): ThriftList | undefined {
  const own = chosen.columns.flatMap(({ model, modelFile }) =>
    Array.from({ length: model.leafCount }, (_, i) => ({ modelFile, leaf: model.firstLeaf + i })),
  );
  const first = own.map(({ modelFile, leaf }) => modelFile.columnOrders?.[leaf]);
  if (first.includes(undefined)) return undefined;
  // files of one writer share their schema and their orders in memory
  const checked = new Map<SchemaElement, Footer['columnOrders']>();
  for (const [i, { schema, columnOrders: orders }] of footers.entries()) {
    if (checked.get(schema) === orders) continue;
    const differs = chosen.leaves[i]?.some(
      ({ leaf }, place) => leaf !== null && orders?.[leaf] !== first[place],
    );
    if (differs === true) return undefined;
    checked.set(schema, orders);
  }
  // of an order that is newer than this program, only one input can be trusted to mean the same as itself
  if (footers.length > 1 && first.includes('other')) return undefined;
  return structs(own.flatMap(({ modelFile, leaf }) => described.orders(modelFile)[leaf] ?? []));
}

const sizeOf = (element: SchemaElement): number =>
  element.children.reduce((sum, child) => sum + sizeOf(child), 1);

const structs = (values: readonly ThriftStruct[]): ThriftList => ({
  kind: 'list',
  element: thriftType.struct,
  values,
});

function keyValueStruct({ key, value }: KeyValue): ThriftStruct {
  const { binary } = thriftType;
  const fields = [{ id: 1, type: binary, value: asBytes(key) }];
  if (value !== null) fields.push({ id: 2, type: binary, value: asBytes(value) });
  return struct(fields);
}
