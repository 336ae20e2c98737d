import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWitness, type Witness } from '../integration/witness.js';
import { bring, failure, file, fresh, readAside, runProject, workFolder } from './workbench.js';

const folder = workFolder();
let witness: Witness;
beforeAll(async () => {
  witness = await openWitness();
});
afterAll(() => witness.close());

const contents = async (store: string): Promise<string[]> =>
  existsSync(store) ? (await readdir(store)).filter((name) => !name.startsWith('.')) : [];

describe('a packed file that is not whole', () => {
  const some = 'SELECT range AS a, range * 7919 % 100003 AS b FROM range(100000)';
  const ending = { gzip: 'gz', zstd: 'zst' } as const;

  it.each([
    ['csv', 'gzip'],
    ['csv', 'zstd'],
    ['ndjson', 'gzip'],
    ['ndjson', 'zstd'],
  ] as const)('is never taken for one that ends there: %s, %s', async (type, compression) => {
    const path = await file(folder, `rows.${type}.${ending[compression]}`, '');
    const select = type === 'csv' ? some : `SELECT to_json(t) AS line FROM (${some}) t`;
    const quoting = type === 'csv' ? '' : ", HEADER false, QUOTE '', ESCAPE '', DELIMITER '\u0001'";
    await witness.run(`COPY (${select}) TO '${path}' (FORMAT csv, COMPRESSION ${compression}${quoting})`);
    const { length } = await readFile(path);
    // At the end only what tells that it is whole is lost; elsewhere rows are, one of them in part.
    for (const bytes of [length - 1, Math.floor(length / 2), 40]) {
      await truncate(path, bytes);
      for (const columns of [null, { a: 'bigint', b: 'bigint' }]) {
        const store = fresh(folder);
        const error = await failure({ type, path, columns }, store);
        expect(error).toMatchObject({ code: 'NOT_UNPACKED', facts: { path } });
        expect(await contents(store)).toEqual([]);
      }
    }
  });

  it('has another checksum than its bytes', async () => {
    const bytes = gzipSync('a,b\n1,2\n');
    bytes[bytes.length - 6] = (bytes[bytes.length - 6] ?? 0) ^ 255;
    const path = await file(folder, 'rows.csv.gz', bytes);
    expect(await failure({ type: 'csv', path }, fresh(folder))).toMatchObject({ code: 'NOT_UNPACKED' });
  });
});

describe('rows of megabytes', () => {
  const long = 'y"\n'.repeat(1_000_000);

  it.each(['csv', 'ndjson'] as const)('come back from a %s store', async (type) => {
    const source = await file(folder, 'rows.parquet', '');
    await witness.run(
      `COPY (SELECT 1 AS a, repeat('y"\n', 1000000) AS b UNION ALL SELECT 2, '') TO '${source}'`,
    );
    const [middle, end] = [fresh(folder), fresh(folder)];
    await bring(source, { type, path: middle });
    await bring({ type, path: middle, max_line_size: 8_000_000, columns: { a: 'integer' } }, end);
    await witness.expectSame(`FROM '${end}/*.parquet'`, `FROM '${source}'`);
  });

  it.each([
    ['csv', `a,b\n1,x\n2,"${long.replaceAll('"', '""')}"\n`, 3],
    ['ndjson', `{"a":1}\n{"a":2,"b":${JSON.stringify(long)}}\n`, 2],
  ] as const)('are an error with the line where they are too long: %s', async (type, text, line) => {
    const path = await file(folder, `rows.${type}`, text);
    const error = await failure({ type, path }, fresh(folder));
    expect(error).toMatchObject({ code: 'BAD_ROW', facts: { path, line } });
    expect(String(error.facts.raw).length).toBeLessThan(3000);
  });

  it('are put aside whole where they are too long', async () => {
    const word = 'x'.repeat(3_000_000);
    const path = await file(folder, 'rows.csv', `a,b\n1,x\n2,${word}\n3,y\n`);
    const root = fresh(folder);
    const home = { type: 'csv', path, on_bad_row: 'quarantine' };
    const result = await runProject(root, { rows: { home, store: join(root, 'out') } });
    expect(result).toMatchObject({ status: 'success', rows: 2 });
    expect(await readAside(root, 'rows', result.run_id)).toMatchObject([{ line: 3, raw: `2,${word}` }]);
  });
});

