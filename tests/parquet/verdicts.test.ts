import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Column, Schema } from '../../src/core/types.js';
import { judgeRowGroups, parseCondition, type Verdict } from '../../src/formats/parquet/index.js';
import { type Footer, logicalSchema, readFooter } from '../../src/parquet/index.js';
import { collected, collectedPath } from './collected.js';
import { Witness } from './engine.js';
import { flights, writeSamples } from './samples.js';

let folder: string;
let witness: Witness;
let paths: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hygge-verdicts-'));
  witness = await Witness.open();
  await witness.run("SET TimeZone = 'UTC'");
  paths = [...(await writeSamples(folder, witness)), ...collected.map(collectedPath), flights];
});
afterAll(async () => {
  witness.close();
  await rm(folder, { recursive: true });
});

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** As it is written in a condition: a number by itself where that is exact, everything else as a text. */
const constant = ({ type }: Column, value: string): string =>
  /int|decimal/.test(type.kind) ? value : `'${value.replaceAll("'", "''")}'`;

/** Without columns where one has a type that nobody can read. */
function schemaOf(footer: Footer): Schema {
  try {
    return logicalSchema(footer);
  } catch {
    return [];
  }
}

/** Conditions over a column with constants out of it: its bounds, and values in between. */
async function conditionsOf(path: string, column: Column): Promise<string[]> {
  const name = quoted(column.name);
  // some columns the engine cannot read, though it knows their bounds
  await witness.rows(`SELECT sum(hash(${name})) FROM '${path}'`);
  const ofNull = [`${name} is null`, `${name} is not null`];
  if (/^(list|struct|map|variant|geometry|blob|interval)$/.test(column.type.kind)) return ofNull;
  const [row = []] = await witness.rows(
    `SELECT min(${name})::VARCHAR, max(${name})::VARCHAR, quantile_disc(${name}, 0.3)::VARCHAR,
       quantile_disc(${name}, 0.7)::VARCHAR FROM '${path}'`,
  );
  const values = [...new Set(row)].filter((value) => value !== 'null');
  const signs = ['=', '<', '<=', '>', '>='];
  return [
    ...ofNull,
    ...values.flatMap((value) => signs.map((sign) => `${name} ${sign} ${constant(column, value)}`)),
  ].filter((condition) => parseCondition(condition) !== null);
}

/** How many rows there are in each row group, and how many for which each condition holds. */
async function counts({ path, rowGroups }: Footer, conditions: readonly string[]): Promise<number[][]> {
  let start = 0;
  const ends = rowGroups.map(({ rows }) => (start += rows));
  const cases = ends.map((end, i) => `WHEN file_row_number < ${end} THEN ${i}`);
  const held = conditions.map((condition) => `count(*) FILTER (WHERE ${condition})`);
  const rows = await witness.rows(
    `SELECT CASE ${cases.join(' ')} END AS g, count(*), ${held.join(', ')}
     FROM read_parquet('${path}', file_row_number = true) GROUP BY g ORDER BY g`,
  );
  return rows.map((row) => row.map(Number));
}

describe('what statistics say of a row group', () => {
  it('is so, in the files of every writer', async () => {
    const said: Record<Verdict, number> = { in: 0, out: 0, straddles: 0 };
    for (const path of paths) {
      const footer = await readFooter(path).catch(() => null);
      const schema = footer === null ? [] : schemaOf(footer);
      for (const column of schema) {
        if (footer === null || footer.rows === 0) continue;
        const conditions = await conditionsOf(path, column).catch(() => []);
        if (conditions.length === 0) continue;
        const verdicts = conditions.map((text) => judgeRowGroups(footer, schema, parseCondition(text) ?? []));
        for (const [g, rows, ...held] of await counts(footer, conditions)) {
          for (const [c, found] of held.entries()) {
            const verdict = verdicts[c]?.[g ?? -1] ?? 'straddles';
            said[verdict]++;
            const where = `${basename(path)}, row group ${g}, ${conditions[c]}: ${verdict}`;
            if (verdict === 'in') expect(found, where).toBe(rows);
            if (verdict === 'out') expect(found, where).toBe(0);
          }
        }
      }
    }
    expect(Math.min(said.in, said.out), JSON.stringify(said)).toBeGreaterThan(1000);
  }, 300_000);
});
