import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine, EngineSession } from '../../src/core/engine.js';
import { openEngine } from '../../src/engine/index.js';
import { memberTokens } from '../../src/formats/ndjson/typed.js';
import { RowScan } from '../../src/formats/text/row-scan.js';
import { openWitness, type Witness } from '../integration/witness.js';
import {
  type Format,
  failure,
  file,
  fresh,
  readAside,
  readTrusting,
  runProject,
  workFolder,
} from './workbench.js';

const folder = workFolder();
let engine: Engine;
let session: EngineSession;
let witness: Witness;
beforeAll(async () => {
  engine = await openEngine({ threads: 2 });
  session = await engine.session();
  witness = await openWitness();
});
afterAll(async () => {
  await engine.close();
  await witness.close();
});

/** Values of JSON: what casts of the engine round, cut, pass over or take for another; and what they do not. */
const tokens = [
  ...['1', '1.0', '1.5', '1.50', '1e2', '1e400', '-1e400', '1e-400', '5e-324', '-0', '-0.0', '0', '0.0'],
  ...['true', 'false', 'null', 'True', 'truex', 'nullx', '"true"', '"t"', '"yes"', '"TRUE"', '""'],
  ...['"1"', '"1.5"', '"0x1F"', '"0b11"', '"1_000"', '"1e2"', '" 5 "', '"+5"', '"007"', '"1."', '".5"'],
  ...['127', '128', '-129', '9007199254740993', '9223372036854775807', '9223372036854775808'],
  ...['18446744073709551616', '99999999999999999999999999999999999999', '1e22', '123456789012345'],
  ...['1234567890123456', '123456789012345.5', '1234567890123.45', '511910.360000000001', '12.340000'],
  ...['1.005', '"1.005"', '0.30000000000000004', '0.0000001', '0.1', '1.000000178813934', '16777217.0000001'],
  ...['NaN', 'Infinity', '-Infinity', '"inf"', '"nan"', '01', '1.', '.5', '+1', '-', '1-', ' 1 '],
  ...['"2024-02-29"', '"2023-02-29"', '"2024-02-29x"', '"2024-2-9"', '"0000-01-01"', '"9999-12-31"'],
  ...['"2024-02-29 10:00:00"', '"2024-02-29T10:00:00Z"', '"2024-02-29 10:00:00+02"', '"2024-02-29 10:00"'],
  ...['"2024-02-29 10:00:00-02:30"', '"2024-02-29 10:00:00+02:30:15"', '"2024-02-29 10:00:00 UTC"'],
  ...[
    '"2024-02-30 10:00:00Z"',
    '"2023-02-29 10:00:00+00"',
    '"2000-02-29 10:00:00+12:59"',
    '"1900-02-29 10:00:00Z"',
  ],
  ...[
    '"2024-04-31 10:00:00Z"',
    '"2024-12-31 10:00:00-00"',
    '"2024-13-01 10:00:00Z"',
    '"2024-00-01 10:00:00Z"',
  ],
  ...['"2024-01-00 10:00:00Z"', '"2024-01-01 24:00:00Z"', '"2024-01-01 10:60:00Z"', '"2024-01-01 10:00:60Z"'],
  ...[
    '"2024-01-01 10:00:00+13"',
    '"2024-01-01 10:00:00+15:60"',
    '"2024-01-01 10:00:00+99"',
    '"2024-01-01 10:00:00z"',
  ],
  ...[
    '"2024-01-01 10:00:00+0200"',
    '"2024-01-01 10:00:00.123456+02"',
    '"2024-01-01T10:00:00.1Z"',
    '"9999-12-31 23:59:59-12"',
  ],
  ...['"2024-02-29 24:00:00"', '"2024-02-29 23:59:60"', '"2024-02-29 10:00:00.123"', '"infinity"'],
  ...['"2024-02-29 10:00:00.123456"', '"2024-02-29 10:00:00.1234567"', '"2024-02-29 10:00:00.123456789"'],
  ...['"10:11:12"', '"24:00:00"', '"10:11:12.123456"', '"10:11:12.1234567"', '"10:11:12+02"', '"epoch"'],
  ...['[1]', '{"a":1}', '"a\\u0000b"', '"\\ud800"', '"a\\"b"', '"a\\\\"', '"x\ty"', '"\u{1F600}"', '"x"y"'],
  ...['1,"a":2', '1,"z":1', '1,"z":null', '"00000000-0000-0000-0000-000000000001"'],
];
/** Types, and how many of the tokens at least are taken by the quick way. */
const types: readonly (readonly [string, number])[] = [
  ...(['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT'] as const).map((type) => [type, 3] as const),
  ...(['UTINYINT', 'USMALLINT', 'UINTEGER', 'UBIGINT', 'UHUGEINT'] as const).map(
    (type) => [type, 3] as const,
  ),
  ...[['DECIMAL(12,2)', 8] as const, ['DECIMAL(38,10)', 8] as const, ['DECIMAL(38,20)', 4] as const],
  ...[['DOUBLE', 15] as const, ['FLOAT', 10] as const, ['BOOLEAN', 2] as const, ['UUID', 1] as const],
  ...[['DATE', 3] as const, ['TIME', 2] as const, ['TIMESTAMP', 3] as const, ['TIMESTAMP_S', 1] as const],
  ...[['TIMESTAMP_MS', 2] as const, ['TIMESTAMP_NS', 4] as const, ['TIMESTAMPTZ', 4] as const],
  ...[['VARCHAR', 30] as const, ['BLOB', 30] as const, ['INTERVAL', 1] as const, ['BIGNUM', 3] as const],
];

