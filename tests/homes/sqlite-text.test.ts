import { DatabaseSync } from '@photostructure/sqlite';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { SQLiteDatabase } from '../../src/connections/sqlite/index.js';
import { sqliteHome } from '../../src/homes/sqlite/index.js';
import { Flow, HyggeError, type Route } from '../../src/index.js';
import { atWorkbench, homeOf, withHome } from '../../src/testing/workbench.js';
import { settled, useWorkplace } from '../integration/workplace.js';

const place = useWorkplace();
const file = (): string => place.at('shop.sqlite');
afterEach(() => vi.restoreAllMocks());

function make(sql: string): void {
  const database = new DatabaseSync(file());
  database.exec(sql);
  database.close();
}

let stores = 0;
type Outcome = { readonly store: string } | { readonly error: unknown };

/** By the engine route rows come as text, by the batches route value by value. */
async function fetch(route: Route, home: Record<string, unknown> = {}): Promise<Outcome> {
  stores += 1;
  const store = place.at(`store${stores}`);
  const from = { type: 'sqlite', path: file(), table: 'things', ...home } as never;
  const flow = new Flow({ name: 'flow', home: from, store, retry: { attempts: 1 } });
  try {
    await flow.start({ route });
    return { store };
  } catch (error) {
    if (!(error instanceof HyggeError)) throw error;
    const { code, message, facts } = error;
    return { error: { code, message, facts } };
  }
}

/** The same rows, or the same error, both ways. */
async function expectSame(home: Record<string, unknown> = {}): Promise<Outcome> {
  const [text, values] = [await fetch('engine', home), await fetch('batches', home)];
  if ('store' in text && 'store' in values)
    await place.witness.expectSame(settled(text.store), settled(values.store));
  else expect(text).toEqual(values);
  return text;
}

/** Every statement whose rows come one by one. */
const iterated = () => vi.spyOn(SQLiteDatabase.prototype, 'iterate');

const textOf = (text: string): string => `CAST(x'${Buffer.from(text).toString('hex')}' AS TEXT)`;
const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }),
  fc.integer({ min: -1e6, max: 1e6 }).map((cents) => cents / 100),
);
const real = number.map((value) => (/[.e]/.test(String(value)) ? String(value) : `${value}.0`));
const integer = fc.bigInt({ min: -(2n ** 63n) + 1n, max: 2n ** 63n - 1n }).map(String);
const small = fc.integer({ min: -100_000, max: 100_000 }).map(String);
const text = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.constantFrom(
      '',
      '\0',
      'a\0b',
      '\u0001',
      '\u0001\u0001',
      '\t',
      '\r\n',
      '\\N',
      '"',
      "'",
      '\uFEFF',
      '\uFFFD',
    ),
  )
  .map(textOf);
const blob = fc.uint8Array({ maxLength: 8 }).map((bytes) => `x'${Buffer.from(bytes).toString('hex')}'`);
const two = (most: number) => fc.integer({ min: 0, max: most }).map((part) => String(part).padStart(2, '0'));
const year = fc.integer({ min: 0, max: 9999 }).map((part) => String(part).padStart(4, '0'));
const day = fc.tuple(year, two(12), two(31)).map((parts) => parts.join('-'));
const goodDay = fc
  .tuple(year, fc.constantFrom('01', '12'), fc.constantFrom('01', '28', '31'))
  .map((parts) => parts.join('-'));
const time = fc
  .tuple(two(23), two(59), two(59), fc.constantFrom('', '.5', '.123456'))
  .map(([hour, minute, second, rest]) => `${hour}:${minute}:${second}${rest}`);
const moment = fc
  .tuple(goodDay, fc.constantFrom(' ', 'T'), time)
  .map(([date, mark, rest]) => `${date}${mark}${rest}`);
const zoned = fc
  .tuple(moment, fc.constantFrom('Z', '+00', '+02:00', '-09:30'))
  .map((parts) => parts.join(''));
