import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startProxy, type TroubledLine } from '../postgres/support/proxy.js';
import { password, startServer, type TestServer } from '../postgres/support/server.js';
import { hygge } from './helpers.js';

let server: TestServer;
let proxy: TroubledLine;
let folder: string;
beforeAll(async () => {
  server = await startServer({ fsync: 'off' });
  proxy = await startProxy(() => server.port);
  folder = mkdtempSync(join(tmpdir(), 'hygge-debug-'));
  await server.query(`
    CREATE ROLE clerk LOGIN PASSWORD 'clerk'; CREATE SCHEMA shop; CREATE TABLE shop.orders AS SELECT 1 AS id;
    CREATE ROLE team PASSWORD 'team'`);
  await server.query('CREATE DATABASE locked');
  await server.query('REVOKE CONNECT ON DATABASE locked FROM public');
});
afterEach(() => {
  proxy.trouble = {};
});
afterAll(async () => {
  await proxy?.close();
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

const clerk = { user: 'clerk', password: 'clerk' };

interface Check {
  readonly name: string;
  readonly role: string;
  readonly ok: boolean;
  readonly message: string;
  readonly error: { readonly code: string; readonly hint: string } | null;
}

/** What `hygge debug` finds of some connections, all at once. */
async function debug(
  settings: Readonly<Record<string, object>>,
  flows: object = {},
): Promise<{ code: number | null; checks: Check[] }> {
  const own = { type: 'postgres', host: '127.0.0.1', port: server.port, user: server.user, password };
  const connections = Object.fromEntries(
    Object.entries(settings).map(([name, keys]) => [name, { ...own, database: 'postgres', ...keys }]),
  );
  writeFileSync(join(folder, 'hygge.yml'), JSON.stringify({ connections, flows }));
  const { code, stdout, stderr } = await hygge(['debug', '--json'], { cwd: folder });
  expect(stderr).toBe('');
  return { code, checks: JSON.parse(stdout).checks };
}

describe('hygge debug of Postgres', () => {
  it('says for each connection which step failed, and what to try', async () => {
    const steps = {
      name: ['finding the server', { host: 'nowhere.invalid' }, /Check host:/],
      port: ['reaching the server', { port: 1 }, /Is the server running/],
      tls: ['the encrypted connection', { ssl: true }, /ssl: false/],
      password: ['the login', { password: 'wrong' }, /Check user: and password:/],
      user: ['the login', { user: 'missing' }, /Check user: and password:/],
      team: ['the login', { user: 'team', password: 'team' }, /pg_hba\.conf/],
      locked: ['the login', { database: 'locked', ...clerk }, /GRANT CONNECT ON DATABASE/],
      database: ['choosing the database', { database: 'missing' }, /Check database:/],
    } as const;
    const settings = Object.entries(steps).map(([name, [, keys]]) => [name, keys]);
    const { code, checks } = await debug({ good: {}, ...Object.fromEntries(settings) });
    expect(code).toBe(1);
    const [good, ...others] = checks;
    const found = expect.stringMatching(/^Postgres \d+\.\d+, .*, not encrypted$/);
    expect(good).toMatchObject({ name: 'good', role: 'connection', ok: true, message: found });
    expect(others).toMatchObject(
      Object.entries(steps).map(([name, [step, , hint]]) => ({
        name,
        ok: false,
        message: expect.stringContaining(`${step} failed: `),
        error: { code: 'CONNECTION_FAILED', hint: expect.stringMatching(hint) },
      })),
    );
  });

  it('says that a server does not answer', async () => {
    proxy.trouble = { onPiece: () => 'keep' };
    const { checks } = await debug({ db: { port: proxy.port, connect_timeout: 0.5 } });
    expect(checks[0]?.message).toMatch(/reaching the server failed: .*timeout/);
    expect(checks[0]?.error?.hint).toContain('raise connect_timeout:');
  });

  it('says that a server is too old', async () => {
    const [[number = ''] = []] = await server.query('SHOW server_version_num');
    const real = Buffer.from(number ?? '');
    proxy.trouble = {
      onPiece: (from, piece) => {
        const at = from === 'server' ? piece.indexOf(real) : -1;
        if (at >= 0) piece.write('129999', at);
        return 'pass';
      },
    };
    const { checks } = await debug({ db: { port: proxy.port } });
    expect(checks[0]?.message).toMatch(/the server's version failed: .* 13 is the oldest/);
  });

  it('says which rights the role lacks, on either side', async () => {
    const flow = {
      home: { type: 'postgres', connection: 'db', table: 'shop.orders' },
      store: { type: 'postgres', connection: 'db', table: 'shop.copies' },
    };
    const { checks } = await debug({ db: clerk }, { flow });
    expect(checks.map(({ role, ok, error }) => [role, ok, error?.hint])).toEqual([
      ['connection', true, undefined],
      ['home', false, 'An administrator can allow it: GRANT USAGE ON SCHEMA "shop" TO "clerk"'],
      ['store', false, 'An administrator can allow it: GRANT USAGE, CREATE ON SCHEMA "shop" TO "clerk"'],
    ]);
  });
});
