import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunResult } from '../../src/index.js';
import { openWitness, type Witness } from '../integration/witness.js';
import { root } from './blocks.js';
import { compile } from './compile.js';
import { hygge, node, sandbox } from './sandbox.js';

let witness: Witness;
beforeAll(async () => {
  witness = await openWitness();
});
afterAll(() => witness.close());

function samples(): string {
  const folder = sandbox();
  cpSync(join(root, 'samples'), join(folder, 'samples'), { recursive: true });
  return folder;
}

/** What settles under data/store/numbers, in SQL over the home `h` and what settled `s`. */
const settles: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'minimal_flow.yaml': { minimal: 'from h' },
  'simple_parquet_flow.yaml': { simple: 'from h' },
  'advanced_home_store.yaml': {
    advanced: 'select number, last_digit, square, eighth, day from h where number <= 2000',
  },
  'duckdb_file.yaml': { from_duckdb: 'select number, square from h where even' },
  'multiple_flows.yaml': {
    even: 'from h where even',
    squares: 'select number as n, square as n_squared from h',
    days: 'select number, day from h where day is not null',
  },
  workspace: {
    'workspace/small': 'select number, square from h where number <= 1000',
    'workspace/medium': 'select number, square as its_square from h where number between 1001 and 2000',
    'workspace/large': 'select number, square from h where number > 2000 and even',
  },
};

/** What hygge keeps for itself beside a sample that somebody ran is not one. */
const visible = (name: string): boolean => !name.startsWith('.');

describe('samples', () => {
  it('are all known here', () => {
    expect(readdirSync(join(root, 'samples')).filter(visible).sort()).toEqual(Object.keys(settles).sort());
  });

  it.each(Object.entries(settles))('%s does what it says', async (sample, stores) => {
    const folder = samples();
    const { exitCode, out, err } = await hygge(['go', `samples/${sample}`, '--json'], folder);
    expect(exitCode, err).toBe(0);
    const result = JSON.parse(out) as RunResult;
    const expected = Object.entries(stores);
    expect(result.flows.map(({ status }) => status)).toEqual(result.flows.map(() => 'success'));
    expect(result.flows.length).toBeGreaterThanOrEqual(expected.length);
    for (const [store, sql] of expected) {
      const home = `with h as (from '${folder}/data/home/numbers/*.parquet')`;
      const settled = `'${folder}/data/store/numbers/${store}/*.parquet'`;
      const wanted = `${home} select * from (${sql})`;
      const [[rows] = []] = await witness.rows(`select count(*) from (${wanted})`);
      expect(Number(rows)).toBeGreaterThan(0);
      await witness.expectSame(`from ${settled}`, wanted);
    }
  });
});

describe('examples', () => {
  const names = readdirSync(join(root, 'examples')).filter((name) => name.endsWith('.ts'));

  it('are accepted by the compiler, and run', async () => {
    const folder = sandbox();
    const sources = Object.fromEntries(
      names.map((name) => [name, readFileSync(join(root, 'examples', name), 'utf8')]),
    );
    mkdirSync(join(folder, 'examples'));
    expect(await compile(join(folder, 'examples'), sources)).toBe('');
    for (const name of names) {
      const { exitCode, err } = await node([join('examples', name.replace(/\.ts$/, '.js'))], folder);
      expect(err).toBe('');
      expect(exitCode).toBe(0);
    }
    const planets = `'${folder}/data/store/planets/*.parquet'`;
    const example = `'${folder}/data/store/numbers/example/*.parquet'`;
    const found = await witness.rows(
      `select (select string_agg(name, ' ' order by position) from ${planets}),
              (select sum(squared - n * n) from ${example}), (select count(*) from ${example})`,
    );
    expect(found).toEqual([['Earth Mars Jupiter Saturn Uranus Neptune', '0', '2500']]);
  });
});