const decimal = fc.tuple(small, two(99)).map(([whole, rest]) => `${whole}.${rest}`);

/** Columns, what of each is usual, and what may be there but is not. */
const columns: Readonly<Record<string, readonly [fc.Arbitrary<string>, fc.Arbitrary<string>]>> = {
  'a INTEGER': [integer, fc.oneof(real, text, blob)],
  'b BOOLEAN': [fc.constantFrom('0', '1'), fc.oneof(small, text)],
  'c REAL': [fc.oneof(real, small), fc.oneof(integer, text, fc.constantFrom('9e999', '-9e999'))],
  d: [real, fc.oneof(integer, fc.constant('-0.0'), blob)],
  'e DECIMAL(9,2)': [fc.oneof(small, decimal), fc.oneof(real, integer, text)],
  "f 'TEXT DECIMAL(20,4)'": [decimal.map(textOf), fc.oneof(text, fc.constantFrom("'1e2'", "'-0'", "'+1.5'"))],
  'g TEXT': [text, fc.oneof(blob, fc.constant("CAST(x'61ff' AS TEXT)"))],
  'h BLOB': [blob, fc.oneof(text, small)],
  'i DATE': [goodDay.map(textOf), fc.oneof(day.map(textOf), small, moment.map(textOf), text)],
  'j TIME': [time.map(textOf), fc.oneof(fc.constantFrom("'24:00:00'", "'10:15'"), text)],
  'k DATETIME': [
    fc.oneof(moment, goodDay).map(textOf),
    fc.oneof(
      zoned.map(textOf),
      fc.constantFrom("'2024-01-01 24:00:00'", "'2024-01-01 00:00:00.1234567'", "'infinity'", '1700000000'),
    ),
  ],
  'l TIMESTAMPTZ': [
    zoned.map(textOf),
    fc.oneof(moment.map(textOf), fc.constant("'2024-01-01 00:00:00+15:30'")),
  ],
  'm UUID': [fc.uuid().map(textOf), fc.oneof(text, fc.constant("'00112233445566778899AABBCCDDEEFF'"))],
  "n 'TEXT JSON'": [
    fc.json().map(textOf),
    fc.oneof(text, fc.constantFrom("'NaN'", "'[1,]'", "'{a:1}'", "' 1 '")),
  ],
};
const declared = Object.keys(columns);
const enough = 1_100;

