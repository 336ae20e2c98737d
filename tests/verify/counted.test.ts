import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Engine, EngineSession } from '../../src/core/engine.js';
import type { Schema } from '../../src/core/types.js';
import { literal, openEngine } from '../../src/engine/index.js';
import { CsvWriter } from '../../src/formats/csv/writer.js';
import { NdjsonWriter } from '../../src/formats/ndjson/writer.js';

const folder = mkdtempSync(join(tmpdir(), 'hygge-counted-'));
const runs = Number(process.env.HYGGE_RUNS ?? 150);
const seed = Number(process.env.HYGGE_SEED ?? 20_261_126);
let engine: Engine;
let session: EngineSession;
beforeAll(async () => {
  engine = await openEngine({ threads: 1 });
  session = await engine.session();
});
afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true });
});

/** Texts of all that could be taken for the end of a value, of a quotation or of a row. */
const text = fc.string({
  unit: fc.constantFrom(
    '"',
    "'",
    '\\',
    ',',
    ';',
    '\n',
    '\r',
    '\r\n',
    '\t',
    '#',
    ' ',
    'a',
    'N',
    '\uFEFF',
    '\u2028',
  ),
  maxLength: 6,
});
const given = fc.record({
  rows: fc.array(fc.tuple(fc.option(text), fc.option(text)), { maxLength: 8 }),
  columns: fc.constantFrom(1, 2),
  delimiter: fc.constantFrom(',', ';', '\t'),
  quote: fc.constantFrom('"', "'"),
  escape: fc.constantFrom('"', "'", '\\'),
  header: fc.boolean(),
  null_value: fc.constantFrom('', 'N'),
  compression: fc.constantFrom('none', 'gzip', 'zstd'),
});

it(`rows of text are as many as were written, HYGGE_SEED=${seed}`, { timeout: 120_000 }, async () => {
  let files = 0;
  await fc.assert(
    fc.asyncProperty(given, async ({ rows, columns, ...options }) => {
      const names = ['a', 'b'].slice(0, columns);
      const schema: Schema = names.map((name) => ({ name, type: { kind: 'varchar' }, nullable: true }));
      const value = (one: string | null): string => (one === null ? 'CAST(NULL AS VARCHAR)' : literal(one));
      const selects = rows.map(
        (row) => `SELECT ${names.map((name, i) => `${value(row[i] ?? null)} AS ${name}`)}`,
      );
      const none = `SELECT ${names.map((name) => `'' AS ${name}`)} WHERE false`;
      for (const writer of [new CsvWriter(options, async () => session), new NdjsonWriter(options)]) {
        const path = join(folder, `${++files}${writer.suffix}`);
        await session.run(writer.copy([...selects, none].join(' UNION ALL '), schema, path));
        expect(await writer.count(path, new AbortController().signal)).toBe(rows.length);
      }
    }),
    { numRuns: runs, seed },
  );
});
