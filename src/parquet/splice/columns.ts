import type { ColumnChoice } from '../../core/shaping.js';
import { typeName } from '../../core/types.js';
import type { Footer } from '../footer.js';
import { geoParquetColumns } from '../geo.js';
import { leafType } from '../leaf-type.js';
import { columnNames } from '../logical-schema.js';
import { meaningOf } from '../meaning.js';
import type { SchemaElement } from '../schema-tree.js';
import { mostNulls } from './null-page.js';
import type { SpliceImpossible } from './plan.js';

/** A column of the outputs. */
export interface ChosenColumn {
  /** Its new name; null where it keeps the one that the file has. */
  readonly rename: string | null;
  /** The column in each input; null where the input lacks it. */
  readonly elements: readonly (SchemaElement | null)[];
  /** The column in the first file that has it. */
  readonly model: SchemaElement;
  readonly modelFile: Footer;
}

export interface ChosenColumns {
  readonly columns: readonly ChosenColumn[];
  /** Whether the outputs have exactly the columns of the first input. */
  readonly untouched: boolean;
  /** For each input, whether it has the very columns of the outputs, in their order. */
  readonly sameSchema: readonly boolean[];
  /** For each input, the leaves that are taken, in the order of the outputs. Inputs with one schema share them. */
  readonly leaves: readonly (readonly ChosenLeaf[])[];
}

/** A leaf that is taken. */
export type ChosenLeaf = {
  /** The name of its column in the output; null where it keeps its own. */
  readonly rename: string | null;
} & (
  | {
      /** Its place in the input. */
      readonly leaf: number;
    }
  | {
      readonly leaf: null;
      /** The leaf of another file: the input lacks it, and has NULL in each of its rows. */
      readonly lacked: SchemaElement;
    }
);

/**
 * Finds the wanted columns in the inputs, and checks that they are stored alike, and may be NULL where one is lacking.
 * `models`: further files whose columns the outputs are to have, the first ones.
 */
export function chooseColumns(
  footers: readonly Footer[],
  wanted: readonly ColumnChoice[] | undefined,
  models: readonly Footer[] = [],
): ChosenColumns | SpliceImpossible {
  const [first] = footers;
  const schemas = schemasOf(footers, models);
  if (first === undefined) return { impossible: 'there is no file to copy from' };
  const choices: readonly { readonly from: string; readonly name?: string }[] =
    wanted ?? allNames(schemas).map((from) => ({ from }));
  if (choices.length === 0) return { impossible: 'no column is left' };
  const columns: ChosenColumn[] = [];
  for (const choice of choices) {
    const column = chooseColumn(schemas, choice.from, choice.name, footers.length);
    if ('impossible' in column) return column;
    columns.push(column);
  }
  const sameSchema: boolean[] = new Array(footers.length);
  const leaves: (readonly ChosenLeaf[])[] = new Array(footers.length);
  for (const { footer, inputs } of schemas) {
    const { children } = footer.schema;
    const [input] = inputs;
    if (input === undefined) continue;
    const same =
      columns.length === children.length &&
      columns.every((column, c) => column.rename === null && column.elements[input] === children[c]);
    const own = leavesOf(columns, input);
    for (const each of inputs) {
      sameSchema[each] = same;
      leaves[each] = own;
    }
  }
  return { columns, untouched: sameSchema[0] === true, sameSchema, leaves };
}

/** The names of all columns, in the order in which they first appear. */
function allNames(schemas: readonly SharedSchema[]): readonly string[] {
  return [...new Set(schemas.flatMap(({ footer }) => columnNames(footer)))];
}

/** Finds a column. `to`: its name in the outputs; undefined where it keeps its own. */
function chooseColumn(
  schemas: readonly SharedSchema[],
  from: string,
  to: string | undefined,
  inputCount: number,
): ChosenColumn | SpliceImpossible {
  const elements: (SchemaElement | null)[] = new Array(inputCount).fill(null);
  const lacking: Footer[] = [];
  let found: { readonly model: SchemaElement; readonly modelFile: Footer } | null = null;
  let sameName = true;
  for (const { footer, places, inputs } of schemas) {
    const element = footer.schema.children[places.get(from) ?? -1];
    if (element === undefined) {
      lacking.push(footer);
      continue;
    }
    found ??= { model: element, modelFile: footer };
    const difference = differenceOf(found.model, element, true);
    if (difference !== null) {
      const files = `${found.modelFile.path}, ${footer.path}`;
      return { impossible: `column "${from}" is stored in two ways: ${difference} (${files})` };
    }
    sameName &&= element.name === (to ?? found.model.name);
    for (const input of inputs) elements[input] = element;
  }
  const [without] = lacking;
  if (found === null) return { impossible: `column "${from}" is missing in ${without?.path}` };
  const { model, modelFile } = found;
  const why = without === undefined ? null : whyNotLacked(model, from, modelFile, schemas, lacking);
  if (why !== null) return { impossible: `column "${from}" is missing in ${without?.path}, ${why}` };
  return { rename: sameName ? null : (to ?? model.name), elements, model, modelFile };
}

