import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Flow, type FlowOptions, HyggeError } from '../../src/index.js';
import { password, startServer, type TestServer } from './support/server.js';

let server: TestServer;
let folder: string;
let ca: string;
let otherCa: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hygge-postgres-denied-'));
  ca = await authority('ca');
  otherCa = await authority('other');
  server = await startServer({ fsync: 'off' }, { fileLimit: 20_000, certificate: await certificate() });
  await server.query('CREATE DATABASE closed');
  await server.query(`
    CREATE ROLE weak LOGIN PASSWORD 'weak'; REVOKE CONNECT ON DATABASE closed FROM public;
    REVOKE ALL ON SCHEMA public FROM public;
    CREATE SCHEMA shop; CREATE TABLE shop.orders AS SELECT 1 AS id; CREATE TABLE source AS SELECT i AS id FROM generate_series(1, 9) i`);
}, 120_000);
afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

function openssl(...args: string[]): void {
  const { status, stderr } = spawnSync('openssl', args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`openssl ${args.join(' ')}: ${stderr}`);
}
const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** A certificate that signs others; gives its file. */
async function authority(name: string): Promise<string> {
  const subject = ['-subj', `/CN=${name} of tests`, '-days', '2'];
  openssl('req', '-x509', ...newKey, '-keyout', `${name}.key`, '-out', `${name}.pem`, ...subject);
  return join(folder, `${name}.pem`);
}

/** Of the server, for the name localhost alone. */
async function certificate(): Promise<{ cert: string; key: string; ca: string }> {
  await writeFile(join(folder, 'names'), 'subjectAltName=DNS:localhost');
  openssl('req', ...newKey, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=localhost');
  const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'names'];
  openssl('x509', '-req', '-in', 'server.csr', '-out', 'server.pem', ...signed);
  const read = (name: string) => readFile(join(folder, name), 'utf8');
  return { cert: await read('server.pem'), key: await read('server.key'), ca: await read('ca.pem') };
}

type Settings = Readonly<Record<string, unknown>>;
const asAdmin = (): Settings => ({ user: server.user, password, host: '127.0.0.1', database: 'postgres' });
const asWeak = (): Settings => ({ ...asAdmin(), user: 'weak', password: 'weak' });

/** From a connection of the administrator's into a table, by another one. */
function bring(store: string, settings: Settings, more: Partial<FlowOptions> = {}) {
  const shared = { type: 'postgres', port: server.port };
  return new Flow({
    name: 'denied',
    connections: { admin: { ...shared, ...asAdmin() }, db: { ...shared, ...settings } },
    home: { type: 'postgres', connection: 'admin', table: 'source' },
    store: { type: 'postgres', connection: 'db', table: store },
    retry: { attempts: 1 },
    ...more,
  }).start();
}

async function failure(work: Promise<unknown>): Promise<HyggeError> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(HyggeError);
  return error as HyggeError;
}

