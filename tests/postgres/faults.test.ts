import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Flow, type FlowOptions, HyggeError } from '../../src/index.js';
import { hygge } from '../docs/sandbox.js';
import { full, useTotals } from '../faults/support/totals.js';
import { startProxy, type Trouble, type TroubledLine } from './support/proxy.js';
import { password, startServer, type TestServer } from './support/server.js';

const totals = useTotals('connections cut anywhere');
/** Cuts at random places. */
const rounds = full ? 200 : 20;
let server: TestServer;
let proxy: TroubledLine;
let folder: string;
beforeAll(async () => {
  server = await startServer();
  proxy = await startProxy(() => server.port);
  folder = await mkdtemp(join(tmpdir(), 'hygge-postgres-faults-'));
  await server.query(`
    CREATE TABLE source AS SELECT i AS id, 'new ' || i AS label, repeat(md5(i::text), 3) AS pad FROM generate_series(1, 3000) i`);
});
afterEach(() => {
  proxy.trouble = {};
});
afterAll(async () => {
  await proxy?.close();
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

const connection = (port: number) => ({
  type: 'postgres',
  host: '127.0.0.1',
  port,
  user: server.user,
  password,
  database: 'postgres',
  connect_timeout: 5,
});
const table = (connection: string, name: string) => ({ type: 'postgres', connection, table: name }) as const;
/** From the server itself, by way of the proxy, into a table. */
const flow = (store: string, options: Partial<FlowOptions> = {}): Flow =>
  new Flow({
    name: 'faults',
    connections: { direct: connection(server.port), proxied: connection(proxy.port) },
    home: table('direct', 'source'),
    store: table('proxied', store),
    retry: { attempts: 1 },
    ...options,
  });
const stages = () => server.query("SELECT tablename FROM pg_tables WHERE tablename LIKE 'hygge\\_stage\\_%'");
const contents = (name: string) =>
  server.query(
    `SELECT count(*), count(*) FILTER (WHERE label LIKE 'new %'), count(DISTINCT id) FROM "${name}"`,
  );
/** For what another process comes to. */
const patient = { timeout: 30_000 };
const isNew = [['3000', '3000', '3000']];
const isOld = [['2', '0', '2']];
const makeOld = (name: string) =>
  server.query(
    `DROP TABLE IF EXISTS "${name}"; CREATE TABLE "${name}" (id int, label text, pad text); INSERT INTO "${name}" VALUES (1, 'old', ''), (2, 'old', '')`,
  );
type Fated = NonNullable<Trouble['onPiece']>;
const isCommit = (piece: Buffer): boolean => piece.includes('COMMIT') && piece.length < 100;

/** A run over a troubled line, and what is found before and after it: every value of every row. */
interface Journey {
  readonly name: string;
  start(): Promise<unknown>;
  readonly before: string | null;
  readonly after: string;
  found(): Promise<string | null>;
}
const digest = async (table: string): Promise<string | null> =>
  (
    await server.query(`SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM ${table} AS t`)
  )[0]?.[0] ?? null;

/** Into the table `cut` in every way, and out of a table into another one, and into files. */
async function journeys(): Promise<readonly Journey[]> {
  await makeOld('cut');
  const before = await digest('cut');
  const union = (where: string): string =>
    `(SELECT * FROM cut ${where} UNION ALL SELECT id, label, pad FROM source)`;
  const replaced = await digest('source');
  const appended = await digest(union(''));
  const merged = await digest(union('WHERE id > 3000'));
  const into = (name: string, after: string | null, options: Partial<FlowOptions>): Journey => ({
    name,
    before,
    after: after ?? '',
    start: () => flow('cut', options).start(),
    found: () => digest('cut'),
  });
  const home = table('proxied', 'source');
  const files = join(folder, 'files');
  const merge = { run_type: 'merge', watermark: { primary_key: 'id' } } as const;
  return [
    into('into a table', replaced, {}),
    into('added to a table', appended, { run_type: 'incremental' }),
    into('merged into a table', merged, merge),
    into('out of a table', replaced, { home, store: table('direct', 'cut') }),
    {
      ...into('out of a table into files', replaced, {}),
      before: null,
      start: async () => {
        await rm(files, { recursive: true, force: true });
        await flow('cut', { home, store: files }).start();
      },
      found: async () => {
        await server.query('DROP TABLE IF EXISTS from_files');
        if (!(await readdir(files).catch(() => [])).some((file) => file.endsWith('.parquet'))) return null;
        await flow('from_files', { home: files, store: table('direct', 'from_files') }).start();
        return digest('from_files');
      },
    },
  ];
}

describe('a connection that breaks off', () => {
  it('after COMMIT was sent: what became of it is read, and told', async () => {
    await makeOld('after_commit');
    let cuts = 0;
    let commits = 0;
    proxy.trouble = {
      onPiece: (from, piece) => {
        // The first COMMIT is that of the table of runs, where it was made.
        if (from !== 'client' || !isCommit(piece)) return 'pass';
        commits += 1;
        if (cuts > 0 || commits < 2) return 'pass';
        cuts += 1;
        return 'pass-then-cut';
      },
    };
    const result = await flow('after_commit').start();
    expect([cuts, result.status, result.rows]).toEqual([1, 'success', 3000]);
    expect(await contents('after_commit')).toEqual(isNew);
    expect(await stages()).toEqual([]);
  });

  /** What becomes of the connection that publishes, once the server has been sent its COMMIT. */
  const atCommit = (then: () => 'pass' | 'keep'): Fated => {
    let publishing = -1;
    return (from, piece, line) => {
      if (from === 'client' && isCommit(piece) && publishing === -1) publishing = line;
      return line === publishing && from === 'server' ? then() : 'pass';
    };
  };

  it('after COMMIT was sent, by falling silent: the same, when the time is up', async () => {
    await flow('silent_commit').start();
    await makeOld('silent_commit');
    proxy.trouble = { onPiece: atCommit(() => 'keep') };
    const result = await flow('silent_commit', { timeout: 2 }).start();
    expect([result.status, result.rows]).toEqual(['success', 3000]);
    expect(await contents('silent_commit')).toEqual(isNew);
    expect(await stages()).toEqual([]);
  });

  it('after COMMIT was sent, since somebody stops the run: the same', async () => {
    await flow('stopped_commit').start();
    await makeOld('stopped_commit');
    const stop = new AbortController();
    proxy.trouble = {
      onPiece: atCommit(() => {
        stop.abort();
        return 'keep';
      }),
    };
    const result = await flow('stopped_commit').start({ signal: stop.signal });
    expect([result.status, result.rows]).toEqual(['success', 3000]);
    expect(await contents('stopped_commit')).toEqual(isNew);
    expect(await stages()).toEqual([]);
  });

  it('before COMMIT arrives: nothing is published, and nothing is left', async () => {
    await makeOld('before_commit');
    proxy.trouble = { onPiece: (from, piece) => (from === 'client' && isCommit(piece) ? 'cut' : 'pass') };
    await expect(flow('before_commit').start()).rejects.toThrow(/broke off/);
    expect(await contents('before_commit')).toEqual(isOld);
    expect(await stages()).toEqual([]);
    proxy.trouble = {};
    await flow('before_commit').start();
    expect(await contents('before_commit')).toEqual(isNew);
  });

  it('anywhere, either way: there are the old rows or the new ones, and nothing else', async () => {
    const seed = Number(process.env.HYGGE_SEED ?? 7);
    let state = seed;
    const random = (below: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const how = await journeys();
    const seen = { old: 0, new: 0 };
    for (let round = 0; round < rounds; round++) {
      const { name, start, before, after, found } = how[round % how.length] as Journey;
      await makeOld('cut');
      const side = random(3) === 0 ? 'server' : 'client';
      const isHome = name.startsWith('out of');
      let left = random((side === 'server') === isHome ? 420_000 : 9_000);
      const fates = ['cut', 'reset', 'pass-then-cut'] as const;
      proxy.trouble = {
        onPiece: (from, piece) => {
          if (from !== side || left < 0) return 'pass';
          left -= piece.length;
          return left < 0 ? (fates[random(3)] ?? 'cut') : 'pass';
        },
      };
      const error = await start().then(
        () => null,
        (thrown: unknown) => thrown,
      );
      proxy.trouble = {};
      const place = `seed ${seed}, round ${round}, ${name}: ${error instanceof HyggeError ? error.code : error}`;
      const now = await found();
      expect([place, now]).toEqual([place, now === after ? after : before]);
      // What is said is so.
      if (error === null) expect([place, now]).toEqual([place, after]);
      else expect(error).toBeInstanceOf(HyggeError);
      seen[now === before ? 'old' : 'new'] += 1;
    }
    totals.faults += rounds;
    totals.runs += rounds;
    expect(seen.old).toBeGreaterThan(0);
    expect(seen.new).toBeGreaterThan(0);
    await flow('cut').start();
    expect(await contents('cut')).toEqual(isNew);
    expect(await stages()).toEqual([]);
  }, 1_200_000);

  it('is tried again, and then told as what it is: one run', async () => {
    await makeOld('again');
    let cuts = 0;
    proxy.trouble = {
      onPiece: (from, piece) => (from === 'client' && piece.length > 20_000 && cuts++ === 0 ? 'cut' : 'pass'),
    };
    const result = await flow('again', {
      retry: { attempts: 3, delay: 0.01 },
      run_type: 'incremental',
    }).start();
    expect([cuts > 0, result.attempts]).toEqual([true, 2]);
    expect(await contents('again')).toEqual([['3002', '3000', '3000']]);
  });

  it('in pieces of one byte is slow, and right', async () => {
    proxy.trouble = { dribble: true };
    await flow('dribbled', {
      home: { type: 'postgres', connection: 'proxied', query: 'SELECT * FROM source LIMIT 50' },
    }).start();
    expect(await server.query('SELECT count(*) FROM dribbled')).toEqual([['50']]);
  });

  it('that takes its time is slow, and right', async () => {
    await makeOld('late');
    proxy.trouble = { latency: full ? 1_000 : 50 };
    // A login alone takes several turns.
    const slow = { ...connection(proxy.port), connect_timeout: 30 };
    await flow('late', { connections: { direct: connection(server.port), proxied: slow } }).start();
    expect(await contents('late')).toEqual(isNew);
  }, 300_000);

  // What a run asks for one after the other is what makes a server that is far away bearable.
  it.each([
    ['into a table that is new', 36, { store: table('proxied', 'turns') }],
    ['into a table that is there', 38, { store: table('proxied', 'turns') }],
    [
      'with a merge',
      40,
      { store: table('proxied', 'turns'), run_type: 'merge', watermark: { primary_key: 'id' } },
    ],
    ['out of a table', 14, { home: table('proxied', 'source'), store: 'turns' }],
  ] as const)('is waited for only so often %s', async (_, most, options) => {
    let turns = 0;
    let last = 'server';
    proxy.trouble = {
      onPiece: (from) => {
        if (from === 'client' && last === 'server') turns += 1;
        last = from;
        return 'pass';
      },
    };
    const store = options.store === 'turns' ? join(folder, 'turns') : options.store;
    await flow('turns', { ...options, store }).start();
    expect(turns).toBeGreaterThan(5);
    expect(turns).toBeLessThanOrEqual(most);
  });

  it.each([
    ['while it is written to', 'client', {}],
    [
      'while it is read from',
      'server',
      { home: table('proxied', 'source'), store: table('direct', 'silent') },
    ],
  ] as const)('by falling silent %s ends with the time limit', async (_, side, ends) => {
    await makeOld('silent');
    let isSilent = false;
    proxy.trouble = {
      onPiece: (from, piece) => {
        isSilent ||= from === side && piece.length > 4_000;
        return isSilent ? 'keep' : 'pass';
      },
    };
    const run = flow('silent', { timeout: 2, ...ends }).start();
    await expect(run).rejects.toThrow(/no progress for 2 seconds/);
    expect(isSilent).toBe(true);
    proxy.trouble = {};
    expect(await contents('silent')).toEqual(isOld);
    await flow('silent', ends).start();
    expect(await contents('silent')).toEqual(isNew);
    expect(await stages()).toEqual([]);
  });
});

it('a server that crashes in the middle of a run keeps the old rows, and the next run goes on', async () => {
  await makeOld('crashed');
  const gate = await server.client();
  await gate.query('SELECT pg_advisory_lock(42)');
  const query = 'SELECT * FROM source WHERE pg_advisory_lock_shared(42) IS NOT NULL';
  const running = flow('crashed', { home: { type: 'postgres', connection: 'direct', query } })
    .start()
    .then(
      () => null,
      (error: unknown) => error,
    );
  await expect
    .poll(() =>
      server.query("SELECT count(*) FROM hygge_runs WHERE table_name = 'crashed' AND state = 'begun'"),
    )
    .toEqual([['1']]);
  await server.crash();
  expect(await running).toMatchObject({ code: 'CONNECTION_LOST', retryable: true });
  await gate.end().catch(() => {});
  await server.start();
  expect(await contents('crashed')).toEqual(isOld);
  await flow('crashed').start();
  expect(await contents('crashed')).toEqual(isNew);
  expect(await stages()).toEqual([]);
});

it('a server that crashes at any byte of a run holds the old rows or the new ones', async () => {
  const crashes = full ? 25 : 3;
  const how = (await journeys()).filter(
    ({ name }) => name.includes('into a table') || name.startsWith('added'),
  );
  for (let round = 0; round < crashes; round++) {
    const { name, start, before, after, found } = how[round % how.length] as Journey;
    await makeOld('cut');
    // The rows, and after them some hundred bytes for each statement up to COMMIT.
    let left = Math.floor((round / crashes) * 425_000);
    let crash: Promise<void> | null = null;
    proxy.trouble = {
      onPiece: (from, piece) => {
        if (from === 'client') left -= piece.length;
        if (left < 0) crash ??= server.crash();
        return 'pass';
      },
    };
    const error = await start().then(
      () => null,
      (thrown: unknown) => thrown,
    );
    proxy.trouble = {};
    await (crash as Promise<void> | null);
    if (crash !== null) await server.start();
    const place = `round ${round}, ${name}: ${error instanceof HyggeError ? error.code : error}`;
    const now = await found();
    expect([place, now]).toEqual([place, now === after ? after : before]);
    if (error === null) expect([place, now]).toEqual([place, after]);
  }
  totals.faults += crashes;
  totals.runs += crashes;
  await flow('cut').start();
  expect(await contents('cut')).toEqual(isNew);
  expect(await stages()).toEqual([]);
}, 600_000);

it('a secret is found nowhere, raw or encoded', async () => {
  const bytes = Buffer.from(password);
  const secrets = [
    ...[password, encodeURIComponent(password), encodeURI(password), JSON.stringify(password).slice(1, -1)],
    ...[
      bytes.toString('base64'),
      bytes.toString('base64url'),
      bytes.toString('hex'),
      bytes.toString('latin1'),
    ],
  ];
  const project = (url: string): string => `
connections:
  db: { type: postgres, url: "${url}", ssl: false }
flows:
  out:
    home: { type: postgres, connection: db, table: source }
    store: out
    verify: fingerprint
  wrong:
    home: { type: postgres, connection: db, table: nowhere }
    store: wrong
`;
  const own = await mkdtemp(join(folder, 'secret-'));
  const place = `127.0.0.1:${server.port}/postgres`;
  const right = `postgresql://${server.user}:\${SECRET}@${place}`;
  await writeFile(join(own, 'right.yaml'), project(right));
  await writeFile(join(own, 'wrong.yaml'), project(`postgresql://nobody:\${SECRET}@${place}`));
  await writeFile(join(own, 'broken.yaml'), project(`postgresql://nobody:\${SECRET}@${place}?sslmode=odd`));
  const env = { SECRET: encodeURIComponent(password) };
  const outputs: string[] = [];
  const runs = [
    ['debug', 'right.yaml', '--verbose'],
    ['plan', 'right.yaml', '--json'],
    ['go', 'right.yaml', '--json'],
    ['debug', 'wrong.yaml', '--verbose'],
    ['go', 'wrong.yaml', '--json'],
    ['go', 'broken.yaml', '--verbose'],
    ['discover', 'db', 'right.yaml', '--json'],
    ['discover', 'db', 'wrong.yaml'],
    ['journal', 'right.yaml', '--json'],
    ['verify', 'right.yaml', '--json'],
    ['types', '--json'],
  ];
  for (const command of runs) {
    const { out, err } = await hygge(command, own, env);
    outputs.push(out, err);
  }
  // The arguments of every process, while one of them moves rows.
  const gate = await server.client();
  await gate.query('SELECT pg_advisory_lock(43)');
  const gated = `{ home: { type: postgres, connection: db, query: SELECT pg_advisory_lock_shared(43)::text AS x }, store: gated }`;
  await writeFile(join(own, 'gated.yaml'), `${project(right).split('flows:')[0]}flows:\n  gated: ${gated}\n`);
  const running = hygge(['go', 'gated.yaml'], own, env);
  const waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";
  await expect.poll(() => server.query(waiting), patient).toEqual([['1']]);
  const processes = await readdir('/proc').catch(() => []);
  const lines = processes.map((id) => readFile(join('/proc', id, 'cmdline'), 'utf8').catch(() => ''));
  outputs.push(...(await Promise.all(lines)));
  await gate.end();
  expect((await running).exitCode).toBe(0);
  expect(outputs[0]).toMatch(/✓ db connection.*Postgres 1/);
  // What a run writes, besides: the journal, plans, records beside the data, the data itself.
  for (const file of await readdir(own, { recursive: true }))
    outputs.push(await readFile(join(own, file), 'latin1').catch(() => ''));
  const all = outputs.join('\n');
  expect(all).toContain('TABLE_NOT_FOUND');
  expect(all).toContain('the login failed');
  expect(secrets.filter((secret) => all.includes(secret))).toEqual([]);
}, 120_000);
