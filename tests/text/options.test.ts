// Every key of a csv home that says how its files are written, with what it changes and what it refuses.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Flow } from '../../src/index.js';
import { openWitness, type Witness } from '../integration/witness.js';
import { bring, failure, file, fresh, workFolder } from './workbench.js';

const folder = workFolder();
let witness: Witness;
beforeAll(async () => {
  witness = await openWitness();
});
afterAll(() => witness.close());

type Keys = Readonly<Record<string, unknown>>;

/** The columns with their types, and the rows, that settle out of a text. */
async function settle(keys: Keys, text: string): Promise<{ types: string[]; rows: unknown[] }> {
  const path = await file(folder, 'rows.csv', text);
  const store = fresh(folder);
  await bring({ type: 'csv', path, ...keys } as never, store);
  const select = `SELECT * FROM read_parquet('${store}/*.parquet')`;
  const types = await witness.rows(`SELECT column_name, column_type FROM (DESCRIBE ${select})`);
  return { types: types.map((pair) => pair.join(' ')), rows: await witness.rows(select) };
}

const german = { delimiter: ';', decimal_separator: ',', thousands_separator: '.' };
const days = { date_format: '%d.%m.%Y', timestamp_format: '%d/%m/%y %H:%M' };

describe('a key of a csv home', () => {
  it.each<[string, Keys, string, string[], (string | null)[][]]>([
    ['delimiter', { delimiter: ';' }, 'a;b\n1;x,y\n', ['a BIGINT', 'b VARCHAR'], [['1', 'x,y']]],
    [
      'delimiter, two characters',
      { delimiter: '||' },
      'a||b\n1||x|y\n',
      ['a BIGINT', 'b VARCHAR'],
      [['1', 'x|y']],
    ],
    [
      'quote',
      { quote: "'", escape: "'" },
      `a,b\n'x,''y',"z"\n`,
      ['a VARCHAR', 'b VARCHAR'],
      [["x,'y", '"z"']],
    ],
    ['quote: nothing', { quote: '', escape: '' }, 'a,b\n"x,y"\n', ['a VARCHAR', 'b VARCHAR'], [['"x', 'y"']]],
    ['escape', { escape: '\\' }, 'a,b\n"x\\"y",1\n', ['a VARCHAR', 'b BIGINT'], [['x"y', '1']]],
    [
      'header',
      { header: false },
      '1,x\n2,y\n',
      ['column0 BIGINT', 'column1 VARCHAR'],
      [
        ['1', 'x'],
        ['2', 'y'],
      ],
    ],
    [
      'header, and names',
      { header: false, columns: { id: 'integer' } },
      '1,x\n',
      ['id INTEGER', 'column1 VARCHAR'],
      [['1', 'x']],
    ],
    ['comment', { comment: '%' }, '% note\na,b\n1,x % more\n', ['a BIGINT', 'b VARCHAR'], [['1', 'x ']]],
    [
      'null_values',
      { null_values: ['', 'NA', '-'] },
      'a,b\nNA,x\n1,-\n,"NA"\n',
      ['a BIGINT', 'b VARCHAR'],
      [
        [null, 'x'],
        ['1', null],
        [null, 'NA'],
      ],
    ],
    [
      'null_values, without the empty text',
      { null_values: ['NA'] },
      'a,b\n1,\n2,NA\n',
      ['a BIGINT', 'b VARCHAR'],
      [
        ['1', ''],
        ['2', null],
      ],
    ],
    [
      'decimal_separator and thousands_separator, found',
      german,
      'a;b;c\n1.234.567,89;1.000;0,5\n-12,3;22;1.000,25\n',
      ['a DECIMAL(9,2)', 'b BIGINT', 'c DECIMAL(6,2)'],
      [
        ['1234567.89', '1000', '0.50'],
        ['-12.30', '22', '1000.25'],
      ],
    ],
    [
      'decimal_separator and thousands_separator, declared',
      { ...german, columns: { a: 'decimal(18,4)', b: 'bigint', c: 'double' } },
      'a;b;c\n1.234.567,89;1.000;0,5\n-12,3;22;-1.000,25e2\n',
      ['a DECIMAL(18,4)', 'b BIGINT', 'c DOUBLE'],
      [
        ['1234567.8900', '1000', '0.5'],
        ['-12.3000', '22', '-100025.0'],
      ],
    ],
    [
      'thousands_separator alone',
      { delimiter: ';', thousands_separator: "'" },
      "a;b\n1'000.5;x\n20;y\n",
      ['a DECIMAL(5,1)', 'b VARCHAR'],
      [
        ['1000.5', 'x'],
        ['20.0', 'y'],
      ],
    ],
    [
      'date_format and timestamp_format, found',
      days,
      'a,b\n31.01.2024,29/02/24 13:05\n1.2.2024,\n',
      ['a DATE', 'b TIMESTAMP'],
      [
        ['2024-01-31', '2024-02-29 13:05:00'],
        ['2024-02-01', null],
      ],
    ],
    [
      'date_format and timestamp_format, declared',
      { ...days, columns: { a: 'date', b: 'timestamp', c: 'varchar' } },
      'a,b,c\n31.01.2024,29/02/24 13:05,01.02.2024\n',
      ['a DATE', 'b TIMESTAMP', 'c VARCHAR'],
      [['2024-01-31', '2024-02-29 13:05:00', '01.02.2024']],
    ],
    [
      'date_format, found, among words that the engine knows',
      days,
      'a,b\n31.01.2024,1\ninfinity,2\n',
      ['a VARCHAR', 'b BIGINT'],
      [
        ['31.01.2024', '1'],
        ['infinity', '2'],
      ],
    ],
    [
      'timestamp_format with a zone',
      { timestamp_format: '%Y-%m-%d %H:%M:%S %z', columns: { a: 'timestamptz' } },
      'a,b\n2024-02-29 13:05:00 +02:00,x\n',
      ['a TIMESTAMP WITH TIME ZONE', 'b VARCHAR'],
      [['2024-02-29 11:05:00+00', 'x']],
    ],
  ])('counts: %s', async (_, keys, text, types, rows) => {
    expect(await settle(keys, text)).toEqual({ types, rows });
    // The same keys where the format is named.
    const path = await file(folder, 'rows.csv', text);
    const store = fresh(folder);
    await bring({ type: 'local', path, format: 'csv', format_options: keys }, store);
    expect(await witness.rows(`SELECT * FROM read_parquet('${store}/*.parquet')`)).toEqual(rows);
  });

  const one = (type: string): Keys => ({ columns: { a: type } });
  it.each<[string, Keys, string, number, string | null]>([
    ['groups of other sizes', { ...german, ...one('bigint') }, 'a;b\n1;x\n1.00;x\n', 3, 'a'],
    [
      'a point for decimals where a comma is named',
      { delimiter: ';', decimal_separator: ',', ...one('double') },
      'a;b\n1,5;x\n1.5;x\n',
      3,
      'a',
    ],
    ['a comma twice', { ...german, ...one('double') }, 'a;b\n1,5,0;x\n', 2, 'a'],
    ['a date in another form', { ...days, ...one('date') }, 'a,b\n31.01.2024,x\n2024-01-31,x\n', 3, 'a'],
    ['a date with something behind it', { ...days, ...one('date') }, 'a,b\n31.01.2024 12:00,x\n', 2, 'a'],
    ['a day that there is not', { ...days, ...one('date') }, 'a,b\n30.02.2024,x\n', 2, 'a'],
    [
      'a time that would be cut',
      { date_format: '%Y-%m-%d %H:%M', ...one('date') },
      'a,b\n2024-01-01 00:00,x\n2024-01-01 12:30,x\n',
      3,
      'a',
    ],
    ['a word that the engine knows', { ...days, ...one('date') }, 'a,b\n31.01.2024,x\nepoch,x\n', 3, 'a'],
    [
      'a day of a year that has none',
      { date_format: '%j/%Y', ...one('date') },
      'a,b\n366/2024,x\n366/2023,x\n',
      3,
      'a',
    ],
    [
      'another day of the week',
      { date_format: '%A, %-d. %B %Y', ...one('date') },
      'a,b\n"Monday, 1. January 2024",x\n"Monday, 2. January 2024",x\n',
      3,
      'a',
    ],
    [
      'an offset that would be passed over',
      { timestamp_format: '%Y-%m-%d %H:%M %z', ...one('timestamp') },
      'a,b\n2024-01-01 12:30 +02:00,x\n',
      2,
      'a',
    ],
    [
      'parts of a second that would be cut',
      { timestamp_format: '%Y-%m-%d %H:%M:%S.%f', ...one('timestamp_s') },
      'a,b\n2024-01-01 12:30:00.5,x\n',
      2,
      'a',
    ],
    [
      'parts of a microsecond',
      { timestamp_format: '%Y-%m-%d %H:%M:%S.%n', ...one('timestamp') },
      'a,b\n2024-01-01 12:30:00.123456789,x\n',
      2,
      'a',
    ],
    ['NULL in quotes', { null_values: ['NA'], ...one('bigint') }, 'a,b\nNA,x\n"NA",x\n', 3, 'a'],
  ])('refuses %s', async (_, keys, text, line, column) => {
    const path = await file(folder, 'rows.csv', text);
    const error = await failure({ type: 'csv', path, ...keys } as never, fresh(folder));
    expect(error).toMatchObject({ code: 'BAD_ROW', facts: { path, line, column } });
  });

  it.each<[Keys, string]>([
    [{ delimiter: '"' }, 'the csv home: its quote ("\\"") is also its delimiter'],
    [{ delimiter: '#', comment: '#' }, 'the csv home: its comment ("#") is also its delimiter'],
    [{ delimiter: '||', escape: '|' }, 'the csv home: its escape ("|") is also in its delimiter'],
    [{ comment: '"' }, 'the csv home: its comment ("\\"") is also its quote'],
    [
      { thousands_separator: '.' },
      'the csv home: its thousands_separator (".") is also its decimal_separator',
    ],
  ])('is refused before anything is read: %j', (keys, message) => {
    const home = { type: 'csv', path: 'x.csv', ...keys } as never;
    expect(() => new Flow({ name: 'text', home, store: 'out' })).toThrow(
      expect.objectContaining({ message }),
    );
  });
});