describe('a role without rights', () => {
  it('may not connect: the login is what failed', async () => {
    const error = await failure(bring('shop.orders', { ...asWeak(), database: 'closed' }));
    expect([error.code, error.message]).toEqual([
      'CONNECTION_FAILED',
      expect.stringMatching(/the login failed: permission denied for database "closed"/),
    ]);
  });

  it('is told each right that it lacks, and what grants it, before anything is written', async () => {
    const granted: string[] = [];
    // What the hint says is done, until nothing is missing.
    for (let tries = 0; tries < 8; tries++) {
      const error = await bring('shop.orders', asWeak()).then(
        () => null,
        (thrown: unknown) => thrown as HyggeError,
      );
      if (error === null) break;
      expect([error.code, error.message]).toEqual(['DATABASE_RIGHTS', expect.stringContaining('may not')]);
      const [, grant = ''] = /An administrator can allow it: (.*)$/.exec(error.hint ?? '') ?? [];
      expect(grant).toMatch(/^GRANT /);
      expect(await server.query('SELECT id FROM shop.orders')).toEqual([['1']]);
      await server.query(grant);
      granted.push(grant);
    }
    expect(granted).toEqual([
      'GRANT USAGE, CREATE ON SCHEMA "shop" TO "weak"',
      'GRANT SELECT, INSERT, UPDATE, DELETE ON "shop"."orders" TO "weak"',
    ]);
    expect(await server.query('SELECT count(*) FROM shop.orders')).toEqual([['9']]);
  });

  it('may not change what another role keeps of its runs', async () => {
    await bring('kept.orders', asAdmin());
    await server.query(
      'GRANT ALL ON SCHEMA kept TO weak; GRANT SELECT, INSERT, UPDATE, DELETE ON kept.orders TO weak',
    );
    const error = await failure(bring('kept.orders', asWeak()));
    expect(error.hint).toContain('GRANT SELECT, INSERT, UPDATE, DELETE ON "kept"."hygge_runs" TO "weak"');
  });

  it('may not make a schema, nor read a table', async () => {
    const error = await failure(bring('elsewhere.orders', asWeak()));
    expect([error.code, error.hint]).toEqual([
      'DATABASE_RIGHTS',
      expect.stringContaining('GRANT CREATE ON DATABASE "postgres" TO "weak"'),
    ]);
    const home = { type: 'postgres', connection: 'db', table: 'source' } as const;
    const read = () => bring('unused', asWeak(), { home, store: join(folder, 'out') });
    const missing = [
      ['permission denied for schema public', 'GRANT USAGE ON SCHEMA "public" TO "weak"'],
      ['permission denied for table source', 'GRANT SELECT ON "public"."source" TO "weak"'],
    ] as const;
    for (const [reason, grant] of missing) {
      const reading = await failure(read());
      expect([reading.code, reading.message, reading.hint]).toEqual([
        'DATABASE_RIGHTS',
        expect.stringContaining(reason),
        `An administrator can allow it: ${grant}`,
      ]);
      await server.query(grant);
    }
    expect((await read()).rows).toBe(9);
  });
});

describe('a connection without a password', () => {
  // What nobody wrote into the configuration is not used: not by a run, and not only on some machines.
  it.each([
    ['in the environment', async () => ({ PGPASSWORD: 'weak' })],
    [
      'in the file of passwords',
      async () => {
        const file = join(folder, 'pgpass');
        await writeFile(file, '*:*:*:*:weak\n', { mode: 0o600 });
        return { PGPASSFILE: file };
      },
    ],
  ])('takes none that lies %s', async (_, given) => {
    const variables = await given();
    Object.assign(process.env, variables);
    try {
      const error = await failure(bring('shop.orders', { ...asWeak(), password: undefined }));
      expect([error.code, error.message]).toEqual([
        'CONNECTION_FAILED',
        expect.stringContaining('the login failed'),
      ]);
    } finally {
      for (const name of Object.keys(variables)) delete process.env[name];
    }
  });
});

describe('a server that stops', () => {
  it('a statement that takes too long, and the table is as it was', async () => {
    await server.query('CREATE TABLE patient AS SELECT 0 AS id');
    const slow = 'SELECT 1 AS id FROM pg_sleep(30)';
    const home = { type: 'postgres', connection: 'db', query: slow } as const;
    const error = await failure(bring('patient', { ...asAdmin(), statement_timeout: 0.3 }, { home }));
    expect([error.code, error.hint]).toEqual([
      'DATABASE_FAILED',
      expect.stringContaining('Raise statement_timeout of the connection'),
    ]);
    expect(await server.query('SELECT id FROM patient')).toEqual([['0']]);
  });

  it('when a file cannot grow any more, and nothing is left of it', async () => {
    await server.query('CREATE TABLE filled AS SELECT 0 AS id, NULL AS pad');
    const query = 'SELECT i AS id, repeat(md5(i::text), 30) AS pad FROM generate_series(1, 30000) i';
    const home = { type: 'postgres', connection: 'db', query } as const;
    const error = await failure(bring('filled', asAdmin(), { home }));
    expect([error.code, error.message]).toEqual([
      'DATABASE_FAILED',
      expect.stringMatching(/could not extend file.*File too large/),
    ]);
    expect(await server.query('SELECT id FROM filled')).toEqual([['0']]);
    const left = "SELECT tablename FROM pg_tables WHERE tablename LIKE 'hygge\\_stage\\_%'";
    expect(await server.query(left)).toEqual([]);
  });
});