function textOf(format: Format, token: string): string {
  if (format === 'ndjson') return `${'{"a":null,"b":"x"}\n'.repeat(6)}{"a":${token},"b":"y"}\n`;
  const isText = /^"(?:[^"\\]|\\["\\])*"$/.test(token);
  const cell = isText ? token.slice(1, -1).replace(/\\(.)/g, '$1') : token;
  const quoted = /["\n,]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
  return `a,b\n${`,${'x'.repeat(40)}\n`.repeat(6)}${quoted},y\n`;
}

describe('values of declared types that are taken by the quick way', () => {
  it.each([
    ...types.map(([type, least]) => ['ndjson', type, least] as const),
    ...types
      .filter(([type]) => !['VARCHAR', 'BLOB', 'INTERVAL', 'BIGNUM'].includes(type))
      .map(([type, least]) => ['csv', type, least] as const),
  ])('are those that every text gives: %s, %s', { timeout: 120_000 }, async (format, type, least) => {
    const columns = { a: type, b: 'VARCHAR' };
    let taken = 0;
    for (const token of tokens) {
      const path = await file(folder, `rows.${format}`, textOf(format, token));
      const quick = await readTrusting(session, format, path, columns, 'first rows', 6);
      if ('error' in quick) {
        expect(quick.isGuess).toBe(true);
        continue;
      }
      const exact = await readTrusting(session, format, path, columns, 'last run', 6);
      expect(exact, token).not.toHaveProperty('error');
      const { rows, columns: found } = exact as typeof quick;
      expect({ token, rows: quick.rows, columns: quick.columns }).toEqual({ token, rows, columns: found });
      if (quick.isGuess) taken++;
    }
    expect(taken).toBeGreaterThanOrEqual(least);
  });

  it.each([
    ['whose keys come in another order', '{"b":"y","a":2}'],
    ['without a key', '{"b":"y"}'],
    ['with spaces', '{ "a": 2 ,\t"b": "y" } '],
    ['behind one without anything', '\n{"a":2,"b":"y"}'],
    [
      'with more digits than floating point has',
      '{"a":12345678901234567890123,"b":"12345678901234567890.5"}',
    ],
  ])('may stand in lines %s', async (_, line) => {
    const path = await file(folder, 'rows.ndjson', `${'{"a":1,"b":"x"}\n'.repeat(20)}${line}`);
    const columns = { a: 'HUGEINT', b: 'VARCHAR' };
    const quick = await readTrusting(session, 'ndjson', path, columns, 'first rows', 6);
    expect(quick).toMatchObject({ isGuess: true, sql: expect.stringContaining('read_json(') });
    const exact = await readTrusting(session, 'ndjson', path, columns, 'last run', 6);
    expect(exact).not.toHaveProperty('error');
    expect(quick).toMatchObject('rows' in exact ? { rows: exact.rows } : {});
  });

  it.each([
    ['csv', `a,b\n${'1,x\n'.repeat(20)}`, "'a': 'BIGINT'"],
    ['ndjson', '{"a":1,"b":"x"}\n'.repeat(20), "'a': 'BIGINT'"],
  ] as const)('may be of types that were found out: %s', async (format, text, cast) => {
    const path = await file(folder, `rows.${format}`, text);
    const found = await readTrusting(session, format, path, null, 'first rows', 6);
    expect(found).toMatchObject({ isGuess: true, sql: expect.stringContaining(cast) });
  });

  it('of csv are looked at as texts where the engine has more than eight threads', async () => {
    const path = await file(folder, 'rows.csv', `a,b\n${'1,x\n'.repeat(20)}`);
    const castWith = async (threads: number): Promise<boolean> => {
      await session.run(`SET threads = ${threads}`);
      const read = await readTrusting(session, 'csv', path, { a: 'BIGINT' }, 'first rows', 6);
      await session.run('SET threads = 2');
      expect(read).toMatchObject({ rows: Array.from({ length: 20 }, () => ['1', 'x']) });
      return 'sql' in read && read.sql.includes("'a': 'BIGINT'");
    };
    expect([await castWith(8), await castWith(9)]).toEqual([true, false]);
  });

  it('are looked at as texts where the engine has many threads', async () => {
    const path = await file(folder, 'rows.ndjson', '{"a":1,"b":"x"}\n'.repeat(20));
    const columns = { a: 'BIGINT', b: 'VARCHAR' };
    await session.run('SET threads = 17');
    const many = await readTrusting(session, 'ndjson', path, columns, 'first rows', 6);
    await session.run('SET threads = 2');
    expect(many).toMatchObject({ isGuess: true, rows: Array.from({ length: 20 }, () => ['1', 'x']) });
    expect('sql' in many ? many.sql : '').not.toContain('read_json(');
  });
});

describe('a value that the engine would cast in its own way', () => {
  it.each([
    ['BIGINT', '7', '1.5'],
    ['BIGINT', '7', 'true'],
    ['BIGINT', '7', '"0x1F"'],
    ['DECIMAL(12,2)', '0.25', '1.005'],
    ['DECIMAL(12,2)', '0.25', 'false'],
    ['DOUBLE', '0.25', '1e400'],
    ['DATE', '"2024-02-29"', '"2024-02-29 10:00:00"'],
    ['TIMESTAMP', '"2024-02-29 10:00:00"', '"2024-02-29 10:00:00+02"'],
  ])('is an error with its line and column: %s, where %s fits and %s does not', async (type, fit, unfit) => {
    const lines = [fit, fit, fit, fit, fit, fit, unfit, fit].map((value) => `{"v":${value},"w":"x"}\n`);
    const path = await file(folder, 'rows.ndjson', lines.join(''));
    const error = await failure({ type: 'ndjson', path, columns: { v: type, w: 'VARCHAR' } }, fresh(folder));
    expect(error).toMatchObject({ code: 'BAD_ROW', facts: { path, line: 7, column: 'v' } });
    expect(error.facts.reason).toContain(unfit.replaceAll('"', ''));
  });

  it.each([
    ['csv', 'v,w\n', (value: string) => `${value},true\n`],
    ['ndjson', '', (value: string) => `{"v":${value},"w":true}\n`],
  ] as const)('is put aside, and nothing where there is none: %s', async (format, head, rowOf) => {
    for (const [last, aside] of [
      ['9', []],
      ['1.5', [{ column: 'v', raw: rowOf('1.5').trim() }]],
    ] as const) {
      const path = await file(folder, `rows.${format}`, head + rowOf('7').repeat(9) + rowOf(last));
      const root = fresh(folder);
      const home = { type: format, path, columns: { v: 'BIGINT', w: 'BOOLEAN' }, on_bad_row: 'quarantine' };
      const result = await runProject(root, { rows: { home, store: join(root, 'out') } });
      expect(result).toMatchObject({ status: 'success', rows: 10 - aside.length });
      const sum = await witness.rows(`SELECT sum(v), count(w) FROM '${root}/out/*.parquet'`);
      expect(sum).toEqual([aside.length === 0 ? ['72', '10'] : ['63', '9']]);
      expect(await readAside(root, 'rows', result.run_id)).toMatchObject(aside);
    }
  });
});

describe('lines that are looked at in pieces', () => {
  const fields = [
    { name: 'id', type: { kind: 'bigint' } },
    { name: 'name', type: { kind: 'varchar' } },
    { name: 'at', type: { kind: 'timestamp' } },
    { name: 'price', type: { kind: 'decimal', width: 12, scale: 2 } },
  ] as const;
  const record = fc.record(
    {
      id: fc.oneof(fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }).map(String), fc.constant('null')),
      name: fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
      at: fc.constantFrom('"2024-02-29 10:00:00"', '"2024-02-29T10:00:00.25"', 'null'),
      price: fc.integer({ min: -1e9, max: 1e9 }).map((cents) => String(cents / 100)),
    },
    { requiredKeys: ['name'] },
  );
  const lineOf = (some: Readonly<Record<string, string | undefined>>): string =>
    `{${Object.entries(some).map(([key, value]) => `"${key}": ${value}`)}}`;
  const looked = (text: string, sizes: readonly number[]): boolean => {
    const bytes = Buffer.from(text);
    const tokens = memberTokens(fields, new Map()) ?? [];
    const scan = new RowScan({ tokens, most: 1000, shape: { names: fields.map(({ name }) => name) } });
    for (let from = 0, i = 0; from < bytes.length; i++) {
      const size = sizes[i % sizes.length] ?? 1;
      scan.take(bytes.subarray(from, from + size));
      from += size;
    }
    scan.end();
    return scan.kept === 0;
  };
  const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });

  it('are alike, however they are cut', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 8 }), sizes, fc.boolean(), (records, cut, isEnded) => {
        const text = records.map(lineOf).join('\n') + (isEnded ? '\n' : '');
        expect(looked(text, cut)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('are not, where one has something else, wherever that is', () => {
    const odd = fc.constantFrom(
      '{}',
      '{"id": 1.5}',
      '{"z": 1}',
      '{"id": true}',
      '{"price": 1.005}',
      '{"id": 1',
      'null',
    );
    fc.assert(
      fc.property(fc.array(record, { maxLength: 8 }), odd, fc.nat(), sizes, (records, line, at, cut) => {
        const lines = records.map(lineOf);
        lines.splice(at % (lines.length + 1), 0, line);
        expect(looked(lines.join('\n'), cut)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});
