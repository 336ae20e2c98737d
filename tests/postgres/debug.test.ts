// `hygge debug` before a real server, and before what is none: which step failed, and what to try.
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { folderWith, hygge } from '../cli/helpers.js';
import { startProxy, type TroubledLine } from './support/proxy.js';
import { password, startServer, type TestServer } from './support/server.js';

let server: TestServer;
let old: TroubledLine;
let silent: Server;
beforeAll(async () => {
  server = await startServer({ fsync: 'off' });
  old = await startProxy(() => server.port);
  const [[number = ''] = []] = await server.query("SELECT current_setting('server_version_num')");
  old.trouble = {
    onPiece: (_, piece) => {
      const at = piece.indexOf(number ?? '');
      if (at >= 0) piece.write('120099', at);
      return 'pass';
    },
  };
  silent = createServer();
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  await server.query('CREATE DATABASE closed');
  await server.query(`
    CREATE ROLE weak LOGIN PASSWORD 'weak'; REVOKE CONNECT ON DATABASE closed FROM public;
    REVOKE ALL ON SCHEMA public FROM public; CREATE SCHEMA shop; CREATE TABLE shop.orders AS SELECT 1 AS id;
    GRANT USAGE ON SCHEMA shop TO weak`);
});
afterAll(async () => {
  await old?.close();
  silent?.close();
  await server?.close();
});

interface Check {
  readonly name: string;
  readonly role: string;
  readonly ok: boolean;
  readonly message: string;
  readonly error: { readonly code: string; readonly hint: string } | null;
}

it('tries each connection step by step, and says which one failed and what to try', async () => {
  const { port, user } = server;
  const right = { type: 'postgres', host: '127.0.0.1', port, user, password, database: 'postgres' };
  const silence = silent.address();
  const connections = {
    right,
    by_url: {
      type: 'postgres',
      url: `postgresql://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`,
    },
    name: { ...right, host: 'nowhere.invalid' },
    port: { ...right, port: 1 },
    silence: { ...right, port: typeof silence === 'object' ? silence?.port : 0, connect_timeout: 0.5 },
    encryption: { ...right, ssl: true },
    login: { ...right, password: 'another' },
    role: { ...right, user: 'nobody' },
    database: { ...right, database: 'nowhere' },
    closed: { ...right, user: 'weak', password: 'weak', database: 'closed' },
    version: { ...right, port: old.port },
  };
  const cwd = folderWith({ 'hygge.yml': JSON.stringify({ connections }) });
  const { code, stdout, stderr } = await hygge(['debug', '--json'], { cwd });
  expect([code, stderr]).toEqual([1, '']);
  const checks: readonly Check[] = JSON.parse(stdout).checks;
  const told = Object.fromEntries(checks.map((check) => [check.name, check]));
  expect(checks.map(({ role }) => role)).toEqual(Object.keys(connections).map(() => 'connection'));
  for (const name of ['right', 'by_url'])
    expect(told[name]).toMatchObject({
      ok: true,
      message: expect.stringMatching(
        /^Postgres \d+(\.\d+)?, hygge_test@127\.0\.0\.1:\d+\/postgres, not encrypted$/,
      ),
    });
  const steps: readonly (readonly [string, RegExp, RegExp])[] = [
    ['name', /finding the server failed/, /Check host:/],
    ['port', /reaching the server failed: .*ECONNREFUSED/, /Is the server running/],
    ['silence', /reaching the server failed: .*timeout/, /raise connect_timeout:/],
    ['encryption', /the encrypted connection failed: .*SSL/, /ssl: false does not encrypt/],
    ['login', /the login failed: password authentication failed/, /Check user: and password:/],
    ['role', /the login failed: password authentication failed/, /Check user: and password:/],
    ['database', /choosing the database failed: database "nowhere" does not exist/, /Check database:/],
    ['closed', /the login failed: permission denied for database/, /./],
    ['version', /the server's version failed: it is .*, and 13 is the oldest/, /Use a newer server/],
  ];
  for (const [name, message, hint] of steps) {
    const { ok, error, message: said } = told[name] ?? { ok: true, error: null, message: '' };
    expect([name, ok, error?.code]).toEqual([name, false, 'CONNECTION_FAILED']);
    expect([name, said, error?.hint]).toEqual([
      name,
      expect.stringMatching(message),
      expect.stringMatching(hint),
    ]);
  }
});

it('tells the rights that a role lacks, for the home and for the store', async () => {
  const { port, user } = server;
  const place = { type: 'postgres', host: '127.0.0.1', port, database: 'postgres' };
  const connections = {
    all: { ...place, user, password },
    weak: { ...place, user: 'weak', password: 'weak' },
  };
  const orders = (connection: string) => ({ type: 'postgres', connection, table: 'shop.orders' });
  const flows = {
    read: { home: orders('weak'), store: 'out' },
    write: { home: orders('all'), store: { ...orders('weak'), table: 'shop.copies' } },
    change: { home: 'in', store: orders('weak') },
  };
  const cwd = folderWith({ 'hygge.yml': JSON.stringify({ connections, flows }) });
  const { stdout } = await hygge(['debug', '-f', 'read,write'], { cwd });
  expect(stdout).toMatch(/✓ weak connection/);
  expect(stdout).toMatch(/✗ read home.*\n +✗ DATABASE_RIGHTS.*permission denied for table orders/);
  expect(stdout).toMatch(
    /✗ write store.*\n +✗ DATABASE_RIGHTS[\s\S]*GRANT USAGE, CREATE ON SCHEMA "shop" TO "weak"/,
  );
  await server.query('GRANT USAGE, CREATE ON SCHEMA shop TO weak; GRANT SELECT ON shop.orders TO weak');
  const json = await hygge(['debug', '--json'], { cwd });
  const checks: readonly Check[] = JSON.parse(json.stdout).checks;
  const failed = checks.filter(({ ok }) => !ok).map(({ name, role, error }) => [name, role, error?.code]);
  expect(failed).toEqual([
    ['change', 'home', 'PATH_NOT_FOUND'],
    ['change', 'store', 'DATABASE_RIGHTS'],
  ]);
  // Nothing was made by looking.
  expect(await server.query("SELECT tablename FROM pg_tables WHERE schemaname = 'shop'")).toEqual([
    ['orders'],
  ]);
});
