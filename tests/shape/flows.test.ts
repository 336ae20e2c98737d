import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  builtinRegistry,
  Coordinator,
  defineHome,
  Flow,
  type FlowOptions,
  Home,
  loadWorkspace,
  type Row,
  z,
} from '../../src/index.js';
import { everything, readFile, settled, useWorkplace, visible } from '../integration/workplace.js';
import { hmac, key } from './support.js';

const place = useWorkplace();

/** A home whose rows come through JavaScript, in pieces of a size that divides nothing evenly. */
function rowsHome(rows: readonly Row[], piece: number): Home {
  const definition = defineHome({
    type: 'rows_of_a_test',
    summary: 'Rows of a test',
    config: z.strictObject({}),
    capabilities: { gives: ['batches'], ordered: true },
    open: async () => ({
      schema: async () => [
        { name: 'User Id', type: { kind: 'bigint' }, nullable: false },
        { name: 'Full Name', type: { kind: 'varchar' }, nullable: true },
      ],
      estimate: async () => ({ rows: null, bytes: null, files: null, exact: false }),
      read: async function* () {
        for (let at = 0; at < rows.length; at += piece) yield rows.slice(at, at + piece);
      },
      close: async () => {},
    }),
  });
  return Home.of(definition, {});
}

const people = (count: number): string =>
  `SELECT range AS "User Id", CASE WHEN range % 7 = 0 THEN NULL ELSE 'Name ' || range END AS "Full Name" FROM range(${count})`;

const polish = {
  columns: { remove_special: true, case: 'snake' },
  hash_ids: [{ name: 'Row Hash', from_columns: ['User Id', 'Full Name'] }],
  constants: [{ name: 'origin', value: "crm's" }],
  add_row_marker: { enabled: true },
} as const;

const polished = (from: string): string =>
  `SELECT sha256(concat("User Id", '|', coalesce("Full Name", ''))) AS row_hash, "User Id" AS user_id, "Full Name" AS full_name, 'crm''s' AS origin, 4::INTEGER AS "__rowMarker__" FROM (${from})`;

describe('polishing in batches that do not divide evenly', () => {
  it('polishes every row in every file, on every route', async () => {
    const home = await place.parquet('home.parquet', people(1003), ', ROW_GROUP_SIZE 2048');
    const rows = Array.from({ length: 1003 }, (_, i) => ({
      'User Id': i,
      'Full Name': i % 7 === 0 ? null : `Name ${i}`,
    }));
    const ways: [string, FlowOptions['home'], object][] = [
      ['engine', { type: 'parquet', path: home, batch_size: 97 }, { route: 'engine' }],
      ['batches', { type: 'parquet', path: home, batch_size: 97 }, { route: 'batches' }],
      ['rows', rowsHome(rows, 101), {}],
    ];
    for (const [way, from, options] of ways) {
      const store = { type: 'parquet', path: place.at(way), batch_size: 70 } as const;
      const result = await new Flow({ name: 'f', home: from, store, polish, verify: 'fingerprint' }).start(
        options,
      );
      expect(result.rows).toBe(1003);
      expect(visible(place.at(way)).length).toBeGreaterThan(way === 'engine' ? 0 : 10);
      await place.witness.expectSame(settled(place.at(way)), polished(people(1003)));
    }
  });

  it('writes nothing at all where a value in the last batch cannot be shaped', async () => {
    const store = place.at('store');
    await new Flow({ name: 'f', home: await place.parquet('old.parquet', 'SELECT 1 AS v'), store }).start();
    const before = everything(store);
    const home = await place.parquet(
      'home.parquet',
      "SELECT CASE WHEN range = 9990 THEN 'x' ELSE range::VARCHAR END AS v FROM range(10000)",
    );
    for (const route of ['engine', 'batches'] as const) {
      const from = { type: 'parquet', path: home, batch_size: 333 } as const;
      const flow = new Flow({ name: 'f', home: from, store, columns: { v: { as: 'bigint' } } });
      await expect(flow.start({ route })).rejects.toMatchObject({ code: 'VALUE_UNFIT' });
      expect(everything(store)).toEqual(before);
      expect(await place.witness.rows(settled(store))).toEqual([['1']]);
    }
  });
});

