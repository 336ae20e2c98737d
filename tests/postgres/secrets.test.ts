// Where a password could be seen by others while a run is under way: what processes are started with, what the server
// lists, and every file that there is then.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { folderWith, hygge } from '../cli/helpers.js';
import { password, startServer, type TestServer } from './support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ fsync: 'off' });
});
afterAll(() => server?.close());

/** All that a file, or the files below a folder, hold. */
const contents = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));

/** What every process of this machine was started with. */
function argumentsOfAll(): string {
  if (!existsSync('/proc/self/cmdline'))
    return spawnSync('ps', ['-A', '-ww', '-o', 'args'], { encoding: 'utf8' }).stdout;
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const read = (id: string): string => {
    try {
      return readFileSync(`/proc/${id}/cmdline`, 'utf8').replaceAll('\0', ' ');
    } catch {
      return '';
    }
  };
  return all.map(read).join('\n');
}

it('a password is found nowhere while a run is under way, raw or encoded', async () => {
  const { port, user } = server;
  const bytes = Buffer.from(password);
  const forms = [
    password,
    bytes.toString('latin1'),
    encodeURIComponent(password),
    JSON.stringify(password).slice(1, -1),
    ...(['base64', 'base64url', 'hex'] as const).map((encoding) => bytes.toString(encoding)),
  ];
  const query = 'SELECT i AS id, pg_advisory_lock_shared(42) IS NULL AS waited FROM generate_series(1, 3) i';
  const cwd = folderWith({
    'hygge.yml': `
connections:
  db: { type: postgres, host: 127.0.0.1, port: ${port}, user: ${user}, password: "\${PW}", database: postgres }
flows:
  out: { home: { type: postgres, connection: db, query: "${query}" }, store: out }
`,
  });
  const gate = await server.client();
  await gate.query('SELECT pg_advisory_lock(42)');
  const temporary = join(cwd, 'tmp');
  mkdirSync(temporary);
  const env = { PW: password, TMPDIR: temporary };
  const running = hygge(['go', '--verbose'], { cwd, env });
  const waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'advisory'";
  await expect.poll(() => server.query(waiting), { timeout: 20_000 }).toEqual([['1']]);
  const processes = argumentsOfAll();
  const listed = await server.query('SELECT application_name, query FROM pg_stat_activity');
  const files = contents(cwd);
  await gate.end();
  const { code, stdout, stderr } = await running;
  expect([code, processes]).toEqual([0, expect.stringMatching(/cli\/main\.js go --verbose/)]);
  expect(listed.flat().join()).toContain('pg_advisory_lock_shared(42)');
  const all = [processes, ...listed.flat(), ...files, ...contents(cwd), stdout, stderr].join('\n');
  expect(all).toContain('"status":"success"');
  expect(forms.filter((form) => all.includes(form))).toEqual([]);
}, 60_000);