/** Why files cannot be given a column that they lack; null where they can. */
function whyNotLacked(
  { repetition }: SchemaElement,
  name: string,
  modelFile: Footer,
  schemas: readonly SharedSchema[],
  lacking: readonly Footer[],
): string | null {
  if (repetition !== 'optional') return `and ${repetition} in ${modelFile.path}`;
  // what makes it one stands in the metadata of the file, and not in its schema
  if (geoParquetColumns(modelFile.keyValues).has(name)) return `and a geometry in ${modelFile.path}`;
  for (const { footer } of schemas) {
    const alike = columnNames(footer).find(
      (other) => other !== name && other.toLowerCase() === name.toLowerCase(),
    );
    if (alike !== undefined && lacking.includes(footer)) return `which has "${alike}"`;
  }
  const large = lacking.find(({ rowGroups }) => rowGroups.some(({ rows }) => rows > mostNulls));
  return large === undefined ? null : 'whose row groups are too large to be given one';
}

/** A schema that files share in memory, as those of one writer do. */
interface SharedSchema {
  /** The first file that has it. */
  readonly footer: Footer;
  /** Of its columns, by their names. */
  readonly places: ReadonlyMap<string, number>;
  /** All inputs that have it. */
  readonly inputs: number[];
}

function schemasOf(footers: readonly Footer[], models: readonly Footer[]): readonly SharedSchema[] {
  const schemas = new Map<SchemaElement, SharedSchema>();
  const of = (footer: Footer): SharedSchema => {
    const known = schemas.get(footer.schema);
    if (known !== undefined) return known;
    const places = new Map(columnNames(footer).map((name, place) => [name, place]));
    const one = { footer, places, inputs: [] };
    schemas.set(footer.schema, one);
    return one;
  };
  for (const model of models) of(model);
  for (const [i, footer] of footers.entries()) of(footer).inputs.push(i);
  return [...schemas.values()];
}

function leavesOf(columns: readonly ChosenColumn[], input: number): ChosenLeaf[] {
  return columns.flatMap(({ elements, rename, model, modelFile }): ChosenLeaf[] => {
    const element = elements[input] ?? null;
    if (element === null) {
      const lacked = modelFile.leaves.slice(model.firstLeaf, model.firstLeaf + model.leafCount);
      return lacked.map((leaf) => ({ leaf: null, lacked: leaf, rename }));
    }
    const { firstLeaf, leafCount } = element;
    return Array.from({ length: leafCount }, (_, i) => ({ leaf: firstLeaf + i, rename }));
  });
}

/** How two columns differ in a way that keeps their chunks from standing in one file; null where they do not. */
function differenceOf(a: SchemaElement, b: SchemaElement, top: boolean): string | null {
  if (!top && a.name !== b.name) return `a field "${a.name}" and a field "${b.name}"`;
  if (a.repetition !== b.repetition) return `${a.repetition} and ${b.repetition}`;
  if (!describedAlike(a, b) && meaningOf(a) !== meaningOf(b)) return `${storedAs(a)} and ${storedAs(b)}`;
  if (a.children.length !== b.children.length) {
    return `${a.children.length} fields and ${b.children.length} fields`;
  }
  for (const [i, child] of a.children.entries()) {
    const other = b.children[i];
    const difference = other === undefined ? null : differenceOf(child, other, false);
    if (difference !== null) return difference;
  }
  return null;
}

/** Most files of one home are described in the very same words: then their meaning need not be worked out. */
function describedAlike(a: SchemaElement, b: SchemaElement): boolean {
  return (
    a.type === b.type &&
    a.typeLength === b.typeLength &&
    a.convertedType === b.convertedType &&
    a.scale === b.scale &&
    a.precision === b.precision &&
    (a.annotation === b.annotation || JSON.stringify(a.annotation) === JSON.stringify(b.annotation))
  );
}

function storedAs(element: SchemaElement): string {
  if (element.type === null) return element.convertedType ?? 'a group';
  const type = leafType(element, element.type);
  const name = 'unsupported' in type ? type.unsupported : typeName(type);
  const annotation = element.annotation;
  const unit = annotation !== null && 'unit' in annotation ? `, ${annotation.unit}` : '';
  return `${name} (${element.type}${unit})`;
}