describe('what only chooses and renames', () => {
  it('is copied byte for byte: columns, new names, and the names that polish makes', async () => {
    const select = `SELECT range AS "User Id", 'N' || (range * 7919 % 10007) AS "Full Name (UTC)", 3 AS other FROM range(5000)`;
    const home = await place.parquet('home.parquet', select);
    const flow = new Flow({
      name: 'f',
      home,
      store: place.at('store'),
      columns: ['Full Name (UTC)', { from: 'User Id', name: 'Number' }],
      polish: { columns: { remove_special: true, case: 'snake' } },
    });
    expect(await flow.plan()).toMatchObject({ route: 'splice', added: [] });
    const result = await flow.start();
    expect(result.route).toBe('splice');
    await place.witness.expectSame(
      settled(place.at('store')),
      `SELECT "Full Name (UTC)" AS full_name_utc, "User Id" AS number FROM (${readFile(home)})`,
    );
    const source = readFileSync(home);
    const [file = ''] = result.files;
    const copy = readFileSync(file);
    for (const at of [100, 5_000, 15_000]) expect(source.includes(copy.subarray(at, at + 500))).toBe(true);
  });

  it('is not, where values are made anew, and the plan says which', async () => {
    const home = await place.parquet('home.parquet', people(3));
    const flow = new Flow({
      name: 'f',
      home,
      store: place.at('store'),
      polish,
      mask: { columns: { 'Full Name': 'redact' } },
    });
    expect(await flow.plan()).toMatchObject({
      route: 'engine',
      reason: 'engine: values are made anew: 1 masked, 3 added',
    });
    await expect(flow.start({ route: 'splice' })).rejects.toMatchObject({ code: 'ROUTE_IMPOSSIBLE' });
  });
});

describe('columns that are added', () => {
  it('have one time for all rows, as a time or as text', async () => {
    const home = await place.parquet('home.parquet', 'SELECT range AS id FROM range(3000)');
    const timestamps = [
      { name: 'at' },
      { name: 'local', source: 'now_local' },
      { name: 'text', type: 'string' },
      { name: 'day', type: 'string', format: '%d.%m.%Y %%' },
    ] as const;
    for (const route of ['engine', 'batches'] as const) {
      const store = place.at(route);
      const earliest = new Date().toISOString();
      await new Flow({ name: 'f', home, store, polish: { timestamps } }).start({ route });
      const latest = new Date().toISOString();
      const [row, ...more] = await place.witness.rows(
        `SELECT DISTINCT true, typeof("at"), typeof("local"), strftime("at", '%Y-%m-%dT%H:%M:%S.%gZ'), text, day FROM (${settled(store)})`,
      );
      expect(more).toEqual([]);
      const [, type, localType, at = '', text, day] = row ?? [];
      expect([type, localType]).toEqual(['TIMESTAMP WITH TIME ZONE', 'TIMESTAMP']);
      expect([earliest, at, latest]).toEqual([earliest, at, latest].sort());
      expect(text).toBe(`${at?.slice(0, -1)}+00:00`);
      expect(day).toBe(`${at?.slice(8, 10)}.${at?.slice(5, 7)}.${at?.slice(0, 4)} %`);
    }
  });

  it('have the types of their values, and hashes of bytes', async () => {
    const home = await place.parquet('home.parquet', "SELECT 1 AS a, 'ø' AS b");
    const constants = [true, 7, 2 ** 40, 1.5, 'x', null].map((value, i) => ({ name: `c${i}`, value }));
    const hash_ids = (['sha256', 'sha1', 'md5'] as const).map((algo) => ({
      name: algo,
      algo,
      hex: algo === 'sha256',
      from_columns: ['a', 'b'],
    }));
    await new Flow({ name: 'f', home, store: place.at('store'), polish: { constants, hash_ids } }).start();
    await place.witness.expectSame(
      settled(place.at('store')),
      `SELECT unhex(md5('1|ø')) AS md5, unhex(sha1('1|ø')) AS sha1, sha256('1|ø') AS sha256, 1 AS a, 'ø' AS b, true AS c0, 7 AS c1, 1099511627776 AS c2, 1.5::DOUBLE AS c3, 'x' AS c4, NULL::VARCHAR AS c5`,
    );
  });

  it('are made of hidden values where these are hidden', async () => {
    const home = await place.parquet('home.parquet', "SELECT 1 AS id, 'a@b.no' AS email");
    const mask = { key, columns: { email: 'hash' } } as const;
    const hash_ids = [{ name: 'row', from_columns: ['id', 'email'] }];
    await new Flow({
      name: 'f',
      home,
      store: place.at('store'),
      mask,
      columns: ['id'],
      polish: { hash_ids },
    }).start();
    await place.witness.expectSame(
      settled(place.at('store')),
      `SELECT sha256('1|${hmac('a@b.no')}') AS "row", 1 AS id`,
    );
  });

  it.each([
    [{ constants: [{ name: 'ID', value: 1 }] }, 'COLUMN_CLASH'],
    [{ timestamps: [{ name: 'id' }] }, 'COLUMN_CLASH'],
    [{ columns: { remove_spaces: true } }, 'COLUMN_CLASH'],
    [{ hash_ids: [{ name: 'h', from_columns: ['idd'] }] }, 'COLUMN_NOT_FOUND'],
    [{ timestamps: [{ name: 't', type: 'string', format: '%Q' }] }, 'FORMAT_INVALID'],
  ] as const)('%j: an error before anything is read', async (wrong, code) => {
    const home = await place.parquet('home.parquet', 'SELECT 1 AS id, 2 AS "a b", 3 AS "ab"');
    const flow = new Flow({ name: 'f', home, store: place.at('store'), polish: wrong });
    await expect(flow.start()).rejects.toMatchObject({ code });
    expect(everything(place.at('store'))).toEqual([]);
  });
});

