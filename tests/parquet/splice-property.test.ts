import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { executeSplice, planSplice, readFooter } from '../../src/parquet/index.js';
import { full } from '../faults/support/totals.js';
import { Witness } from './engine.js';

let folder: string;
let witness: Witness;
let made = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hygge-splice-any-'));
  witness = await Witness.open();
});
afterAll(async () => {
  witness.close();
  await rm(folder, { recursive: true });
});

/** Expressions over the row's number `i` and the file's number `f`, of all kinds of types. */
const expressions = [
  'i + f',
  '(i % 3)::UTINYINT',
  "CASE WHEN i % 4 = f THEN NULL ELSE 'word ' || (i % 30) END",
  'CASE WHEN i % 2 = 0 THEN NULL ELSE i / 7.0 END',
  '(i * f)::DECIMAL(30, 3)',
  "TIMESTAMP '2001-02-03' + INTERVAL (i) MINUTE",
  "{'a': i, 'b': CASE WHEN i % 5 = 0 THEN NULL ELSE ['x', NULL, 'y' || i] END}",
  'CASE WHEN i % 3 = 0 THEN NULL ELSE range(i % 5) END',
  'MAP {i: f}',
  'NULL::INTEGER',
  'md5(i::VARCHAR || f)',
] as const;
const names = ['a', 'b', 'Ö', 'with space', 'quo"te', 'ünïcode😀', "apo'strophe", 'c', 'd', 'e', 'f'];
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

const scenario = fc
  .record({
    types: fc.array(fc.nat(expressions.length - 1), { minLength: 1, maxLength: 6 }),
    files: fc.array(
      fc.record({
        rows: fc.integer({ min: 0, max: 9000 }),
        codec: fc.constantFrom('snappy', 'zstd', 'uncompressed', 'gzip'),
        version: fc.constantFrom('V1', 'V2'),
        turned: fc.boolean(),
        keep: fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
        lacks: fc.option(fc.nat(5), { freq: 2 }),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    chosen: fc.option(fc.array(fc.nat(5), { minLength: 1, maxLength: 4 })),
    targetRows: fc.option(fc.integer({ min: 1, max: 12_000 })),
    targetBytes: fc.option(fc.integer({ min: 1, max: 200_000 })),
  })
  .map((all) => ({ ...all, names: names.slice(0, all.types.length) }));

describe('splicing anything', () => {
  it('gives what the engine gives for the same rows and columns', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async (s) => {
        const inputs = [];
        const wanted: string[] = [];
        const choices =
          s.chosen === null
            ? undefined
            : [...new Set(s.chosen.map((i) => i % s.names.length))].map((i) => ({
                from: s.names[i] ?? '',
                name: i % 2 === 0 ? `new ${i}` : (s.names[i] ?? ''),
              }));
        const all = s.names.map((from) => ({ from, name: from }));
        for (const [f, file] of s.files.entries()) {
          // the first file has all columns, another one may lack one of them
          const lacked = f > 0 && s.names.length > 1 ? s.names[file.lacks ?? s.names.length] : undefined;
          const columns = s.types.flatMap((type, i) =>
            s.names[i] === lacked ? [] : [`${expressions[type]} AS ${quoted(s.names[i] ?? '')}`],
          );
          // the order of the first file's columns is the one that counts
          if (file.turned && f > 0) columns.reverse();
          const path = join(folder, `in-${made++}.parquet`);
          await witness.run(
            `COPY (SELECT ${columns.join(', ')} FROM (SELECT i, ${f + 1} AS f FROM range(${file.rows}) t(i)))
             TO '${path}' (ROW_GROUP_SIZE 2048, COMPRESSION ${file.codec}, PARQUET_VERSION ${file.version})`,
          );
          const footer = await readFooter(path);
          const rowGroups = footer.rowGroups.map((_, i) => i).filter((i) => file.keep[i] ?? true);
          inputs.push({ footer, rowGroups });
          const list = (choices ?? all).map(
            ({ from, name }) => `${from === lacked ? 'NULL' : quoted(from)} AS ${quoted(name)}`,
          );
          const spans = rowGroups.map((i) => `file_row_number // 2048 = ${i}`);
          wanted.push(
            `SELECT ${list.join(', ')} FROM read_parquet('${path}', file_row_number = true)
             WHERE ${spans.length === 0 ? 'false' : spans.join(' OR ')}`,
          );
        }
        const plan = planSplice(inputs, {
          columns: choices,
          targetRows: s.targetRows ?? undefined,
          targetBytes: s.targetBytes ?? undefined,
        });
        if ('impossible' in plan) throw new Error(plan.impossible);
        const paths = plan.outputs.map(() => join(folder, `out-${made++}.parquet`));
        await executeSplice(JSON.parse(JSON.stringify(plan)), paths);
        for (const [i, path] of paths.entries()) {
          const footer = await readFooter(path);
          expect(footer.rows).toBe(plan.outputs[i]?.rows);
          if (footer.rowGroups.length > 1)
            expect(footer.rows).toBeLessThanOrEqual(s.targetRows ?? footer.rows);
        }
        const files = paths.map((path) => `'${path}'`).join(', ');
        const found = await witness.rows(`SELECT * FROM read_parquet([${files}])`);
        const truth = await witness.rows(wanted.join(' UNION ALL '));
        expect(found.length).toBe(truth.length);
        expect(JSON.stringify(found) === JSON.stringify(truth)).toBe(true);
        for (const path of [...paths, ...inputs.map((input) => input.footer.path)]) await rm(path);
      }),
      { numRuns: full ? 1000 : 60, seed: Number(process.env.HYGGE_SEED ?? 7) },
    );
  }, 3_600_000);
});
