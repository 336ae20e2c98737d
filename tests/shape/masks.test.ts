import { describe, expect, it } from 'vitest';
import { Flow, type FlowOptions } from '../../src/index.js';
import { readFile, settled, useWorkplace } from '../integration/workplace.js';
import { hmac, key, randomRows } from './support.js';

const place = useWorkplace();
const seed = 20260117;

type Text = string | null;
interface Rows {
  readonly raw: Record<string, Text>[];
  readonly out: Record<string, Text>[];
}

/** Moves the same rows by both routes, and gives them beside what they were. */
async function moved(options: Omit<FlowOptions, 'name' | 'home' | 'store'>): Promise<Rows[]> {
  const home = await place.parquet('home.parquet', randomRows(seed, 250));
  const found: Rows[] = [];
  for (const route of ['engine', 'batches'] as const) {
    const store = place.at(`store-${route}`);
    const result = await new Flow({ name: 'f', home, store, verify: 'fingerprint', ...options }).start({
      route,
    });
    expect(result.rows).toBe(250);
    found.push({ raw: await rowsOf(readFile(home)), out: await rowsOf(settled(store)) });
  }
  return found;
}

/** Rows as text by column; bytes as hexadecimal digits. */
async function rowsOf(sql: string): Promise<Record<string, Text>[]> {
  const { columns } = await place.witness.table(`${sql} LIMIT 0`);
  const hex = columns.includes('raw') ? `SELECT * REPLACE (hex(raw) AS raw) FROM (${sql})` : sql;
  const isBlob = await place.witness.table(`SELECT typeof(raw) FROM (${sql}) LIMIT 1`).catch(() => null);
  const { rows } = await place.witness.table(isBlob?.rows[0]?.[0] === 'BLOB' ? hex : sql);
  return rows.map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i] ?? null])));
}

/** Expects a column to be, row for row, what a function makes of the row before. */
function expectEach(
  { raw, out }: Rows,
  column: string,
  make: (value: string, row: Record<string, Text>) => string | number,
): void {
  const values = raw.map((row) => row[column] ?? null);
  expect(values.filter((value) => value === null).length).toBeGreaterThan(5);
  const expected = values.map((value, i) => (value === null ? null : make(value, raw[i] ?? {})));
  const settledValues = out.map((row, i) => {
    const value = row[column] ?? null;
    return value !== null && typeof expected[i] === 'number' ? numberOf(value) : value;
  });
  expect(settledValues, `${column}, seed ${seed}`).toEqual(expected);
}

/** 0 and -0 are one. */
const numberOf = (text: string): number => Number(text.replace('inf', 'Infinity')) + 0;

const all = ['txt', 'dbl', 'dec', 'num', 'big', 'day', 'ts', 'tz', 'ns', 'raw'];
const columnsBy = (rule: unknown, columns = all): never =>
  Object.fromEntries(columns.map((column) => [column, rule])) as never;