describe('columns that are not moved', () => {
  const all = ['id', 'email', 'born', 'seen'] as const;
  /** A home that reads no column that is not wanted of it. */
  const frugal = defineHome({
    type: 'frugal',
    summary: 'Rows of a test',
    config: z.strictObject({}),
    capabilities: { gives: ['relation'], ordered: true },
    open: async () => ({
      schema: async () =>
        all.map((name) => ({
          name,
          type: { kind: name === 'born' || name === 'seen' ? 'date' : 'varchar' },
          nullable: true,
        })),
      estimate: async () => ({ rows: null, bytes: null, files: null, exact: false }),
      relation: async (wanted) => ({
        sql: `SELECT ${(wanted ?? all).join(', ')} FROM (SELECT '1' AS id, 'a@b.no' AS email, DATE '2000-05-05' AS born, DATE '2026-01-01' AS seen)`,
        schema: [],
      }),
      close: async () => {},
    }),
  });

  it.each([undefined, { watermark_column: 'seen', primary_key: 'seen' }])(
    'are read where values are made of them, with the watermark %j',
    async (watermark) => {
      const flow = new Flow({
        name: 'f',
        home: Home.of(frugal, {}),
        store: place.at('store'),
        columns: ['born', 'seen'],
        mask: { key, columns: { born: { rule: 'date_shift', by: 'id' } } },
        polish: { hash_ids: [{ name: 'hash', from_columns: ['email'] }] },
        ...(watermark === undefined ? {} : { run_type: 'incremental', watermark }),
      });
      await flow.start();
      const [row] = await place.witness.rows(
        `SELECT hash = sha256('a@b.no'), born <> DATE '2000-05-05' FROM (${settled(place.at('store'))})`,
      );
      expect(row).toEqual(['true', 'true']);
    },
  );
});

describe('a list of columns with *', () => {
  it('takes all others where it stands', async () => {
    const home = await place.parquet('home.parquet', 'SELECT 1 AS a, 2 AS b, 3 AS c');
    const columns = [{ from: 'c', as: 'varchar' }, '*', { from: 'a', name: 'z' }] as const;
    await new Flow({ name: 'f', home, store: place.at('store'), columns }).start();
    await place.witness.expectSame(settled(place.at('store')), "SELECT '3' AS c, 2 AS b, 1 AS z");
  });

  it('takes the column of that name where there is one', async () => {
    const home = await place.parquet('home.parquet', 'SELECT 1 AS a, 2 AS "*"');
    await new Flow({ name: 'f', home, store: place.at('store'), columns: ['*'] }).start();
    await place.witness.expectSame(settled(place.at('store')), 'SELECT 2 AS "*"');
  });
});