describe('a key of a csv store', () => {
  const values = [
    'a',
    '',
    null,
    'q"uote',
    "ap'os",
    'back\\slash',
    'end\\',
    'semi;co,mma|pipe\ttab',
    'two\nlines',
    'cr\rlf\r\n',
    'NULL',
    '\\N',
    '"',
    '\\"',
    '#x',
    ' pad ',
  ];

  it.each<[Keys, Keys]>([
    [{ quote: "'", escape: "'" }, {}],
    [{ escape: '\\' }, {}],
    [{ quote: "'", escape: '\\', delimiter: '\t' }, {}],
    [{ delimiter: '|', null_value: '\\N' }, { null_values: ['\\N'] }],
    [{ header: false, null_value: 'NULL' }, { null_values: ['NULL'] }],
  ])('is read back by the same key of a home: %j', async (keys, more) => {
    const source = await file(folder, 'some.parquet', '');
    const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
    const rows = values.map((text, i) => `(${i}, ${text === null ? 'NULL' : quoted(text)})`);
    await witness.run(`COPY (FROM (VALUES ${rows}) AS t(i, v)) TO '${source}'`);
    const [middle, end] = [fresh(folder), fresh(folder)];
    await bring(source, { type: 'csv', path: middle, ...keys } as never);
    const { null_value: _, ...same } = keys;
    const columns = { i: 'integer', v: 'varchar' };
    await bring({ type: 'csv', path: middle, columns, ...same, ...more } as never, end);
    await witness.expectSame(`FROM '${end}/*.parquet'`, `FROM '${source}'`);
  });

  it.each<[Keys, string]>([
    [{ delimiter: '||' }, 'delimiter: must have at most 1 character'],
    [{ null_value: 'a,b' }, 'the csv store: its delimiter (",") is also in its null_value'],
    [{ null_value: '"' }, 'the csv store: its quote ("\\"") is also its null_value'],
  ])('is refused before anything is read: %j', (keys, message) => {
    const store = { type: 'csv', path: 'out', ...keys } as never;
    expect(() => new Flow({ name: 'text', home: 'in', store })).toThrow(expect.objectContaining({ message }));
  });
});