describe('a field of 100 MB', () => {
  const size = 100_000_000;
  const piece = 'x'.repeat(size / 100);

  /** Three rows, the second with the field. */
  async function large(type: 'csv' | 'ndjson'): Promise<string> {
    const path = await file(folder, `rows.${type}`, '');
    const isCsv = type === 'csv';
    const parts = [
      isCsv ? 'a,b\n1,x\n2,"' : '{"a":1,"b":"x"}\n{"a":2,"b":"',
      ...Array.from({ length: 100 }, () => piece),
      isCsv ? '"\n3,y\n' : '"}\n{"a":3,"b":"y"}\n',
    ];
    await writeFile(path, parts);
    return path;
  }

  it.each(['csv', 'ndjson'] as const)(
    'arrives, or is an error with its line: %s',
    { timeout: 120_000 },
    async (type) => {
      const path = await large(type);
      const error = await failure({ type, path }, fresh(folder));
      expect(error).toMatchObject({ code: 'BAD_ROW', facts: { path, line: type === 'csv' ? 3 : 2 } });
      expect(String(error.facts.raw).length).toBeLessThan(3000);
      const end = fresh(folder);
      const columns = { a: 'integer', b: 'varchar' };
      await bring({ type, path, max_line_size: size + 100, columns }, end);
      const rows = `SELECT a::VARCHAR, length(b)::VARCHAR, md5(b) FROM '${end}/*.parquet' ORDER BY a`;
      const md5 = (of: string): string => createHash('md5').update(of).digest('hex');
      expect(await witness.rows(rows)).toEqual([
        ['1', '1', md5('x')],
        ['2', String(size), md5(piece.repeat(100))],
        ['3', '1', md5('y')],
      ]);
    },
  );
});

describe('files that are not what they are taken for', () => {
  it('have more bad rows than can be put aside', async () => {
    const path = await file(folder, 'rows.csv', `a\n${'x\n'.repeat(100_001)}`);
    const root = fresh(folder);
    const home = { type: 'csv', path, columns: { a: 'bigint' }, on_bad_row: 'quarantine' };
    const result = await runProject(root, { rows: { home, store: join(root, 'out') } });
    expect(result.flows[0]?.error).toMatchObject({ code: 'TOO_MANY_BAD_ROWS' });
    expect(await readAside(root, 'rows', result.run_id)).toEqual([]);
  });

  it('have nothing in them', async () => {
    const path = await file(folder, 'rows.csv', '');
    expect(await failure({ type: 'csv', path }, fresh(folder))).toMatchObject({ code: 'NO_ROWS_AND_NAMES' });
    const store = fresh(folder);
    await bring({ type: 'csv', path, columns: { a: 'bigint' } }, store);
    expect(await witness.table(`FROM '${store}/*.parquet'`)).toEqual({ columns: ['a'], rows: [] });
  });

  it('have a key of another format', async () => {
    const home = (format_options: Record<string, unknown>) =>
      ({ type: 'local', path: 'x.csv', format: 'csv', format_options }) as const;
    const message = async (options: Record<string, unknown>): Promise<string> =>
      (await failure(home(options), fresh(folder))).message;
    expect(await message({ delimeter: ';' })).toContain('did you mean "delimiter"?');
    expect(await message({ separator: ';' })).toContain(
      'write delimiter, as separator was called in the earlier hygge',
    );
  });

  it('are parquet where nobody says what they are, as in the earlier hygge', async () => {
    const source = await file(folder, 'some.parquet', '');
    await witness.run(`COPY (SELECT 1 AS a) TO '${source}'`);
    const store = fresh(folder);
    await bring({ type: 'local', path: source }, { type: 'local', path: store });
    expect(await witness.rows(`SELECT a FROM '${store}/*.parquet'`)).toEqual([['1']]);
  });
});
