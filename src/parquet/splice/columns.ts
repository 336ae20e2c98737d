import type { ColumnChoice } from '../../core/shaping.js';
import { typeName } from '../../core/types.js';
import type { Footer } from '../footer.js';
import { leafType } from '../leaf-type.js';
import { columnNames } from '../logical-schema.js';
import { meaningOf } from '../meaning.js';
import type { SchemaElement } from '../schema-tree.js';
import type { SpliceImpossible } from './plan.js';

/** A column of the outputs. */
export interface ChosenColumn {
  /** Its new name; null where it keeps the one that the file has. */
  readonly rename: string | null;
  /** The column in each input. */
  readonly elements: readonly SchemaElement[];
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

/** A leaf that is taken: its place in the input, and its column's name in the output; null where it keeps its own. */
export interface ChosenLeaf {
  readonly leaf: number;
  readonly rename: string | null;
}

/** Finds the wanted columns in every input, and checks that they are stored alike. */
export function chooseColumns(
  footers: readonly Footer[],
  wanted: readonly ColumnChoice[] | undefined,
): ChosenColumns | SpliceImpossible {
  const [first] = footers;
  const schemas = schemasOf(footers);
  const [firstSchema] = schemas;
  if (first === undefined || firstSchema === undefined)
    return { impossible: 'there is no file to copy from' };
  const choices: readonly { readonly from: string; readonly name?: string }[] =
    wanted ?? columnNames(first).map((from) => ({ from }));
  if (choices.length === 0) return { impossible: 'no column is left' };
  if (wanted === undefined) {
    for (const { footer } of schemas) {
      const extra = columnNames(footer).find((name) => !firstSchema.places.has(name));
      if (extra !== undefined) {
        return { impossible: `column "${extra}" of ${footer.path} is missing in ${first.path}` };
      }
    }
  }
  const columns: ChosenColumn[] = [];
  for (const choice of choices) {
    const found: SchemaElement[] = [];
    const elements: SchemaElement[] = new Array(footers.length);
    for (const { footer, places, inputs } of schemas) {
      const element = footer.schema.children[places.get(choice.from) ?? -1];
      if (element === undefined) {
        return { impossible: `column "${choice.from}" is missing in ${footer.path}` };
      }
      const [model] = found;
      const difference = model === undefined ? null : differenceOf(model, element, true);
      if (difference !== null) {
        return {
          impossible: `column "${choice.from}" is stored in two ways: ${difference} (${first.path}, ${footer.path})`,
        };
      }
      found.push(element);
      for (const input of inputs) elements[input] = element;
    }
    const name = choice.name ?? found[0]?.name ?? choice.from;
    columns.push({ rename: found.every((element) => element.name === name) ? null : name, elements });
  }
  const sameSchema: boolean[] = new Array(footers.length);
  const leaves: (readonly ChosenLeaf[])[] = new Array(footers.length);
  for (const { footer, inputs } of schemas) {
    const { children } = footer.schema;
    const [input = 0] = inputs;
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

/** A schema that files share in memory, as those of one writer do. */
interface SharedSchema {
  /** The first file that has it. */
  readonly footer: Footer;
  /** Of its columns, by their names. */
  readonly places: ReadonlyMap<string, number>;
  /** All files that have it. */
  readonly inputs: number[];
}

function schemasOf(footers: readonly Footer[]): readonly SharedSchema[] {
  const schemas = new Map<SchemaElement, SharedSchema>();
  for (const [i, footer] of footers.entries()) {
    const known = schemas.get(footer.schema);
    if (known !== undefined) {
      known.inputs.push(i);
      continue;
    }
    const places = new Map(columnNames(footer).map((name, place) => [name, place]));
    schemas.set(footer.schema, { footer, places, inputs: [i] });
  }
  return [...schemas.values()];
}

function leavesOf(columns: readonly ChosenColumn[], input: number): ChosenLeaf[] {
  return columns.flatMap(({ elements, rename }) => {
    const element = elements[input];
    if (element === undefined) return [];
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
