import { entry } from '../entry.js';

/** Problems with rows that somebody's code gives as plain objects. */
export const rowErrors = {
  TYPES_MIXED: entry<{
    name: string;
    column: string;
    first: string;
    firstRow: number;
    second: string;
    secondRow: number;
  }>({
    title: 'Values of different types in one column',
    kind: 'run',
    message: (f) =>
      `${f.name}: column "${f.column}" is ${f.first} in row ${f.firstRow}, but ${f.second} in row ${f.secondRow}`,
    hint: () => "Make the values alike, or declare the column's type in the home's schema().",
  }),
  KEY_UNEXPECTED: entry<{
    name: string;
    column: string;
    row: number;
    value: string;
    known: readonly string[];
  }>({
    title: 'A row with a key that is no column',
    kind: 'run',
    message: (f) => `${f.name}: row ${f.row} has the key "${f.column}" (${f.value}), which is no column`,
    hint: (f) =>
      `The columns are: ${f.known.slice(0, 20).join(', ')}${f.known.length > 20 ? ', …' : ''}. Declare them all in the home's schema(): without it, the first rows decide.`,
  }),
  TYPE_UNSUPPORTED: entry<{ name: string; column: string; type: string; why: string }>({
    title: 'A type that cannot be moved this way',
    kind: 'run',
    message: (f) =>
      `${f.name}: column "${f.column}" of the type ${f.type} cannot be moved this way: ${f.why}`,
    hint: () => 'Leave the column out with columns:, or take the engine route, which moves every type.',
  }),
};
