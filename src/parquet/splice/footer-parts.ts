import type { Footer, KeyValue } from '../footer.js';
import type { SchemaElement } from '../schema-tree.js';
import { asBytes, isStruct, listOf, withField } from '../thrift/access.js';
import { decodeThrift } from '../thrift/decode.js';
import { encodeThrift } from '../thrift/encode.js';
import { struct, type ThriftList, type ThriftStruct, type ThriftValue, thriftType } from '../thrift/tree.js';
import type { ChosenColumns } from './columns.js';

/** A footer in pieces, each encoded and in base64: small as JSON, and joined without decoding the row groups. */
export interface FooterParts {
  /** The metadata without its row groups. */
  readonly metadata: string;
  readonly row_groups: readonly string[];
}

const rowGroupsField = 4;
/** The fields that are known and may stand in a footer of several inputs. */
const sharedFields = [1, 2, 3, 4, 5, 6, 7];

/** The footer of an output, after the first input's where the inputs do not differ. */
export function footerParts(
  footers: readonly Footer[],
  chosen: ChosenColumns,
  rows: number,
  rowGroups: readonly string[],
  keyValues: readonly KeyValue[],
  createdBy: string | null,
): FooterParts {
  const { i32, i64, binary, list } = thriftType;
  const [first] = footers;
  if (first === undefined) throw new RangeError('a footer needs an input');
  let raw = first.raw;
  if (footers.length > 1) raw = struct(raw.fields.filter((field) => sharedFields.includes(field.id)));
  raw = withField(raw, 1, i32, Math.max(...footers.map((footer) => footer.version)));
  raw = withField(raw, 2, list, structs(schemaElements(first, chosen)));
  raw = withField(raw, 3, i64, rows);
  raw = withField(raw, rowGroupsField, list, structs([]));
  raw = withField(raw, 5, list, keyValues.length === 0 ? undefined : structs(keyValues.map(keyValueStruct)));
  raw = withField(raw, 6, binary, createdBy === null ? undefined : asBytes(createdBy));
  raw = withField(raw, 7, list, columnOrders(footers, chosen));
  return { metadata: Buffer.from(encodeThrift(raw)).toString('base64'), row_groups: rowGroups };
}

/** The whole metadata, from a footer's parts and its row groups. */
export function joinFooter(parts: FooterParts, rowGroups: readonly Uint8Array[]): Uint8Array {
  const metadata = decodeThrift(Buffer.from(parts.metadata, 'base64'), { path: 'the plan' });
  const values = rowGroups.map((bytes): ThriftValue => ({ kind: 'encoded', bytes }));
  const list: ThriftList = { kind: 'list', element: thriftType.struct, values };
  return encodeThrift(withField(metadata, rowGroupsField, thriftType.list, list));
}

/** The first input's description of the chosen columns, under their new names. */
function schemaElements(first: Footer, chosen: ChosenColumns): ThriftStruct[] {
  const all = listOf(first.raw, 2)?.values.filter(isStruct) ?? [];
  const [root = struct([])] = all;
  const elements = [withField(root, 5, thriftType.i32, chosen.columns.length)];
  for (const { elements: inInputs, rename } of chosen.columns) {
    const [element] = inInputs;
    if (element === undefined) continue;
    const [top, ...below] = all.slice(element.index, element.index + sizeOf(element));
    if (top === undefined) continue;
    elements.push(rename === null ? top : withField(top, 4, thriftType.binary, asBytes(rename)), ...below);
  }
  return elements;
}

/** undefined where an input does not say how its statistics are ordered, or they say different things. */
function columnOrders(footers: readonly Footer[], chosen: ChosenColumns): ThriftList | undefined {
  let common: ThriftStruct[] | undefined;
  for (const [i, footer] of footers.entries()) {
    const all = listOf(footer.raw, 7)?.values.filter(isStruct) ?? [];
    if (all.length !== footer.leaves.length) return undefined;
    const orders = chosen.columns.flatMap(({ elements }) => {
      const element = elements[i];
      return element === undefined ? [] : all.slice(element.firstLeaf, element.firstLeaf + element.leafCount);
    });
    common ??= orders;
    if (!common.every((order, leaf) => sameStruct(order, orders[leaf]))) return undefined;
  }
  return common === undefined ? undefined : structs(common);
}

const sameStruct = (a: ThriftStruct, b: ThriftStruct | undefined): boolean =>
  b !== undefined && Buffer.compare(encodeThrift(a), encodeThrift(b)) === 0;

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
