import type { ColumnChoice } from '../core/shaping.js';
import { isEmpty, type Node, textOf, toPlain } from './node.js';

/** A column as it may be written: its name, or what is to become of it. */
export type ColumnInput =
  | string
  | {
      readonly from?: string;
      /** In a list; in a map, its key is the name. */
      readonly name?: string;
      readonly as?: string;
      readonly zone?: string;
    };

/** `columns` of a flow: a list, or a map by the names that they settle under. */
export type ColumnsInput = readonly ColumnInput[] | Readonly<Record<string, ColumnInput>>;

/** From the tree, not from plain values: an object would put names such as "2024" before all others. */
export function columnsOf(node: Node | undefined): ColumnChoice[] | null {
  if (node === undefined || isEmpty(node)) return null;
  if (node.kind === 'list') return node.items.map((item) => choiceOf(item, null));
  if (node.kind !== 'map') return null;
  return [...node.entries].map(([name, { value }]) => choiceOf(value, name));
}

/** One column; it has been validated already. `key`: what it settles as, where that is said. */
function choiceOf(node: Node, key: string | null): ColumnChoice {
  const only = textOf(node);
  if (only !== undefined) return { from: only, name: key ?? only };
  const given = toPlain(node) as Exclude<ColumnInput, string>;
  const name = key ?? given.name ?? given.from ?? '';
  return {
    from: given.from ?? name,
    name,
    ...(given.as === undefined ? {} : { as: given.as }),
    ...(given.zone === undefined ? {} : { zone: given.zone }),
  };
}
