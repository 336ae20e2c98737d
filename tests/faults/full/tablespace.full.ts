import { chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Flow, HyggeError } from '../../../src/index.js';
import { password, startServer } from '../../postgres/support/server.js';
import { mayMount, run } from '../support/mount.js';
import { useTotals } from '../support/totals.js';

const totals = useTotals('table spaces that are full');

/** Some 33 MB of rows. */
const rows = 30_000;
const query = `SELECT i AS id, repeat(md5(i::text), 30) AS pad FROM generate_series(1, ${rows}) i`;

describe.runIf(mayMount)('a table space on a disk that is really full', () => {
  it.each([
    ['while rows are staged', 16, 'full_drop'],
    ['while they are published', 50, 'full_drop'],
    ['while they are appended', 50, 'incremental'],
    ['while they are merged', 50, 'merge'],
    ['while a new table is filled', 16, 'new'],
  ] as const)('%s: the old rows stay, and the next run with room goes on', async (_, size, how) => {
    const server = await startServer({ fsync: 'off' });
    const disk = join(server.folder, 'small');
    mkdirSync(disk);
    expect(run('mount', '-t', 'tmpfs', '-o', `size=${size}m`, 'tmpfs', disk)).toBe(true);
    try {
      if (process.getuid?.() === 0) chownSync(disk, 65534, 65534);
      await server.query(`CREATE TABLESPACE small LOCATION '${disk}'`);
      await server.query('ALTER DATABASE postgres SET default_tablespace = small');
      if (how !== 'new')
        await server.query(
          'CREATE TABLE target (id int PRIMARY KEY, pad text); INSERT INTO target VALUES (0, NULL)',
        );
      const place = { type: 'postgres', host: '127.0.0.1', port: server.port, user: server.user, password };
      const flow = () =>
        new Flow({
          name: 'full',
          connections: { db: { ...place, database: 'postgres' } },
          home: { type: 'postgres', connection: 'db', query },
          store: { type: 'postgres', connection: 'db', table: 'target' },
          run_type: how === 'new' ? 'full_drop' : how,
          retry: { attempts: 1 },
          ...(how === 'merge' ? { watermark: { primary_key: 'id' } } : {}),
        }).start();
      const error = await flow().then(
        () => null,
        (thrown: unknown) => thrown as HyggeError,
      );
      totals.runs += 2;
      totals.faults += 1;
      expect(error).toBeInstanceOf(HyggeError);
      expect(error?.message).toMatch(/No space left on device/);
      const tables = () =>
        server.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename");
      expect((await tables()).flat()).toEqual(how === 'new' ? ['hygge_runs'] : ['hygge_runs', 'target']);
      if (how !== 'new') expect(await server.query('SELECT id, pad FROM target')).toEqual([['0', null]]);
      expect(run('mount', '-o', 'remount,size=400m', disk)).toBe(true);
      await flow();
      totals.recoveries += 1;
      const kept = how === 'incremental' || how === 'merge' ? 1 : 0;
      const found = await server.query(`SELECT count(*), count(DISTINCT id), count(pad) FROM target`);
      expect(found).toEqual([[`${rows + kept}`, `${rows + kept}`, `${rows}`]]);
    } finally {
      await server.crash().catch(() => {});
      run('umount', disk);
      await server.close().catch(() => {});
    }
  });
});