describe('rows of SQLite as text', () => {
  it('are those that come value by value, whatever the values are, and so are the errors', async () => {
    const seed = Number(process.env.HYGGE_SEED ?? Date.now() % 1_000_000);
    let carried = 0;
    const table = fc.record({
      rows: fc.array(
        fc.tuple(...Object.values(columns).map(([usual]) => fc.option(usual, { nil: 'NULL', freq: 8 }))),
        { minLength: 40, maxLength: 60 },
      ),
      odd: fc.option(
        fc
          .integer({ min: 0, max: declared.length - 1 })
          .chain((at) => fc.tuple(fc.constant(at), Object.values(columns)[at]?.[1] ?? text)),
        { nil: null, freq: 2 },
      ),
      at: fc.integer({ min: 1, max: enough }),
    });
    await fc
      .assert(
        fc.asyncProperty(table, async ({ rows, odd, at }) => {
          const name = declared[odd?.[0] ?? 0]?.slice(0, 1);
          const values = rows.map((row) => `(${row.join(', ')})`).join(', ');
          make(
            `DROP TABLE IF EXISTS things; DROP TABLE IF EXISTS few; CREATE TABLE few AS SELECT * FROM (VALUES ${values}); CREATE TABLE things (${declared.join(', ')}); WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${enough / 20}) INSERT INTO things SELECT few.* FROM n, few LIMIT ${enough}; ${odd === null ? '' : `UPDATE things SET ${name} = ${odd[1]} WHERE rowid = ${at};`} DROP TABLE few`,
          );
          const calls = iterated();
          const outcome = await expectSame({ columns: { d: 'DOUBLE' } });
          if ('store' in outcome && calls.mock.calls.length === 1) carried += 1;
          calls.mockRestore();
        }),
        { numRuns: 25, seed },
      )
      .catch((error: unknown) => {
        throw new Error(`HYGGE_SEED=${seed}`, { cause: error });
      });
    // Half of the tables have no odd value.
    expect(carried).toBeGreaterThan(2);
  }, 120_000);

  const numbered = (rows: number): string =>
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})`;

  it('come without a value of JavaScript from an ordinary table, with gaps and the last numbers there are', async () => {
    make(
      `CREATE TABLE things (id INTEGER PRIMARY KEY, a TEXT, rowid REAL, day DATE); ${numbered(5000)} INSERT INTO things SELECT i * i, 'text ' || i, i / 7.0, '2024-02-29' FROM n; INSERT INTO things VALUES (-9223372036854775808, 'first', 1, NULL), (9223372036854775807, 'last', 2, NULL)`,
    );
    const calls = iterated();
    const outcome = await fetch('engine');
    expect(calls).not.toHaveBeenCalled();
    const store = 'store' in outcome ? outcome.store : '';
    expect(
      await place.witness.rows(`SELECT count(*), min(id), max(id), sum(rowid) > 0 FROM (${settled(store)})`),
    ).toEqual([['5002', '-9223372036854775808', '9223372036854775807', 'true']]);
    await expectSame();
  });

  it('have numbers to the last bit, and the sign of zero', async () => {
    const numbers = [
      '0.0',
      '-0.0',
      '9e999',
      '-9e999',
      '5e-324',
      '1.7976931348623157e308',
      '0.1',
      '1e22',
      '3',
    ];
    const values = numbers.map((one) => `(${one})`).join(', ');
    make(`CREATE TABLE things (a); ${`INSERT INTO things VALUES ${values}; `.repeat(200)}`);
    const calls = iterated();
    // Parquet files are no witness: the engine's dictionaries hold one zero for both.
    const found = await atWorkbench(({ home: context, session }) => {
      const home = homeOf(sqliteHome, { path: file(), table: 'things', columns: { a: 'DOUBLE' } });
      return withHome(home, context, async (opened) => {
        const sql = (await opened.relation?.())?.sql;
        return session.rows(`SELECT a::VARCHAR, count(*) FROM (${sql}) GROUP BY 1 ORDER BY 1`);
      });
    });
    expect(calls).not.toHaveBeenCalled();
    const expected = [
      '-0.0',
      '-inf',
      '0.0',
      '0.1',
      '1.7976931348623157e+308',
      '1e+22',
      '3.0',
      '5e-324',
      'inf',
    ];
    expect(found).toEqual(expected.map((one) => [one, '200']));
  });

  it.each(['SELECT a, b FROM things', 'keyed', 'few'])(
    'come one by one, and not value by value: %s',
    async (what) => {
      make(
        `CREATE TABLE things (a INTEGER, b TEXT); ${numbered(3000)} INSERT INTO things SELECT i, 'b' || i FROM n; CREATE TABLE keyed (a INTEGER PRIMARY KEY, b TEXT) WITHOUT ROWID; INSERT INTO keyed SELECT * FROM things; CREATE VIEW few AS SELECT a, b FROM things WHERE a > 7`,
      );
      const home = what.includes(' ') ? { table: undefined, query: what } : { table: what };
      const calls = iterated();
      await fetch('engine', home);
      expect(calls.mock.calls.map(([sql]) => sql)).toEqual([
        expect.stringMatching(/^SELECT CAST\(concat_ws/),
      ]);
      await expectSame(home);
      make(
        "UPDATE things SET b = CAST(x'00ff' AS TEXT) WHERE a = 2000; UPDATE keyed SET b = x'00' WHERE a = 2000",
      );
      expect(await expectSame(home)).toEqual({ error: expect.objectContaining({ code: 'VALUE_UNFIT' }) });
    },
  );

  it('come value by value where one of a block cannot come as text, and only there', async () => {
    make(
      `CREATE TABLE things (a REAL, b TEXT, c DATE); ${numbered(60_000)} INSERT INTO things SELECT i / 3.0, hex(randomblob(20)), '2024-01-01' FROM n`,
    );
    make('UPDATE things SET b = b || char(0, 1) WHERE rowid % 1000 = 0');
    const calls = iterated();
    await fetch('engine');
    expect(calls).not.toHaveBeenCalled();
    make("UPDATE things SET c = '2024-01-01 ' WHERE rowid = 59000");
    const error = { code: 'VALUE_UNFIT', message: expect.stringMatching(/column "c", rowid 59000/) };
    expect(await expectSame()).toEqual({ error: expect.objectContaining(error) });
  });

  it('come value by value where a row is long, and no text of SQLite is longer than a block', async () => {
    make(
      `CREATE TABLE things (a BLOB, b TEXT); ${numbered(4000)} INSERT INTO things SELECT randomblob(9), 'b' || i FROM n; UPDATE things SET a = randomblob(3000000) WHERE rowid IN (1, 2000, 2001, 4000); UPDATE things SET a = randomblob(100000) WHERE rowid BETWEEN 3000 AND 3100`,
    );
    const calls = iterated();
    await fetch('engine');
    const ranges = calls.mock.calls.map(([sql]) => /AND rowid <= (\d+)/.exec(sql)?.[1]);
    expect(ranges).toEqual(['1', '2000', '2001', '4000']);
    await expectSame();
  });

  it.each<[string, string, Record<string, string>, RegExp]>([
    ['texts in UTF-16', 'UTF-16le', {}, /its texts are in utf-16le/],
    ['a type that no text is written for', 'UTF-8', { a: 'FLOAT' }, /column "a" is FLOAT/],
  ])('are not written, and the plan says so: %s', async (_, encoding, types, why) => {
    make(
      `PRAGMA encoding = '${encoding}'; CREATE TABLE things (a REAL, b TEXT); ${numbered(2000)} INSERT INTO things SELECT i / 2.0, 'grün' || i FROM n`,
    );
    const from = { type: 'sqlite', path: file(), table: 'things', columns: types } as never;
    const flow = new Flow({ name: 'flow', home: from, store: place.at('planned') });
    expect((await flow.plan()).warnings).toEqual([expect.stringMatching(why)]);
    await expectSame({ columns: types });
  });

  it('are not tried for long where the engine refuses them', async () => {
    make(
      `CREATE TABLE things (a TEXT, b DATETIME); ${numbered(400_000)} INSERT INTO things SELECT printf('%0400d', i), '2024-01-01T00:00:00Z' FROM n`,
    );
    const calls = iterated();
    const appended = await fetch('engine');
    expect('store' in appended).toBe(true);
    // Three files were refused, a fourth was under way, and the rest of the table is read at once.
    expect(calls.mock.calls.length).toBeLessThanOrEqual(5);
  }, 60_000);

  it.each([
    ['as text', 'TEXT'],
    ['value by value', 'FLOAT'],
  ])('are told of while they come, long before all are there: %s', async (_, type) => {
    make(
      `CREATE TABLE things (a REAL, b TEXT); ${numbered(120_000)} INSERT INTO things SELECT i / 2.0, printf('%0300d', i) FROM n`,
    );
    const columns = { a: type === 'FLOAT' ? 'FLOAT' : 'DOUBLE' };
    const home = homeOf(sqliteHome, { path: file(), table: 'things', columns });
    let told = 0;
    const onProgress = (): void => void told++;
    await atWorkbench(({ home: context }) =>
      withHome(home, { ...context, onProgress }, async (opened) => {
        expect((await opened.relation?.())?.rows).toBe(120_000);
      }),
    );
    expect(told).toBeGreaterThan(1);
  });
});
