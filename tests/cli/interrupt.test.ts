import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type Ended,
  expectForPeople,
  folderWith,
  goDocument,
  hygge,
  parquet,
  rowsIn,
  snapshot,
} from './helpers.js';

/**
 * A home that gives a thousand rows, says that it is there, and then gives nothing more until it is stopped. It is
 * careless, and leaves a timer behind. Where it is stubborn, it does not let go at all; where it is out of reach, it
 * fails as a network does.
 */
const endless = `
import { z } from '${import.meta.resolve('zod')}';
export default (registry) => registry.home({
  type: 'endless',
  summary: 'Never comes to its end',
  config: z.strictObject({ mood: z.enum(['easy', 'stubborn', 'out of reach']).describe('What it does') }),
  capabilities: { gives: ['batches'], ordered: true },
  async open({ mood }) {
    return {
      async schema() { return [{ name: 'id', type: { kind: 'bigint' }, nullable: true }]; },
      async estimate() { return { rows: null, bytes: null, files: null, exact: false }; },
      async *read({ signal }) {
        for (let i = 0; i < 10; i++) yield Array.from({ length: 100 }, (_, j) => ({ id: i * 100 + j }));
        if (mood === 'out of reach') throw Object.assign(new Error('nobody answers'), { code: 'ECONNRESET' });
        process.stderr.write('READING\\n');
        setInterval(() => {}, 1000);
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      },
      async close() {
        if (mood !== 'stubborn') return;
        process.stderr.write('HOLDING\\n');
        await new Promise(() => {});
      },
    };
  },
});
`;

async function project(mood: 'easy' | 'stubborn' | 'out of reach' = 'easy'): Promise<string> {
  const folder = folderWith({
    'endless.mjs': endless,
    'first.yml': 'flows:\n  tea:\n    home: tea.parquet\n    store: store\n',
    'second.yml': `plugins: [./endless.mjs]
flows:
  tea:
    home: { type: endless, mood: ${mood} }
    retry: { attempts: 3, delay: 3600 }
    store: { path: store, batch_size: 100 }
`,
  });
  await parquet(join(folder, 'tea.parquet'), 'SELECT range AS id FROM range(7)');
  expect((await hygge(['go', 'first.yml'], { cwd: folder })).code).toBe(0);
  return folder;
}

/** Runs the endless flow, and sends each signal when its word has been written. */
function interrupted(
  folder: string,
  signals: readonly [word: string, signal: NodeJS.Signals][],
  flags: readonly string[] = [],
): Promise<Ended> {
  return hygge(['go', 'second.yml', ...flags], {
    cwd: folder,
    watch: (child) => {
      let said = '';
      const waiting = [...signals];
      child.stderr?.on('data', (text) => {
        said += text;
        const [next] = waiting;
        if (next === undefined || !said.includes(next[0])) return;
        waiting.shift();
        child.kill(next[1]);
      });
    },
  });
}

const visible = (folder: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(snapshot(join(folder, 'store'))).filter(([path]) => path.endsWith('.parquet')),
  );

/** What is left of the staging of any run. */
function staged(folder: string): string[] {
  const staging = join(folder, 'store/.hygge/files');
  if (!existsSync(staging)) return [];
  return readdirSync(staging).filter((name) => name.endsWith('.part'));
}

describe('Ctrl-C in the middle', () => {
  it('ends with 130, cleans up, and leaves the store as it was', async () => {
    const folder = await project();
    const before = visible(folder);
    const ended = await interrupted(folder, [['READING', 'SIGINT']]);
    expect(ended).toMatchObject({ code: 130, signal: null });
    expect(ended.stdout).toContain('Stopping, and cleaning up');
    expect(ended.stdout).toContain('✗ INTERRUPTED');
    expectForPeople(ended.stdout);
    expect(visible(folder)).toEqual(before);
    expect(staged(folder)).toEqual([]);
    expect(await rowsIn(join(folder, 'store'))).toBe(7);
    const again = await hygge(['go', 'first.yml'], { cwd: folder });
    expect(again.code).toBe(0);
    const journal = JSON.parse((await hygge(['journal', 'first.yml', '--json'], { cwd: folder })).stdout);
    expect(journal.entries.map((entry: { status: string }) => entry.status)).toEqual([
      'success',
      'fail',
      'success',
    ]);
  });

  it('still gives its JSON document', async () => {
    const folder = await project();
    const ended = await interrupted(folder, [['READING', 'SIGINT']], ['--json', '--quiet']);
    expect(ended.code).toBe(130);
    const result = goDocument.parse(JSON.parse(ended.stdout));
    expect(result).toMatchObject({ status: 'fail', rows: 0 });
    expect(result.flows[0]?.error?.code).toBe('INTERRUPTED');
  });

  it('ends at once when it comes twice', async () => {
    const folder = await project('stubborn');
    const before = visible(folder);
    const ended = await interrupted(folder, [
      ['READING', 'SIGINT'],
      ['HOLDING', 'SIGINT'],
    ]);
    expect(ended).toMatchObject({ code: 130, signal: null });
    expect(visible(folder)).toEqual(before);
    expect((await hygge(['go', 'first.yml'], { cwd: folder })).code).toBe(0);
    expect(staged(folder)).toEqual([]);
  });
});

describe('between two tries', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s ends the pause, and nothing is tried again', async (signal, code) => {
    const folder = await project('out of reach');
    const before = visible(folder);
    const ended = await interrupted(folder, [['trying again in', signal]], ['--json']);
    expect(ended).toMatchObject({ code, signal: null });
    const [flow] = goDocument.parse(JSON.parse(ended.stdout)).flows;
    expect(flow).toMatchObject({ status: 'fail', attempts: 1, error: { code: 'TYPE_FAILED' } });
    expect(ended.stderr.split('trying again in')).toHaveLength(2);
    expect(visible(folder)).toEqual(before);
    expect(staged(folder)).toEqual([]);
    const journal = JSON.parse((await hygge(['journal', 'first.yml', '--json'], { cwd: folder })).stdout);
    expect(journal.entries.map((entry: { status: string }) => entry.status).sort()).toEqual([
      'fail',
      'success',
    ]);
    expect((await hygge(['go', 'first.yml'], { cwd: folder })).code).toBe(0);
  });
});

describe('SIGTERM in the middle', () => {
  it('ends with 143, cleans up, and leaves the store as it was', async () => {
    const folder = await project();
    const before = visible(folder);
    const ended = await interrupted(folder, [['READING', 'SIGTERM']], ['--grace', '2']);
    expect(ended).toMatchObject({ code: 143, signal: null });
    expect(visible(folder)).toEqual(before);
    expect(staged(folder)).toEqual([]);
  });
});
