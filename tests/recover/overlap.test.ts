import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseHome, parseStore } from '../../src/config/index.js';
import { defaultRetry } from '../../src/core/plan.js';
import { defaultSchemaSettings } from '../../src/core/schema-rules.js';
import { checkApart } from '../../src/flow/overlap.js';
import { builtinRegistry, HyggeError } from '../../src/index.js';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'hygge-overlap-'));
  mkdirSync(join(root, 'data/in'), { recursive: true });
  writeFileSync(join(root, 'data/in/a.parquet'), '');
  symlinkSync(join(root, 'data'), join(root, 'link'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** The code of the refusal; null where the two may be used together. */
function refusal(home: string, store: string, type: 'parquet' | 'duckdb' = 'parquet'): string | null {
  const registry = builtinRegistry();
  const config = {
    name: 'f',
    flow: 'f',
    entity: null,
    home: parseHome(registry, join(root, home)),
    store: parseStore(registry, { type, path: join(root, store) }),
    run_type: 'full_drop',
    append: null,
    columns: null,
    mask: null,
    polish: null,
    where: null,
    limit: null,
    watermark: null,
    settings: { queue_size: 1, timeout: 1, verify: 'counts', retry: defaultRetry },
    schema: defaultSchemaSettings,
    at: { file: 'flow.yml', line: 2, column: 3 },
    store_at: null,
  } as const;
  try {
    checkApart(config, registry.findHome('parquet'), registry.findStore(type));
    return null;
  } catch (error) {
    if (!(error instanceof HyggeError)) throw error;
    expect(error.at).toEqual(config.at);
    expect(error.kind).toBe('config');
    return error.code;
  }
}

describe('a home and a store', () => {
  it.each([
    ['data', 'data'],
    ['data', 'data/'],
    ['data', 'data/out'],
    ['data', 'data/out/deep/er'],
    ['data/in', 'data'],
    ['data/in/a.parquet', 'data/in'],
    ['data/in/a.parquet', 'data'],
    ['data/*.parquet', 'data'],
    ['data/*/*.parquet', 'data/out'],
    ['data/**/*.parquet', 'data/out'],
    ['data/**', 'data/out'],
    ['**/*.parquet', 'data/out'],
    ['link', 'data/out'],
    ['data', 'link/out'],
    ['link/in', 'data/in'],
    ['data/in/2024-*.parquet', 'data'],
  ])('that lie in one another are refused: %s and %s', (home, store) => {
    expect(refusal(home, store)).toBe('ENDS_OVERLAP');
  });

  it.each([
    ['data/in', 'data/out'],
    ['data/in', 'data/inside'],
    ['data/in', 'data/in-2'],
    ['data/*.parquet', 'data/out'],
    ['data/in*/*.parquet', 'data/out/deep'],
    ['data/in/*.parquet', 'data/out'],
    ['data/in/**/*.parquet', 'data/out'],
    ['data/in/a.parquet', 'data/out'],
    ['data/in/a.parquet', 'data/in/out'],
    ['data/in/..', 'link2'],
    ['gone', 'also-gone'],
  ])('that lie apart are not: %s and %s', (home, store) => {
    expect(refusal(home, store)).toBeNull();
  });
});

describe('a home and a store that is one file', () => {
  it.each([
    ['data', 'data/out.duckdb'],
    ['data/in', 'data/in/out.duckdb'],
    ['data/*.parquet', 'data/out.duckdb'],
    ['data/**/*.{parquet,pq}', 'data/deep/out.duckdb'],
    ['data/in/*', 'data/out.duckdb'],
  ])('may lie in one another where the home cannot find the file: %s and %s', (home, store) => {
    expect(refusal(home, store, 'duckdb')).toBeNull();
  });

  it.each([
    ['data/*', 'data/out.duckdb'],
    ['data/**', 'data/deep/out.duckdb'],
    ['data/**/out.*', 'data/out.duckdb'],
    ['data/[no]ut.{duckdb,db}', 'data/out.duckdb'],
    ['link/*', 'data/out.duckdb'],
  ])('are refused where its pattern finds it: %s and %s', (home, store) => {
    expect(refusal(home, store, 'duckdb')).toBe('ENDS_OVERLAP');
  });
});
