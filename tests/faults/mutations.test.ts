import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../files/support/random.js';
import { openWitness, type Witness } from '../integration/witness.js';
import { readFile, settled } from '../integration/workplace.js';
import { mutate } from './support/mutate.js';
import { digestOf } from './support/oracle.js';
import { expectNone, full, useTotals } from './support/totals.js';
import { type Answer, type Job, Worker } from './support/worker.js';

const totals = useTotals('mutated parquet files');
const seed = Number(process.env.HYGGE_SEED ?? 1);
const mutants = Number(process.env.HYGGE_MUTANTS ?? (full ? 10_000 : 400));
const rows = 5000;

const select = `SELECT i AS id, CASE WHEN i % 7 = 0 THEN NULL ELSE 'name ' || (i % 300) END AS name,
  md5(i::VARCHAR) AS digest, i * 1.5 AS price, CAST(i AS DECIMAL(18, 3)) AS amount,
  DATE '2026-01-01' + (i % 500)::INTEGER AS day, range(i % 4) AS list, { a: i, b: 'x' || i } AS pair,
  i % 2 = 0 AS even FROM range(${rows}) AS r(i)`;
const options = [
  'COMPRESSION snappy',
  'COMPRESSION zstd',
  'COMPRESSION gzip',
  'COMPRESSION uncompressed',
  "COMPRESSION snappy, PARQUET_VERSION 'V2'",
];

let witness: Witness;
let folder: string;
let bases: Buffer[];
beforeAll(async () => {
  witness = await openWitness();
  folder = mkdtempSync(join(tmpdir(), 'hygge-mutants-'));
  bases = [];
  for (const [i, option] of options.entries()) {
    const path = join(folder, `base-${i}.parquet`);
    await witness.run(`COPY (${select}) TO '${path}' (FORMAT parquet, ROW_GROUP_SIZE 2048, ${option})`);
    bases.push(readFileSync(path));
  }
});
afterAll(() => {
  witness.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A digest, or that the rows cannot be read. */
const readable = (from: string): Promise<string> => digestOf(witness, from).catch(() => 'cannot be read');

/**
 * Whether the pages were copied byte for byte. The engine reads past the end of a damaged gzip stream, and gives other
 * values each time: what was there before it in memory.
 */
function sameData({ path, store }: Job): boolean {
  const source = readFileSync(path);
  const pages = source.subarray(4, source.length - 8 - source.readUInt32LE(source.length - 8));
  const copies = readdirSync(store).filter((name) => name.endsWith('.parquet'));
  return copies.length === 1 && readFileSync(join(store, copies[0] ?? '')).includes(pages);
}

async function violationsOf(job: Job, answer: Answer): Promise<string[]> {
  if (answer.ok === null) return [answer.message];
  if (!answer.ok) {
    const told = answer.code !== null && /^[A-Z][A-Z_]+$/.test(answer.code) && answer.code !== 'INTERNAL';
    return told ? [] : [`the error is not one of hygge's: ${answer.message}`];
  }
  const footers = await witness
    .rows(`SELECT count(*) FROM (${settled(job.store)})`)
    .catch((error: unknown) => [[`no (${error})`]]);
  const counts = [answer.rows, Number(footers[0]?.[0])];
  if (counts.some((count) => count !== rows))
    return [`it succeeded with ${answer.rows} rows, the store has ${footers}, the file had ${rows}`];
  const there = await readable(settled(job.store));
  if (job.route === 'engine') return there === 'cannot be read' ? ['what it wrote cannot be read'] : [];
  // What is copied is as it was, be it good or bad.
  if (there === (await readable(readFile(job.path))) || sameData(job)) return [];
  return ['what it copied is not what was there'];
}

describe('a parquet file that something has happened to', () => {
  it(
    `is refused, or read in full, by both routes: ${mutants} files, HYGGE_SEED=${seed}`,
    async () => {
      const worker = new Worker();
      const problems: string[] = [];
      let refused = 0;
      for (let i = 0; i < mutants; i++) {
        const random = new Random(seed * 1_000_000 + i);
        const { what, bytes } = mutate(random.pick(bases), random);
        const path = join(folder, 'mutant.parquet');
        writeFileSync(path, bytes);
        for (const route of ['engine', 'splice'] as const) {
          const job = { path, store: join(folder, `store-${route}`), route };
          const answer = await worker.run(job);
          if (answer.ok !== true) refused += 1;
          for (const problem of await violationsOf(job, answer))
            problems.push(`HYGGE_SEED=${seed}, file ${i}, ${what}, ${route}: ${problem}`);
          rmSync(job.store, { recursive: true, force: true });
          totals.runs += 1;
        }
        totals.faults += 1;
      }
      worker.stop();
      expect(refused).toBeGreaterThan(mutants / 4);
      expectNone(totals, problems, `of ${mutants} files`);
    },
    full ? 7_200_000 : 1_200_000,
  );
});
