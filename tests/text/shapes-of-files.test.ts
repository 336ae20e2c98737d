import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWitness, type Witness } from '../integration/witness.js';
import { bring, file, fresh, readAside, runProject, workFolder } from './workbench.js';

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

interface Layout {
  readonly text: string;
  /** The rows that are in it, and the line that each begins in. */
  readonly rows: { readonly cells: readonly Cell[]; readonly line: number }[];
}

/** A file of rows. */
function layout(how: Manner, width: number, head: Row, rows: readonly Row[]): Layout {
  const lines: string[] = [];
  const found: { readonly cells: readonly Cell[]; readonly line: number }[] = [];
  const line = (): number =>
    1 +
    lines
      .map((text) => text + how.end)
      .join('')
      .split(/\r\n|\r|\n/).length -
    1;
  const names = Array.from({ length: width }, (_, i) => `c${i}`);
  for (const [i, each] of (how.header ? [{ ...head, cells: names }, ...rows] : rows).entries()) {
    for (const kind of each.before) {
      if (kind === 'blank') {
        // A line without anything is a value of a table that has one column.
        if (width === 1 && (i > 0 || !how.header)) found.push({ cells: [null], line: line() });
        lines.push('');
      } else if (how.comment) lines.push(`${kind === 'comment' ? '' : '  '}# "a ${how.delimiter} note`);
    }
    const cells = each.cells.map((text, k) => written(text, each.quoted[k] === true, how));
    const remark = how.comment && each.remark && cells.join('') !== '' ? `#${how.delimiter}"so` : '';
    if (!how.header || i > 0) found.push({ cells: each.cells, line: line() });
    lines.push(cells.join(how.delimiter) + remark);
  }
  const text = (how.mark ? '\uFEFF' : '') + lines.join(how.end) + (how.lastEnd ? how.end : '');
  // A file that ends without a line end has no row behind the last one.
  if (!how.lastEnd && lines.at(-1) === '') found.pop();
  return { text, rows: found };
}

const runs = Number(process.env.HYGGE_RUNS ?? 15);
const seed = Number(process.env.HYGGE_SEED ?? 20_240_303);

/** Writes files of a manner into one folder, and gives what a home must be told of them. */
async function write(how: Manner, width: number, texts: readonly string[]) {
  const path = fresh(folder);
  for (const [i, text] of texts.entries())
    await file(path, `part.${how.packed ? 'csv.gz' : 'csv'}`, how.packed ? gzipSync(text) : text, String(i));
  const { header, delimiter, escape: escapes } = how;
  const columns = Object.fromEntries(Array.from({ length: width }, (_, i) => [`c${i}`, 'varchar']));
  const comment = how.comment ? '#' : null;
  return { type: 'csv', path, header, delimiter, escape: escapes, columns, comment } as const;
}

describe(`csv files of every manner, HYGGE_SEED=${seed}`, () => {
  it('give all of their rows, and no others', { timeout: 600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(files, async ([how, width, parts]) => {
        const all = parts.map(([head, rows]) => layout(how, width, head, rows));
        const texts = all.map(({ text }) => text);
        const home = await write(how, width, texts);
        const store = fresh(folder);
        await bring(home, store);
        const found = await witness.rows(`SELECT ${Object.keys(home.columns)} FROM '${store}/*.parquet'`);
        expect(found).toEqual(all.flatMap(({ rows }) => rows.map(({ cells }) => cells)));
      }),
      { numRuns: runs, seed },
    );
  });

  it('put aside just the rows that cannot be read, with their lines', { timeout: 600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(files, async ([how, width, parts]) => {
        // Whole numbers in the first column, but for some rows; others have a value too many.
        const all = parts.map(([head, rows]) =>
          layout(
            how,
            width,
            head,
            rows.map((row, i) => withNumber(row, !how.header && i === 0)),
          ),
        );
        const home = await write(
          how,
          width,
          all.map(({ text }) => text),
        );
        const root = fresh(folder);
        const columns = { ...home.columns, c0: 'integer' };
        const result = await runProject(root, {
          rows: { home: { ...home, columns, on_bad_row: 'quarantine' }, store: join(root, 'out') },
        });
        expect(result.flows[0]?.error ?? null).toBeNull();
        const isGood = ({ cells: [first = null, ...others] }: Layout['rows'][number]): boolean =>
          (first === null || first === '7') && others.length < width;
        const found = await witness.rows(`SELECT * FROM '${root}/out/*.parquet'`);
        const rows = all.flatMap((each) => each.rows);
        expect(found).toEqual(rows.filter(isGood).map(({ cells }) => cells));
        const aside = await readAside(root, 'rows', result.run_id);
        expect(aside.map(({ line }) => line)).toEqual(
          rows.filter((each) => !isGood(each)).map(({ line }) => line),
        );
      }),
      { numRuns: runs, seed },
    );
  });
});

/**
 * A row that begins with a number, or with a word; or that has a value too many, unless it `tells` how many there are to
 * be.
 */
function withNumber(row: Row, tells: boolean): Row {
  const [first = null, ...others] = row.cells;
  if (first === null) return row;
  if (first.includes('a')) return { ...row, cells: ['seven', ...others] };
  if (first.includes('é') && !tells)
    return { ...row, cells: ['7', ...others, 'more'], quoted: [...row.quoted, false] };
  return { ...row, cells: ['7', ...others] };
}
