import { readFileSync } from 'node:fs';
import { join } from 'node:path';
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
});
