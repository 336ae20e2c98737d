import { mkdirSync, symlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { hygge } from '../cli/helpers.js';
import { settled, useWorkplace } from './workplace.js';

const place = useWorkplace();
const root = fileURLToPath(new URL('../..', import.meta.url));

// As somebody else would write it: plain JavaScript, and nothing but the installed package.
const plugin = `
import { defineHome, defineStore, fail, z } from 'hygge';
import { appendFile } from 'node:fs/promises';

const moon = defineHome({
  type: 'moon',
  summary: 'Stones of the moon',
  config: z.strictObject({
    crater: z.string().describe('Where to look'),
    stones: z.int().default(3).describe('How many to bring'),
  }),
  capabilities: { gives: ['batches'], ordered: true },
  open: async ({ crater, stones }) => ({
    schema: async () => null,
    estimate: async () => ({ rows: stones, bytes: null, files: null, exact: true }),
    async *read() {
      yield Array.from({ length: stones }, (_, i) => ({ stone: crater + ' ' + i, grams: 1.5 * i }));
    },
    close: async () => {},
  }),
});

const lines = defineStore({
  type: 'lines',
  summary: 'A text file with a line for every row',
  config: z.strictObject({ path: z.string().describe('The file') }),
  capabilities: { takes: ['batches'], modes: ['append'], atomic: false, ordered: true },
  paths: ['path'],
  destination: ({ path }) => path,
  open: async ({ path }) => {
    const staged = [];
    return {
      inspect: async () => ({ files: 0, rows: null, bytes: 0, foreign: [] }),
      begin: async () => {},
      writeBatch: async (batch) => {
        for (let row = 0; row < batch.rows; row++) staged.push(batch.columns.map((values) => String(values[row])).join('|'));
      },
      finish: async () => ({ rows: staged.length, bytes: 0, files: 1, by: 'lines' }),
      publish: async () => {
        await appendFile(path, staged.map((line) => line + '\\n').join(''));
        return { files: [path], removed: 0, bytes: 0 };
      },
      discard: async () => {},
      close: async () => {},
    };
  },
});

export default { homes: [moon], stores: [lines] };
`;

async function project(flows: string): Promise<void> {
  mkdirSync(place.at('node_modules'));
  symlinkSync(root, place.at('node_modules/hygge'));
  await place.file('types/moon.mjs', plugin);
  await place.file('hygge.yml', `name: space\nplugins: [./types/moon.mjs]\nflows:\n${flows}`);
}

describe("types of somebody else's, named under plugins", () => {
  it('are as good as built-in ones: a home feeds a built-in store', async () => {
    await project('  stones: { home: { type: moon, crater: Tycho }, store: stones }\n');
    const ended = await hygge(['go', '--json', '--quiet'], { cwd: place.folder });
    expect(ended.stderr).toBe('');
    expect(JSON.parse(ended.stdout)).toMatchObject({
      status: 'success',
      rows: 3,
      flows: [{ route: 'batches', verified: { by: 'footers', rows: 3 } }],
    });
    await place.witness.expectSame(
      settled(place.at('stones')),
      "SELECT 'Tycho ' || i AS stone, CAST(1.5 * i AS DOUBLE) AS grams FROM range(3) AS n(i)",
    );
  });

  it('are as good as built-in ones: a built-in home feeds a store', async () => {
    await project(
      '  lines: { home: home.parquet, store: { type: lines, path: out.txt }, run_type: incremental }\n',
    );
    await place.parquet('home.parquet', "SELECT i AS id, 'x' AS label FROM range(2) AS n(i)");
    for (let run = 0; run < 2; run++) expect((await hygge(['go'], { cwd: place.folder })).code).toBe(0);

    expect(await readFile(place.at('out.txt'), 'utf8')).toBe('0|x\n1|x\n0|x\n1|x\n');
  });

  it('have their keys checked, with the nearest one named', async () => {
    await project('  stones: { home: { type: moon, carter: Tycho }, store: stones }\n');
    const ended = await hygge(['go'], { cwd: place.folder });
    expect(ended.code).toBe(2);
    expect(ended.stderr + ended.stdout).toContain('crater');
  });

  it('have their modes checked before anything is written', async () => {
    await project('  lines: { home: home.parquet, store: { type: lines, path: out.txt } }\n');
    await place.parquet('home.parquet', 'SELECT 1 AS id');
    const ended = await hygge(['go', '--json', '--quiet'], { cwd: place.folder });
    expect(ended.code).toBe(2);
    expect(JSON.parse(ended.stdout).flows[0].error.code).toBe('MODE_UNSUPPORTED');
  });

  it('are listed by hygge types', async () => {
    await project('  stones: { home: { type: moon, crater: Tycho }, store: stones }\n');
    const ended = await hygge(['types'], { cwd: place.folder });
    for (const text of ['moon', 'Stones of the moon', 'crater', 'How many to bring', 'lines'])
      expect(ended.stdout).toContain(text);
  });
});
