import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWitness, type Witness } from '../integration/witness.js';
import { bring, failure, file, fresh, workFolder } from './workbench.js';

const folder = workFolder();
let witness: Witness;
beforeAll(async () => {
  witness = await openWitness();
});
afterAll(() => witness.close());

const rows = [
  ['1', 'Åse'],
  ['2', 'two\r\nlines'],
  ['3', null],
];
const text = 'id,näme\r\n1,Åse\r\n2,"two\r\nlines"\r\n3,\r\n';
const wide = (of: string): Buffer => Buffer.from(of, 'utf16le');
const swapped = (of: string): Buffer => wide(of).swap16();
/** Enough for many pieces, with characters of two units across their borders. */
const many = `a,b\n${Array.from({ length: 200_000 }, (_, i) => `${i},😀é${i}漢\n`).join('')}`;

describe('the encoding of a csv file', () => {
  it.each([
    ['utf-8', Buffer.from(text)],
    ['utf-8', Buffer.from(`\uFEFF${text}`)],
    ['utf-16', wide(text)],
    ['utf-16', wide(`\uFEFF${text}`)],
    ['utf-16', swapped(`\uFEFF${text}`)],
    ['latin-1', Buffer.from(text, 'latin1')],
    ['windows-1252', Buffer.from(text, 'latin1')],
  ] as const)('%s: every character arrives (%#)', async (encoding, bytes) => {
    for (const [ending, packed] of [
      ['csv', bytes],
      ['csv.gz', gzipSync(bytes)],
    ] as const) {
      const path = await file(folder, `rows.${ending}`, packed);
      const store = fresh(folder);
      await bring({ type: 'csv', path, encoding }, store);
      expect(await witness.rows(`SELECT CAST(id AS VARCHAR), näme FROM '${store}/*.parquet'`)).toEqual(rows);
    }
  });

  it('utf-16 over many pieces', async () => {
    const path = await file(folder, 'rows.csv', swapped(`\uFEFF${many}`));
    const plain = await file(folder, 'rows.csv', many);
    const [a, b] = [fresh(folder), fresh(folder)];
    await bring({ type: 'csv', path, encoding: 'utf-16' }, a);
    await bring({ type: 'csv', path: plain }, b);
    await witness.expectSame(`FROM '${a}/*.parquet'`, `FROM '${b}/*.parquet'`);
  });

  it('windows-1252 has characters where latin-1 has none', async () => {
    const bytes = Buffer.from([...Buffer.from('id,price\n1,'), 0x80, ...Buffer.from('5\n')]);
    const path = await file(folder, 'rows.csv', bytes);
    const store = fresh(folder);
    await bring({ type: 'csv', path, encoding: 'windows-1252' }, store);
    expect(await witness.rows(`SELECT price FROM '${store}/*.parquet'`)).toEqual([['€5']]);
    const error = await failure({ type: 'csv', path, encoding: 'latin-1' }, fresh(folder));
    expect(error).toMatchObject({ code: 'BAD_ROW', facts: { path, line: 2 } });
    expect(error.message).toContain('byte 80 is no character of Latin-1');
  });

  it.each([
    ['half a character at the end', 'utf-16', Buffer.concat([wide('a,b\n1,x\n'), Buffer.from([65])]), 3],
    ['half a pair', 'utf-16', wide('a,b\n1,\uD83D\n2,x\n'), 2],
    ['no UTF-8, in a value', 'utf-8', Buffer.from('a,b\n1,x\n2,\xE9\n', 'latin1'), 3],
    ['NUL, in a name', 'utf-8', Buffer.from('a,b\0\n1,x\n'), 1],
    ['no UTF-8, in a name', 'utf-8', Buffer.from('a,\xE9\n1,x\n', 'latin1'), 1],
    ['UTF-16 taken for UTF-8', 'utf-8', wide('\uFEFFa,b\n1,x\n'), 1],
  ] as const)(
    'bytes that are no characters are an error with the line: %s',
    async (_, encoding, bytes, line) => {
      const path = await file(folder, 'rows.csv', bytes);
      const error = await failure({ type: 'csv', path, encoding }, fresh(folder));
      expect(error).toMatchObject({ code: 'BAD_ROW', facts: { path, line } });
    },
  );
});

describe('a file packed with zstd', () => {
  const pack = async (last: string): Promise<string> => {
    const path = await file(folder, 'rows.csv.zst', '');
    const select = `SELECT range::VARCHAR AS a, 'é' || range AS b FROM range(200000) UNION ALL SELECT ${last}, 'y'`;
    await witness.run(`COPY (${select}) TO '${path}' (FORMAT csv, COMPRESSION zstd)`);
    return path;
  };

  it('gives its rows, and the lines of those that cannot be read', async () => {
    const store = fresh(folder);
    await bring({ type: 'csv', path: await pack("'7'") }, store);
    expect(await witness.rows(`SELECT count(*), sum(a) FROM '${store}/*.parquet'`)).toEqual([
      ['200001', '19999900007'],
    ]);
    const error = await failure(
      { type: 'csv', path: await pack("'x'"), columns: { a: 'bigint' } },
      fresh(folder),
    );
    expect(error.facts).toMatchObject({ line: 200_002, column: 'a', raw: 'x,y' });
  });
});
