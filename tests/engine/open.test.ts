import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openEngine } from '../../src/engine/index.js';
import { loadNative } from '../../src/engine/native.js';

const nativeLoaded = (): boolean =>
  Object.keys(createRequire(import.meta.url).cache).some((path) => path.includes('@duckdb'));

it('loads the native library with the first engine, not with the module', async () => {
  expect(nativeLoaded()).toBe(false);
  await loadNative();
  expect(nativeLoaded()).toBe(true);
});

it('takes half of the memory and all threads, unless told otherwise', async () => {
  const engine = await openEngine();
  expect(engine.memoryLimit).toBeGreaterThan(0);
  expect(engine.memoryLimit).toBeLessThanOrEqual(totalmem() / 2);
  expect(engine.threads).toBe(availableParallelism());
  await engine.close();

  const small = await openEngine({ memoryLimit: 256 * 1024 * 1024, threads: 1 });
  expect([small.memoryLimit, small.threads]).toEqual([256 * 1024 * 1024, 1]);
  const session = await small.session();
  expect(
    await session.rows(
      "SELECT value FROM duckdb_settings() WHERE name IN ('memory_limit', 'threads') ORDER BY name",
    ),
  ).toEqual([['256.0 MiB'], ['1']]);
  await small.close();
});

it('reaches for nothing on the network, caches no file, keeps the order, and lives in UTC', async () => {
  const engine = await openEngine({ threads: 1 });
  const session = await engine.session();
  const settings = await session.rows(`SELECT name, value FROM duckdb_settings() WHERE name IN (
    'autoinstall_known_extensions', 'autoload_known_extensions', 'allow_community_extensions',
    'enable_external_file_cache', 'parquet_metadata_cache', 'preserve_insertion_order', 'TimeZone')`);
  expect(Object.fromEntries(settings)).toEqual({
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
    enable_external_file_cache: 'false',
    parquet_metadata_cache: 'false',
    preserve_insertion_order: 'true',
    TimeZone: 'UTC',
  });
  await engine.close();
});

it('makes its folder for temporary files when it needs it, and removes what it made', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hygge-engine-'));
  const tempFolder = join(folder, 'spill');
  const engine = await openEngine({ memoryLimit: 60_000_000, threads: 2, tempFolder });
  expect(existsSync(tempFolder)).toBe(false);
  const session = await engine.session();
  await session.run('CREATE TABLE wide AS SELECT i, hash(i)::VARCHAR AS text FROM range(3000000) t(i)');
  expect(existsSync(tempFolder)).toBe(true);
  // A reader that was left in the middle keeps the engine alive.
  const sql = 'SELECT * FROM wide';
  const batches = session.batches({ sql, schema: await session.describe(sql) })[Symbol.asyncIterator]();
  await batches.next();
  await engine.close();
  expect(readdirSync(folder)).toEqual([]);
  rmSync(folder, { recursive: true });
});

it('leaves a folder that was there before', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hygge-engine-'));
  const engine = await openEngine({ threads: 1, tempFolder: folder });
  await engine.close();
  expect(existsSync(folder)).toBe(true);
  rmSync(folder, { recursive: true });
});
