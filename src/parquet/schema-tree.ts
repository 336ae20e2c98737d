import { isUtf8 } from 'node:buffer';
import { fail } from '../errors/index.js';
import { type Annotation, annotationOf } from './annotation.js';
import {
  type ConvertedType,
  convertedTypeOf,
  type PhysicalType,
  physicalTypeOf,
  type Repetition,
  repetitionOf,
} from './names.js';
import { asText, bytesOf, integerOf, isStruct, structOf, textOf } from './thrift/access.js';
import type { ThriftReader } from './thrift/reader.js';
import { type ThriftList, type ThriftStruct, thriftType } from './thrift/tree.js';

/** One element of a file's schema: a group with children, or a leaf whose values are stored. */
export interface SchemaElement {
  readonly name: string;
  /** Names from below the root down to this one. */
  readonly path: readonly string[];
  /** The root counts as required. */
  readonly repetition: Repetition;
  /** null of a group. */
  readonly type: PhysicalType | null;
  /** Bytes of a FIXED_LEN_BYTE_ARRAY. */
  readonly typeLength: number | null;
  readonly convertedType: ConvertedType | null;
  readonly annotation: Annotation | null;
  readonly scale: number | null;
  readonly precision: number | null;
  readonly fieldId: number | null;
  readonly children: readonly SchemaElement[];
  /** How many of the elements above, and itself, are not required; how many of them are repeated. */
  readonly maxDefinition: number;
  readonly maxRepetition: number;
  /** Its place in the footer's list of elements; the elements below it follow. */
  readonly index: number;
  /** The place of its first leaf among all leaves, and how many leaves it has: 1 of a leaf. */
  readonly firstLeaf: number;
  readonly leafCount: number;
}

/** A file's schema as a tree, and its leaves in the order of the column chunks. */
export interface SchemaTree {
  readonly root: SchemaElement;
  readonly leaves: readonly SchemaElement[];
}

const maxDepth = 100;
const tooDeep = `its schema is nested deeper than ${maxDepth} levels`;

/**
 * Passes over a footer's list of elements and looks at how they lie in one another, before memory is spent on them.
 * PARQUET_DAMAGED where they are nested too deep, or belong to no column.
 */
export function checkNesting(reader: ThriftReader): void {
  const { element, count } = reader.listHeader();
  if (element !== thriftType.struct) return;
  /** For each group above, how many children are still to come. */
  const open: number[] = [];
  for (let i = 0; i < count; i++) {
    let children = 0;
    reader.enter();
    for (let before = 0; reader.nextField(before); ) {
      before = reader.fieldId;
      if (before === 5 && reader.fieldType === thriftType.i32) children = Number(reader.integer());
      else reader.skip(reader.fieldType, false);
    }
    reader.leave();
    while (open.at(-1) === 0) open.pop();
    if (i > 0 && open.length === 0) throw reader.damaged('its schema has elements that belong to no column');
    if (i > 0) open.push((open.pop() ?? 0) - 1);
    if (children > 0) open.push(children);
    if (open.length > maxDepth + 1) throw reader.damaged(tooDeep);
  }
}

/** Builds the tree from the footer's flat list, depth first. PARQUET_DAMAGED where the list is no tree. */
export function schemaTree(list: ThriftList, path: string): SchemaTree {
  const damaged = (reason: string): Error => fail('PARQUET_DAMAGED', { path, reason });
  const leaves: SchemaElement[] = [];
  let next = 0;

  function take(above: SchemaAbove, depth: number): SchemaElement {
    const index = next++;
    const raw = list.values[index];
    if (!isStruct(raw)) throw damaged('its schema names more columns than it describes');
    if (depth > maxDepth) throw damaged(tooDeep);
    const self = elementHead(raw, index, above);
    if (self === null) throw damaged(`the schema of column "${textOf(raw, 4) ?? ''}" is not readable`);
    const count = integerOf(raw, 5) ?? 0;
    if (count < 0 || count > list.values.length)
      throw damaged('its schema has an impossible number of children');
    const firstLeaf = leaves.length;
    if (count === 0 && self.type !== null) {
      const leaf = { ...self, children: [], index, firstLeaf, leafCount: 1 };
      leaves.push(leaf);
      return leaf;
    }
    const children: SchemaElement[] = [];
    for (let i = 0; i < count; i++) children.push(take(self, depth + 1));
    // a group has no values of its own, whatever it says of their type
    return { ...self, type: null, children, index, firstLeaf, leafCount: leaves.length - firstLeaf };
  }

  const root = take({ path: null, maxDefinition: 0, maxRepetition: 0 }, 0);
  if (next !== list.values.length) throw damaged('its schema has elements that belong to no column');
  if (root.children.length === 0) throw damaged('it has no columns');
  return { root, leaves };
}

interface SchemaAbove {
  /** null above the root. */
  readonly path: readonly string[] | null;
  readonly maxDefinition: number;
  readonly maxRepetition: number;
}

type ElementHead = Omit<SchemaElement, 'children' | 'index' | 'firstLeaf' | 'leafCount'>;

/** What an element says of itself; null where it says what the format does not know. */
function elementHead(raw: ThriftStruct, index: number, above: SchemaAbove): ElementHead | null {
  const name = nameOf(raw);
  const typeNumber = integerOf(raw, 1);
  const type = typeNumber === null ? null : physicalTypeOf(typeNumber);
  const repetition = index === 0 ? 'required' : repetitionOf(integerOf(raw, 3) ?? 0);
  const union = structOf(raw, 10);
  const annotation = union === null ? null : annotationOf(union);
  if (name === null || type === undefined || repetition === undefined || annotation === undefined)
    return null;
  const convertedType = integerOf(raw, 6);
  return {
    name,
    path: above.path === null ? [] : [...above.path, name],
    repetition,
    type,
    typeLength: integerOf(raw, 2),
    convertedType: convertedType === null ? null : convertedTypeOf(convertedType),
    annotation,
    scale: integerOf(raw, 7),
    precision: integerOf(raw, 8),
    fieldId: integerOf(raw, 9),
    maxDefinition: above.maxDefinition + (repetition === 'required' ? 0 : 1),
    maxRepetition: above.maxRepetition + (repetition === 'repeated' ? 1 : 0),
  };
}

/** null where the bytes of a name are no text: no column could be asked for by it. */
function nameOf(raw: ThriftStruct): string | null {
  const bytes = bytesOf(raw, 4);
  return bytes === null || !isUtf8(bytes) ? null : asText(bytes);
}
