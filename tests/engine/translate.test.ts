import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { literal, pathList, translateEngineError } from '../../src/engine/index.js';
import { errorOf, useEngine } from './support.js';

const held = useEngine();
const at = (name: string): string => join(held.folder, name);
const read = (...names: string[]): string =>
  `SELECT sum(a), max(b) FROM read_parquet(${pathList(names.map(at))})`;

beforeAll(async () => {
  const copy = (name: string, select: string): Promise<number> =>
    held.session.run(`COPY (${select}) TO ${literal(at(name))}`);
  await copy('good.parquet', 'SELECT i AS a, i::VARCHAR AS b FROM range(10000) t(i)');
  await copy('other.parquet', "SELECT 'x' AS a, 'y' AS b");
  await copy('fewer.parquet', 'SELECT 1::BIGINT AS a');
  const good = readFileSync(at('good.parquet'));
  writeFileSync(at('cut.parquet'), good.subarray(0, good.length - 100));
  writeFileSync(at('tiny.parquet'), 'PAR1');
  writeFileSync(at('text.parquet'), 'this is a text, and a long enough one');
  const page = Buffer.from(good);
  page.fill(0x77, 100, 2000);
  writeFileSync(at('page.parquet'), page);
  const length = Buffer.from(good);
  length.writeUInt32LE(99_999_999, length.length - 8);
  writeFileSync(at('length.parquet'), length);
});

describe('errors of the engine', () => {
  it.each([
    ['PATH_NOT_FOUND', ['nowhere.parquet']],
    ['NOT_PARQUET', ['text.parquet']],
    ['NOT_PARQUET', ['cut.parquet']],
    ['NOT_PARQUET', ['tiny.parquet']],
    ['PARQUET_DAMAGED', ['page.parquet']],
    ['PARQUET_DAMAGED', ['length.parquet']],
    ['SCHEMAS_DISAGREE', ['good.parquet', 'other.parquet']],
    ['SCHEMAS_DISAGREE', ['good.parquet', 'fewer.parquet']],
  ])('%s from %o', async (code, names) => {
    const error = await errorOf(() => held.session.run(read(...names)));
    expect(error.code).toBe(code);
    expect(error.message).toContain(at(names.at(-1) ?? ''));
    expect(error.message).not.toMatch(/LINE 1|\n/);
    expect(error.cause).toBeInstanceOf(Error);
    expect(error.retryable).toBe(false);
  });

  it('name both types where files disagree', async () => {
    const error = await errorOf(() => held.session.run(read('good.parquet', 'other.parquet')));
    expect(error.facts).toMatchObject({ column: 'a', firstType: 'BIGINT', secondType: 'VARCHAR' });
  });

  it('are one line, without what the engine adds for its own console', async () => {
    const error = await errorOf(() => held.session.run('SELECT 1 FROM'));
    expect(error.message).toBe('numbers: the engine stopped: syntax error at end of input');
    const inBatches = await errorOf(async () => {
      const relation = {
        sql: 'SELEC 1',
        schema: [{ name: 'a', type: { kind: 'integer' as const }, nullable: true }],
      };
      for await (const _ of held.session.batches(relation));
    });
    expect(inBatches.message).toMatch(/^numbers: the engine stopped: syntax error at or near/);
  });

  it.each([
    ['DISK_FULL', 'IO Error: Could not write file "/data/x": No space left on device'],
    ['PATH_NOT_WRITABLE', 'IO Error: Could not write file "/data/x": File too large'],
    ['PATH_NOT_FOUND', 'IO Error: Cannot open file "/data/x": No such file or directory'],
    ['PATH_NOT_READABLE', 'IO Error: Cannot open file "/data/x": Permission denied'],
    [
      'OUT_OF_MEMORY',
      'Out of Memory Error: failed to allocate data of size 16.0 MiB (34.4 MiB/38.1 MiB used)',
    ],
    ['INTERRUPTED', 'INTERRUPT Error: Interrupted!'],
    ['ENGINE_FAILED', 'Something new: of which nothing is known'],
  ])('%s from its words', (code, message) => {
    expect(translateEngineError(new Error(message), { name: 'numbers' }).code).toBe(code);
  });

  it('may be tried again where the system says that it passes', () => {
    const message = 'IO Error: Could not do it: Too many open files';
    expect(translateEngineError(new Error(message), { name: 'numbers' }).retryable).toBe(true);
  });

  it('that are hygge’s own already stay as they are', async () => {
    const own = await errorOf(() => literal('\0'));
    expect(translateEngineError(own, { name: 'numbers' })).toBe(own);
  });
});
