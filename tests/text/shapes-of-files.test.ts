import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWitness, type Witness } from '../integration/witness.js';
import { bring, file, fresh, workFolder } from './workbench.js';

const folder = workFolder();
let witness: Witness;
beforeAll(async () => {
  witness = await openWitness();
});
afterAll(() => witness.close());

/** How a file is written, apart from its values. */
interface Manner {
  readonly mark: boolean;
  readonly header: boolean;
  readonly comment: boolean;
  readonly end: string;
  readonly lastEnd: boolean;
  readonly delimiter: string;
  readonly escape: string;
  readonly packed: boolean;
}
type Cell = string | null;
/** What stands before a row: nothing, lines without anything, comments; and whether a comment follows in its line. */
interface Row {
  readonly before: readonly ('blank' | 'comment' | 'spaced comment')[];
  readonly cells: readonly Cell[];
  readonly quoted: readonly boolean[];
  readonly remark: boolean;
}

const manner = fc.record<Manner>({
  mark: fc.boolean(),
  header: fc.boolean(),
  comment: fc.boolean(),
  end: fc.constantFrom('\n', '\r\n', '\r'),
  lastEnd: fc.boolean(),
  delimiter: fc.constantFrom(',', ';', '\t', '||'),
  escape: fc.constantFrom('"', '\\'),
  packed: fc.boolean(),
});
const cell = fc.option(
  fc
    .array(fc.constantFrom('a', 'é', '😀', '#', '"', ',', ';', '\t', '|', ' ', '\\', '\n', '7', ''), {
      maxLength: 4,
    })
    .map((parts) => parts.join('')),
  { freq: 4 },
);
const row = (width: number): fc.Arbitrary<Row> =>
  fc.record({
    before: fc.array(fc.constantFrom('blank', 'comment', 'spaced comment'), { maxLength: 2 }),
    cells: fc.array(cell, { minLength: width, maxLength: width }),
    quoted: fc.array(fc.boolean(), { minLength: width, maxLength: width }),
    remark: fc.boolean(),
  });
const files = fc.integer({ min: 1, max: 3 }).chain((width) =>
  fc.tuple(
    manner,
    fc.constant(width),
    fc.array(
      // A row for the names first, and at least one of values: a file of one row is looked at elsewhere.
      fc.tuple(row(width), fc.array(row(width), { minLength: 1, maxLength: 5 })),
      { minLength: 1, maxLength: 2 },
    ),
  ),
);

/** A cell as it is written. A quotation never has a line end in it that is not the file's own. */
function written(text: Cell, isQuoted: boolean, { delimiter, escape: escapes, comment }: Manner): string {
  if (text === null) return '';
  const needs = text === '' || /["\n\\]|^ | $/.test(text) || text.includes(delimiter[0] as string);
  if (!needs && !isQuoted && !(comment && text.includes('#'))) return text;
  const inner = escapes === '"' ? text : text.replaceAll('\\', '\\\\');
  return `"${inner.replaceAll('"', `${escapes}"`)}"`;
}

/** The text of a file, and the rows that are in it. */
function textOf(how: Manner, width: number, head: Row, rows: readonly Row[]): [string, Cell[][]] {
  const lines: string[] = [];
  const found: Cell[][] = [];
  const names = Array.from({ length: width }, (_, i) => `c${i}`);
  for (const [i, each] of (how.header ? [{ ...head, cells: names }, ...rows] : rows).entries()) {
    for (const kind of each.before) {
      if (kind === 'blank') {
        lines.push('');
        // A line without anything is a value of a table that has one column.
        if (width === 1 && (i > 0 || !how.header)) found.push([null]);
      } else if (how.comment) lines.push(`${kind === 'comment' ? '' : '  '}# "a ${how.delimiter} note`);
    }
    const cells = each.cells.map((text, k) => written(text, each.quoted[k] === true, how));
    const remark = how.comment && each.remark && cells.join('') !== '' ? `#${how.delimiter}"so` : '';
    lines.push(cells.join(how.delimiter) + remark);
    if (!how.header || i > 0) found.push([...each.cells]);
  }
  const text = (how.mark ? '\uFEFF' : '') + lines.join(how.end) + (how.lastEnd ? how.end : '');
  // A file that ends without a line end has no row behind the last one.
  if (!how.lastEnd && lines.at(-1) === '') found.pop();
  return [text, found];
}

describe('csv files of every manner', () => {
  it('give all of their rows, and no others', { timeout: 600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(files, async ([how, width, parts]) => {
        const names = Array.from({ length: width }, (_, i) => `c${i}`);
        const all = parts.map(([head, rows]) => textOf(how, width, head, rows));
        const inOne = fresh(folder);
        const ending = how.packed ? 'csv.gz' : 'csv';
        for (const [i, [text]] of all.entries())
          await file(inOne, `part.${ending}`, how.packed ? gzipSync(text) : text, String(i));
        const store = fresh(folder);
        const { header, delimiter, escape: escapes } = how;
        const columns = Object.fromEntries(names.map((name) => [name, 'varchar']));
        const settings = { header, delimiter, escape: escapes, columns, comment: how.comment ? '#' : null };
        await bring({ type: 'csv', path: inOne, ...settings }, store);
        const found = await witness.rows(`SELECT ${names.join(', ')} FROM '${store}/*.parquet'`);
        expect(found).toEqual(all.flatMap(([, rows]) => rows));
      }),
      { numRuns: Number(process.env.HYGGE_RUNS ?? 40), seed: Number(process.env.HYGGE_SEED ?? 20_240_303) },
    );
  });
});
