import { createHmac } from 'node:crypto';
import { Random } from '../files/support/random.js';

export const key = 'a key of the tests, long enough';

/** HMAC-SHA256 as Node computes it. */
export const hmac = (...parts: readonly (string | Uint8Array)[]): string => {
  const hash = createHmac('sha256', key);
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
};

const texts = [
  '',
  ' ',
  'Åse',
  'jürgen@exämple.no',
  '日本語',
  '😀🎉',
  "O'Neil",
  'a|b',
  'x\ny',
  '4111 1111 1111 1111',
  'NULL',
];

/**
 * A SELECT of rows with values of many types at random, the same for the same seed: NULL, NaN, infinity, both zeros,
 * unicode, decimals, times before 1970 and in zones.
 */
export function randomRows(seed: number, count: number): string {
  const random = new Random(seed);
  const value = (make: () => string): string => (random.chance(0.15) ? 'NULL' : make());
  const text = (from: string): string => `'${from.replaceAll("'", "''")}'`;
  const moment = (): string => {
    const millis = Math.floor((random.next() - 0.3) * 4e12);
    return new Date(millis).toISOString().slice(0, -1);
  };
  const rows = Array.from({ length: count }, (_, i) => {
    const columns = [
      random.chance(0.05) ? 'NULL' : `${i}`,
      value(() => text(random.pick(texts) + (random.chance(0.5) ? String(random.below(1000)) : ''))),
      value(() =>
        random.pick(["'nan'", "'inf'", "'-inf'", "'0'", "'-0'", String(random.next() * 1e4 - 5e3)]),
      ),
      value(() => (random.next() * 2e6 - 1e6).toFixed(4)),
      value(() => String(random.below(2 ** 31) * random.pick([1, -1]))),
      value(() => `'${BigInt(random.below(2 ** 31)) ** 3n * random.pick([1n, -1n])}'`),
      value(() => (random.chance(0.05) ? "'infinity'" : `'${moment().slice(0, 10)}'`)),
      value(() => (random.chance(0.05) ? "'-infinity'" : `'${moment()}'`)),
      value(() => `'${moment()}${random.pick(['+00', '+02', '-11:30'])}'`),
      value(() => `'${moment()}${String(random.below(1e6)).padStart(6, '0')}'`),
      value(() => `unhex('${Buffer.from(text(random.pick(texts))).toString('hex')}')`),
    ];
    const types =
      'BIGINT VARCHAR DOUBLE DECIMAL(18,4) INTEGER DECIMAL(38,0) DATE TIMESTAMP TIMESTAMPTZ TIMESTAMP_NS BLOB'
        .split(' ')
        .map((type, at) => `CAST(${columns[at]} AS ${type}) AS ${columnNames[at]}`);
    return `SELECT ${i === 0 ? types.join(', ') : types.map((one) => one.replace(/ AS \w+$/, '')).join(', ')}`;
  });
  return rows.join(' UNION ALL ');
}

const columnNames = ['id', 'txt', 'dbl', 'dec', 'num', 'big', 'day', 'ts', 'tz', 'ns', 'raw'];
