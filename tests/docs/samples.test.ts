import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import type { RunResult } from '../../src/index.js';
import { root } from './blocks.js';
import { compile } from './compile.js';
import { hygge, node, sandbox } from './sandbox.js';

/** One row of a query, by an engine of its own. */
async function ask(sql: string): Promise<unknown> {
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowObjectsJson()[0];
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

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
    expect(result.flows.map(({ status }) => status)).toEqual(expected.map(() => 'success'));
    for (const [store, sql] of expected) {
      const home = `with h as (from '${folder}/data/home/numbers/*.parquet')`;
      const settled = `'${folder}/data/store/numbers/${store}/*.parquet'`;
      const both = await ask(`${home}, wanted as (${sql}), settled as (from ${settled})
        select (select count(*) from wanted) > 0 as some,
               (select count(*) from (from wanted except all from settled)) as lost,
               (select count(*) from (from settled except all from wanted)) as strange`);
      expect(both).toEqual({ some: true, lost: '0', strange: '0' });
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
    expect(
      await ask(`select (select string_agg(name, ' ' order by position) from ${planets}) as planets,
                        (select sum(squared - n * n) from ${example}) as wrong,
                        (select count(*) from ${example}) as numbers`),
    ).toEqual({ planets: 'Earth Mars Jupiter Saturn Uranus Neptune', wrong: '0', numbers: '2500' });
  });
});