describe('a mask, on the engine route and in batches', () => {
  it('hash: is the HMAC-SHA256 of the text, or of the bytes', async () => {
    for (const rows of await moved({ mask: { key, columns: columnsBy('hash') } })) {
      for (const column of all) {
        expectEach(rows, column, (value) => {
          if (column === 'raw') return hmac(Buffer.from(value, 'hex'));
          return hmac(column === 'dbl' && value === '-0.0' ? '0.0' : value);
        });
      }
    }
  });

  it('hash: takes a key of any length as HMAC does', async () => {
    const { createHmac } = await import('node:crypto');
    const home = await place.parquet('home.parquet', "SELECT 'Åse' AS txt");
    for (const long of ['x'.repeat(64), 'ø'.repeat(100)]) {
      await new Flow({
        name: 'f',
        home,
        store: place.at('store'),
        mask: { key: long, columns: { txt: 'hash' } },
      }).start();
      const expected = createHmac('sha256', long).update('Åse').digest('hex');
      expect(await place.witness.rows(settled(place.at('store')))).toEqual([[expected]]);
    }
  });

  it('redact, partial and null: hide what is there, and nothing else', async () => {
    const mask = {
      columns: {
        txt: 'partial',
        num: { rule: 'partial', first: 1, last: 2, with: '#' },
        tz: { rule: 'redact', with: "it's gone" },
        raw: 'redact',
        dbl: null,
        ns: 'null',
      },
    } as const;
    for (const rows of await moved({ mask })) {
      expectEach(rows, 'txt', (value) => {
        const chars = [...value];
        const hidden = chars.length > 4 ? chars.length - 4 : chars.length;
        return '*'.repeat(hidden) + chars.slice(hidden).join('');
      });
      expectEach(rows, 'num', (value) =>
        value.length > 3
          ? value.slice(0, 1) + '#'.repeat(value.length - 3) + value.slice(-2)
          : '#'.repeat(value.length),
      );
      expectEach(rows, 'tz', () => "it's gone");
      expectEach(rows, 'raw', () => '***');
      expect(new Set(rows.out.flatMap(({ dbl, ns }) => [dbl, ns]))).toEqual(new Set([null]));
      expectEach(rows, 'dec', (value) => value);
    }
  });

  it('round: goes to the nearest multiple, away from zero in the middle, and down to the unit of a time', async () => {
    const nearest = (units: bigint, step: bigint): bigint => {
      const size = units < 0n ? -units : units;
      const rounded = ((size + step / 2n) / step) * step;
      return units < 0n ? -rounded : rounded;
    };
    const mask = {
      columns: {
        dbl: { rule: 'round', to: 2.5 },
        dec: { rule: 'round', to: 0.05 },
        num: { rule: 'round', to: 1000 },
        big: { rule: 'round', to: 7 },
        day: { rule: 'round', to: 'month' },
        ts: { rule: 'round', to: 'hour' },
        tz: { rule: 'round', to: 'year' },
        ns: { rule: 'round', to: 'minute' },
      },
    } as const;
    for (const rows of await moved({ mask })) {
      expectEach(rows, 'dbl', (value) => {
        const number = numberOf(value);
        if (!Number.isFinite(number)) return number;
        return Math.sign(number) * Math.floor(Math.abs(number) / 2.5 + 0.5) * 2.5 + 0;
      });
      expectEach(rows, 'dec', (value) => {
        const units = nearest(BigInt(value.replace('.', '')), 500n);
        const digits = String(units < 0n ? -units : units).padStart(5, '0');
        return `${units < 0n ? '-' : ''}${digits.slice(0, -4)}.${digits.slice(-4)}`;
      });
      expectEach(rows, 'num', (value) => String(nearest(BigInt(value), 1000n)));
      expectEach(rows, 'big', (value) => String(nearest(BigInt(value), 7n)));
      const isDate = (value: string): boolean => !value.includes('infinity');
      expectEach(rows, 'day', (value) => (isDate(value) ? `${value.slice(0, 7)}-01` : value));
      expectEach(rows, 'ts', (value) => (isDate(value) ? `${value.slice(0, 13)}:00:00` : value));
      expectEach(rows, 'tz', (value) => `${value.slice(0, 4)}-01-01 00:00:00+00`);
      expectEach(rows, 'ns', (value) => `${value.slice(0, 16)}:00`);
    }
  });

  it('round: goes down before 1970 too, by less than a microsecond', async () => {
    const home = await place.parquet(
      'home.parquet',
      "SELECT TIMESTAMP_NS '1969-12-31 23:59:59.999999999' AS ns",
    );
    const mask = { columns: { ns: { rule: 'round', to: 'minute' } } } as const;
    await new Flow({ name: 'f', home, store: place.at('store'), mask }).start();
    expect(await place.witness.rows(settled(place.at('store')))).toEqual([['1969-12-31 23:59:00']]);
  });

  it('date_shift: moves all dates of a row by the same days, by what the key makes of the row', async () => {
    const mask = {
      key,
      columns: {
        day: { rule: 'date_shift', by: 'id' },
        ts: { rule: 'date_shift', by: ['id'] },
        tz: { rule: 'date_shift', days: 3, by: ['id', 'txt'] },
        ns: { rule: 'date_shift', by: 'id' },
      },
    } as const;
    const part = (value: Text | undefined): string =>
      value == null ? '-' : `${Buffer.byteLength(value)}:${value}`;
    const shift = (days: number, ...row: readonly (Text | undefined)[]): number => {
      const digits = hmac('date_shift:', ...row.map(part)).slice(0, 15);
      const number = Number(BigInt(`0x${digits}`) % BigInt(2 * days)) - days;
      return number < 0 ? number : number + 1;
    };
    const later = (value: string, days: number): string => {
      if (value.includes('infinity')) return value;
      const day = new Date(`${value.slice(0, 10)}T00:00:00Z`);
      day.setUTCDate(day.getUTCDate() + days);
      return day.toISOString().slice(0, 10) + value.slice(10);
    };
    const shifts = new Set<number>();
    for (const rows of await moved({ mask })) {
      for (const column of ['day', 'ts', 'ns']) {
        expectEach(rows, column, (value, { id }) => {
          const days = shift(30, id);
          shifts.add(days);
          return later(value, days);
        });
      }
      expectEach(rows, 'tz', (value, { id, txt }) => later(value, shift(3, id, txt)));
    }
    expect(shifts.size).toBeGreaterThan(40);
    expect([Math.min(...shifts), Math.max(...shifts), shifts.has(0)]).toEqual([-30, 30, false]);
  });

  it.each([
    ['127::TINYINT', { rule: 'round', to: 10 }, 'TINYINT'],
    ["'99999999999999999999999999999999999999'::DECIMAL(38,0)", { rule: 'round', to: 2 }, 'DECIMAL(38,0)'],
    ['1.7e308::DOUBLE', { rule: 'round', to: 1e308 }, 'DOUBLE'],
    ["TIMESTAMP_NS '2262-04-11 23:47:16'", { rule: 'date_shift', by: 'id' }, 'TIMESTAMP_NS'],
  ] as const)(
    'fails where %s, hidden by %j, does not fit, and does not say which value it was',
    async (value, rule, type) => {
      // Some of the rows are shifted beyond the end of time.
      const home = await place.parquet('home.parquet', `SELECT range AS id, ${value} AS v FROM range(20)`);
      for (const route of ['engine', 'batches'] as const) {
        const flow = new Flow({
          name: 'f',
          home,
          store: place.at('store'),
          mask: { key, columns: { v: rule } },
        });
        await expect(flow.start({ route })).rejects.toMatchObject({
          code: 'VALUE_UNFIT',
          message: `f: column "v": a value (which is masked) does not fit the type ${type}`,
        });
      }
    },
  );
});