describe('rows that are compared with those of the store', () => {
  const home = (count: number) =>
    place.parquet(
      'home.parquet',
      `SELECT range AS id, 'p' || range AS name, TIMESTAMP '2024-01-01' + to_hours(range // 3) AS seen FROM range(${count})`,
    );
  const watermark = { watermark_column: 'seen', primary_key: 'id' } as const;
  const mask = { key, columns: { id: 'hash', name: 'redact' } } as const;

  it.each(['engine', 'batches'] as const)('arrive once where their key is hashed, by %s', async (route) => {
    for (const count of [100, 140]) {
      const flow = new Flow({
        name: 'f',
        home: await home(count),
        store: place.at('store'),
        run_type: 'incremental',
        watermark,
        mask,
      });
      await flow.start({ route });
    }
    const rows = await place.witness.rows(`SELECT id FROM (${settled(place.at('store'))}) ORDER BY ALL`);
    expect(rows.map(([id]) => id)).toEqual(Array.from({ length: 140 }, (_, i) => hmac(String(i))).sort());
  });

  it('are merged by a key that is hashed', async () => {
    const flow = async (count: number) =>
      new Flow({
        name: 'f',
        home: await home(count),
        store: place.at('store'),
        run_type: 'merge',
        watermark: { primary_key: 'id' },
        mask,
      }).start();
    await flow(50);
    expect((await flow(60)).merged).toMatchObject({ inserted: 10, updated: 0, unchanged: 50 });
  });

  it.each([
    [{ mask: { columns: { seen: { rule: 'round', to: 'day' } } } }, 'WATERMARK_SHAPED'],
    [{ mask: { columns: { id: 'redact' } } }, 'WATERMARK_SHAPED'],
    [
      {
        columns: ['*', { from: 'name', as: 'integer' }],
        watermark: { watermark_column: 'seen', primary_key: 'name' },
      },
      'WATERMARK_SHAPED',
    ],
    [{ columns: ['*', { from: 'seen', as: 'timestamptz', zone: 'UTC' }] }, 'WATERMARK_SHAPED'],
    [
      { polish: { timestamps: [{ name: 'now' }] }, watermark: { watermark_column: 'seen' } },
      'TIMESTAMPS_NEED_KEY',
    ],
  ] as const)('%j is refused', async (options, code) => {
    const flow = new Flow({
      name: 'f',
      home: await home(5),
      store: place.at('store'),
      run_type: 'incremental',
      watermark,
      ...options,
    });
    await expect(flow.start()).rejects.toMatchObject({ code, kind: 'config' });
  });
});

describe('the key of masks', () => {
  it('is in no plan, no journal, no store and no error', async () => {
    await place.parquet('in/home.parquet', "SELECT 1 AS id, 'a' AS name");
    await place.file('hygge.yml', 'name: p\n');
    const flow = (more: string) =>
      place.file(
        'flows/f/flow.yml',
        `home: in\nstore: out\nmask:\n  key: \${MASK_KEY}\n  columns: { name: hash }\n${more}`,
      );
    await flow('');
    const run = async () => {
      const loaded = await loadWorkspace({
        path: place.folder,
        registry: builtinRegistry(),
        env: { MASK_KEY: key },
      });
      const coordinator = new Coordinator(loaded);
      return { plans: await coordinator.plan(), result: await coordinator.start(), loaded };
    };
    const { plans, result, loaded } = await run();
    expect(result.status).toBe('success');
    await flow('columns: { id: id, name: { as: integer } }\n');
    const failed = await run();
    expect(failed.result.flows[0]?.error?.code).toBe('VALUE_UNFIT');
    const told =
      JSON.stringify([plans, result, loaded.workspace, failed.result]) +
      inspect([plans, failed, loaded], { depth: null });
    expect(told).not.toContain(key);
    const files = readdirSync(place.folder, { recursive: true, withFileTypes: true });
    const kept = files
      .filter((file) => file.isFile())
      .map((file) => readFileSync(join(file.parentPath, file.name), 'latin1'));
    expect(kept.length).toBeGreaterThan(4);
    expect(kept.filter((text) => text.includes(key))).toEqual([]);
  });
});
