import type { ColumnChoice } from '../../core/plan.js';
import { typeName } from '../../core/types.js';
import type { ColumnChunk, Footer, RowGroup } from '../footer.js';
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
}

/** A chunk to be copied, and the name of its column in the output; null where it keeps its own. */
export interface ChosenChunk {
  readonly chunk: ColumnChunk;
  readonly rename: string | null;
}

/** Finds the wanted columns in every input, and checks that they are stored alike. */
export function chooseColumns(
  footers: readonly Footer[],
  wanted: readonly ColumnChoice[] | undefined,
): ChosenColumns | SpliceImpossible {
  const names = footers.map(columnNames);
  const places = names.map((list) => new Map(list.map((name, place) => [name, place])));
  const firstNames = names[0] ?? [];
  const choices: { from: string; name?: string }[] = wanted?.slice() ?? firstNames.map((from) => ({ from }));
  if (choices.length === 0) return { impossible: 'no column is left' };
  if (wanted === undefined) {
    for (const [i, other] of names.entries()) {
      const extra = other.find((name) => places[0]?.has(name) !== true);
      if (extra !== undefined) {
        return { impossible: `column "${extra}" of ${footers[i]?.path} is missing in ${footers[0]?.path}` };
      }
    }
  }
  const columns: ChosenColumn[] = [];
  for (const choice of choices) {
    const elements: SchemaElement[] = [];
    for (const [i, footer] of footers.entries()) {
      const element = footer.schema.children[places[i]?.get(choice.from) ?? -1];
      if (element === undefined) {
        return { impossible: `column "${choice.from}" is missing in ${footer.path}` };
      }
      const [model] = elements;
      const difference = model === undefined ? null : differenceOf(model, element, true);
      if (difference !== null) {
        return {
          impossible: `column "${choice.from}" is stored in two ways: ${difference} (${footers[0]?.path}, ${footer.path})`,
        };
      }
      elements.push(element);
    }
    const own = elements[0]?.name;
    const name = choice.name ?? own ?? choice.from;
    columns.push({ rename: elements.every((element) => element.name === name) ? null : name, elements });
  }
  const sameSchema = footers.map(
    (footer, i) =>
      columns.length === footer.schema.children.length &&
      columns.every(
        (column, c) => column.rename === null && column.elements[i] === footer.schema.children[c],
      ),
  );
  return { columns, untouched: sameSchema[0] === true, sameSchema };
}

/** The chunks of a row group that are copied, in the order of the output's leaves. */
export function chosenChunks(
  from: { readonly input: number; readonly group: RowGroup },
  chosen: ChosenColumns,
): ChosenChunk[] {
  return chosen.columns.flatMap(({ elements, rename }) => {
    const element = elements[from.input];
    if (element === undefined) return [];
    const chunks = from.group.columns.slice(element.firstLeaf, element.firstLeaf + element.leafCount);
    return chunks.map((chunk) => ({ chunk, rename }));
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