describe('an encrypted connection', () => {
  const local = (ssl: unknown): Settings => ({ ...asAdmin(), host: 'localhost', ssl });
  const isEncrypted = 'SELECT 1 AS id, ssl::text AS encrypted FROM pg_stat_ssl WHERE pid = pg_backend_pid()';
  const home = { type: 'postgres', connection: 'db', query: isEncrypted } as const;

  it.each([
    ['with a certificate that is trusted', () => ({ ca }), 'true'],
    ['without a look at it', () => 'no-verify', 'true'],
    ['without a look at it, said in another way', () => ({ verify: false }), 'true'],
    ['not at all', () => false, 'false'],
  ])('is made %s', async (_, ssl, encrypted) => {
    await bring('tls', local(ssl()), { home });
    expect(await server.query('SELECT encrypted FROM tls')).toEqual([[encrypted]]);
  });

  // Pieces of a connection end anywhere: in a row, and in the head of a message before it.
  it.each([
    ['encrypted', 'no-verify'],
    ['not encrypted', false],
  ])('brings rows of every length, in order: %s', async (_, ssl) => {
    const query =
      'SELECT i AS id, repeat(chr(97 + i % 26), CASE WHEN i % 5000 = 0 THEN 300000 ELSE i % 97 END) AS text FROM generate_series(1, 20000) i';
    await bring('lengths', local(ssl), { home: { ...home, query } });
    const differ = `SELECT count(*) FROM lengths FULL JOIN (${query}) AS sent USING (id) WHERE lengths.text IS DISTINCT FROM sent.text`;
    expect(await server.query(differ)).toEqual([['0']]);
  });

  it.each([
    ['an authority that nobody knows', () => local(true), /self-signed|unable to verify|unable to get/],
    ['another authority than the one that is trusted', () => local({ ca: otherCa }), /certificate/],
    ['another name', () => ({ ...local({ ca }), host: '127.0.0.1' }), /altnames|does not match/],
  ])('is refused with a certificate of %s', async (_, settings, message) => {
    const error = await failure(bring('tls_refused', settings(), { home }));
    expect([error.code, error.message]).toEqual(['CONNECTION_FAILED', expect.stringMatching(message)]);
    expect([error.message, error.hint]).toEqual([
      expect.stringContaining('the encrypted connection failed'),
      expect.stringContaining('ssl: { ca: FILE }'),
    ]);
  });

  // An address of this machine that is not one of those that are known to be it.
  const far = { host: '0.0.0.0', ssl: undefined };
  it.each([
    ['by default', far],
    ['by sslmode=require', { url: 'postgresql://0.0.0.0/postgres?sslmode=require', host: undefined }],
  ])('to another machine is encrypted, and the certificate looked at: %s', async (_, settings) => {
    const error = await failure(bring('tls_refused', { ...asAdmin(), ...settings }, { home }));
    expect([error.code, error.message]).toEqual([
      'CONNECTION_FAILED',
      expect.stringMatching(
        /the encrypted connection failed: .*(self-signed|unable to verify|unable to get)/,
      ),
    ]);
    await bring('tls', { ...asAdmin(), ...settings, ssl: 'no-verify' }, { home });
    expect(await server.query('SELECT encrypted FROM tls')).toEqual([['true']]);
  });

  it('shows the certificate of its own', async () => {
    openssl('req', ...newKey, '-keyout', 'own.key', '-out', 'own.csr', '-subj', '/CN=ada');
    openssl(...['x509', '-req', '-in', 'own.csr', '-out', 'own.pem', '-CA', 'ca.pem', '-CAkey', 'ca.key']);
    const query = 'SELECT 1 AS id, client_dn FROM pg_stat_ssl WHERE pid = pg_backend_pid()';
    const own = { ca, cert: join(folder, 'own.pem'), key: join(folder, 'own.key') };
    await bring('shown', local(own), { home: { ...home, query } });
    expect(await server.query('SELECT client_dn FROM shown')).toEqual([['/CN=ada']]);
  });

  it('needs the file of its certificates', async () => {
    const error = await failure(bring('tls_refused', local({ ca: join(folder, 'nowhere.pem') }), { home }));
    expect([error.code, error.message]).toEqual([
      'PATH_NOT_READABLE',
      expect.stringContaining('ssl.ca of connection "db"'),
    ]);
  });
});
