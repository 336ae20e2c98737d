import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { DatabaseSync } from '@photostructure/sqlite';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { folderWith, hygge, parquet, sql } from '../cli/helpers.js';

const source = `SELECT i::BIGINT AS id, CASE WHEN i % 10 = 0 THEN NULL ELSE (i % 7)::DECIMAL(8, 2) END AS price,
  CASE WHEN i % 3 = 0 THEN 'NaN'::DOUBLE WHEN i % 3 = 1 THEN i / 4 ELSE 'inf'::DOUBLE END AS f,
  ['ü', 'b', ''][1 + i % 3] AS code, DATE '2024-01-01' + (i % 40)::INTEGER AS day, [i] AS list
  FROM range(1000) AS r(i)`;

interface Document {
  readonly profiles: readonly {
    readonly rows: number;
    readonly columns: readonly {
      readonly name: string;
      readonly nulls: number;
      readonly distinct: number;
      readonly min: string | null;
      readonly max: string | null;
      readonly quartiles: readonly string[] | null;
      readonly top: readonly { readonly value: string; readonly rows: number }[];
      readonly histogram: readonly number[] | null;
    }[];
  }[];
}

describe('hygge profile', () => {
  it('tells of each column what SQL tells, of files and of a flow as it would settle', async () => {
    const folder = folderWith({
      'hygge.yml': 'name: cosy\n',
      'flows/orders/flow.yml':
        'home: in/orders.parquet\nstore: store\nwhere: id < 500\ncolumns: { id: id, amount: price }\n',
    });
    const file = join(folder, 'in/orders.parquet');
    await parquet(file, source);
    const ended = await hygge(['profile', 'in/orders.parquet', '--json'], { cwd: folder });
    const { profiles } = JSON.parse(ended.stdout) as Document;
    expect(profiles[0]?.rows).toBe(1000);
    for (const { name, nulls, distinct, min, max, histogram } of profiles[0]?.columns ?? []) {
      const isList = name === 'list';
      const [expected = []] = await sql(
        `SELECT (count(*) - count(${name}))::VARCHAR, count(DISTINCT ${name})::VARCHAR, min(${name})::VARCHAR, max(${name})::VARCHAR FROM '${file}'`,
      );
      expect([name, nulls, distinct]).toEqual([name, Number(expected[0]), Number(expected[1])]);
      expect([min, max]).toEqual(isList ? [null, null] : expected.slice(2));
      const finite = name === 'f' ? 333 : 1000 - nulls;
      if (histogram !== null) expect(histogram.reduce((sum, rows) => sum + rows, 0)).toBe(finite);
    }
    const of = (name: string) => profiles[0]?.columns.find((column) => column.name === name);
    expect(of('id')).toMatchObject({ quartiles: ['249', '499', '749'], histogram: Array(10).fill(100) });
    expect(of('code')?.top).toEqual([
      { value: 'ü', rows: 334 },
      { value: '', rows: 333 },
      { value: 'b', rows: 333 },
    ]);
    const flow = await hygge(['profile', 'orders'], { cwd: folder });
    expect(flow.stdout).toMatch(/^orders {2}500 rows\ncolumn .*\nid .*\namount .*\n$/);
  });

  it('writes a first contract that its own rows keep, and never over another one', async () => {
    const folder = folderWith({
      'hygge.yml': 'name: cosy\n',
      'flows/orders/flow.yml': 'home: in\nstore: store\n',
      'flows/held/flow.yml': 'home: in\nstore: held\ncontract: contracts/orders.yml\n',
      'contracts/orders.yml': 'columns: {}\n',
    });
    await parquet(join(folder, 'in/orders.parquet'), source);
    const refused = await hygge(['profile', 'orders', '--write'], { cwd: folder });
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('contracts/orders.yml')]);
    await hygge(['profile', 'held', '--write'], { cwd: folder });
    const written = readFileSync(join(folder, 'contracts/held.yml'), 'utf8');
    expect(parse(written)).toEqual({
      columns: {
        id: { type: 'BIGINT', nullable: false, unique: true },
        price: { type: 'DECIMAL(8,2)' },
        f: { type: 'DOUBLE', nullable: false },
        code: { type: 'VARCHAR', nullable: false, in: ['ü', '', 'b'] },
        day: { type: 'DATE', nullable: false },
        list: { type: 'BIGINT[]', nullable: false, unique: true },
      },
    });
    const { writeFileSync } = await import('node:fs');
    writeFileSync(join(folder, 'contracts/orders.yml'), written);
    const moved = await hygge(['go', '-f', 'held'], { cwd: folder });
    expect([moved.code, moved.stdout]).toEqual([0, expect.stringContaining('1,000 rows')]);
  });

  it('reads files of every kind by their names, and tables of database files', async () => {
    const folder = folderWith({});
    const at = (name: string): string => join(folder, name);
    const rows = "SELECT i::BIGINT AS id, 'w' || i % 7 AS word, i / 4 AS part FROM range(200) AS r(i)";
    await parquet(at('rows.parquet'), rows);
    for (const [name, options] of [
      ['rows.csv', 'FORMAT csv'],
      ['rows.CSV.GZ', 'FORMAT csv, COMPRESSION gzip'],
      ['rows.ndjson', 'FORMAT json'],
      ['rows.jsonl.zst', 'FORMAT json, COMPRESSION zstd'],
    ])
      await sql(`COPY (${rows}) TO '${at(name ?? '')}' (${options})`);
    const instance = await DuckDBInstance.create(at('rows.db'));
    const connection = await instance.connect();
    await connection.run(`CREATE SCHEMA s; CREATE TABLE s.t AS ${rows}; CREATE TABLE u AS SELECT 1 AS one`);
    connection.closeSync();
    instance.closeSync();
    const lite = new DatabaseSync(at('lite.db'));
    lite.exec('CREATE TABLE t (id INTEGER, word TEXT, part REAL)');
    for (let i = 0; i < 200; i++) lite.prepare('INSERT INTO t VALUES (?, ?, ?)').run(i, `w${i % 7}`, i / 4);
    lite.close();
    const profiled = async (...args: string[]) => {
      const ended = await hygge(['profile', ...args, '--json'], { cwd: folder });
      expect([ended.code, ended.stderr]).toEqual([0, '']);
      const { profiles } = JSON.parse(ended.stdout) as Document;
      // Numbers that are found out of text may be of another kind.
      const value = (text: string | null): unknown => (Number.isNaN(Number(text)) ? text : Number(text));
      return profiles[0]?.columns.map(({ name, nulls, distinct, min, max }) => [
        name,
        nulls,
        distinct,
        value(min),
        value(max),
      ]);
    };
    const expected = await profiled('rows.parquet');
    expect(expected).toEqual([
      ['id', 0, 200, 0, 199],
      ['word', 0, 7, 'w0', 'w6'],
      ['part', 0, 200, 0, 49.75],
    ]);
    for (const file of ['rows.csv', 'rows.CSV.GZ', 'rows.ndjson', 'rows.jsonl.zst', './*.csv'])
      expect(await profiled(file), file).toEqual(expected);
    for (const [file, table] of [
      ['rows.db', 's.t'],
      ['rows.db', 't'],
      ['lite.db', 't'],
    ])
      expect(await profiled(file ?? '', '-t', table ?? ''), file).toEqual(expected);
  }, 60_000);

  it('says what there is where it is not told which table, or of one that is not there', async () => {
    const folder = folderWith({ 'hygge.yml': 'name: p\n', 'flows/f/flow.yml': 'home: in\nstore: out\n' });
    const lite = new DatabaseSync(join(folder, 'lite.sqlite'));
    lite.exec('CREATE TABLE orders (id INTEGER); CREATE TABLE people (id INTEGER)');
    lite.close();
    await parquet(join(folder, 'rows.parquet'), source);
    for (const [args, words] of [
      [['lite.sqlite'], 'has several tables'],
      [['lite.sqlite', '-t', 'order'], 'Did you mean --table orders?'],
      [['lite.sqlite', '-t', 'x'], 'there are: orders, people'],
      [['f', '-t', 'orders'], '--table goes with a database file'],
      [['rows.parquet', '-t', 'orders'], 'and rows.parquet is none'],
    ] as const) {
      const ended = await hygge(['profile', ...args], { cwd: folder });
      expect([ended.code, ended.stderr]).toEqual([2, expect.stringContaining(words)]);
    }
  });
});
