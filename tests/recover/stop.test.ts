import { describe, expect, it } from 'vitest';
import { type Ended, hygge, snapshot } from '../cli/helpers.js';
import { project } from './project.js';

/**
 * A home of ten rows that says READING, and ends when the file `go on` is there; where it is deaf, never. Where it is
 * stubborn, it cannot be closed either.
 */
const slow = `
import { existsSync } from 'node:fs';
import { z } from '${import.meta.resolve('zod')}';
const pause = () => new Promise((resolve) => setTimeout(resolve, 20));
export default (registry) => registry.home({
  type: 'slow',
  summary: 'Takes its time',
  config: z.strictObject({ until: z.string().describe('A file'), stubborn: z.boolean().default(false).describe('Stays') }),
  capabilities: { gives: ['batches'], ordered: true },
  async open({ until, stubborn }) {
    return {
      async schema() { return [{ name: 'id', type: { kind: 'bigint' }, nullable: true }]; },
      async estimate() { return { rows: null, bytes: null, files: null, exact: false }; },
      async *read() {
        yield Array.from({ length: 10 }, (_, id) => ({ id }));
        process.stderr.write('READING\\n');
        while (!existsSync(until)) await pause();
      },
      async close() { while (stubborn) await pause(); },
    };
  },
});
`;

const work = (stubborn = false) =>
  project({
    'slow.mjs': slow,
    'hygge.yml': `plugins: [./slow.mjs]
options: { concurrency: 1 }
flows:
  first: { home: { type: slow, until: go-on, stubborn: ${stubborn} }, store: first }
  second: { home: { type: slow, until: go-on }, store: second }
`,
  });

/** Sends signals when the first flow is being read; then does what is given. */
function stopped(
  folder: string,
  signals: readonly NodeJS.Signals[],
  grace: string,
  then: () => void = () => {},
): Promise<Ended> {
  return hygge(['go', '--json', '--grace', grace], {
    cwd: folder,
    watch: (child) => {
      const waiting = [...signals];
      const words = ['READING', 'Nothing more is begun'];
      let said = '';
      child.stderr?.on('data', (text) => {
        said += text;
        if (waiting.length === 0 || !said.includes(words[signals.length - waiting.length] ?? '')) return;
        child.kill(waiting.shift());
        if (waiting.length === 0) then();
      });
    },
  });
}

const statuses = (ended: Ended): unknown =>
  JSON.parse(ended.stdout).flows.map((flow: { status: string; rows: number }) => [flow.status, flow.rows]);

describe('SIGTERM', () => {
  it('lets what runs end in its time of grace, and begins nothing more', async () => {
    const { folder, source, ids } = work();
    const ended = await stopped(folder, ['SIGTERM'], '20', () => void source('go-on', 0, 1));
    expect(ended).toMatchObject({ code: 143, signal: null });
    expect(statuses(ended)).toEqual([
      ['success', 10],
      ['skip', 0],
    ]);
    expect(await ids('first')).toHaveLength(10);
    expect(snapshot(`${folder}/second`)).toEqual({});
  });

  it('rolls back what does not end in that time', async () => {
    const { folder } = work();
    const ended = await stopped(folder, ['SIGTERM'], '8s');
    expect(ended).toMatchObject({ code: 143, signal: null });
    expect(statuses(ended)).toEqual([
      ['fail', 0],
      ['skip', 0],
    ]);
    expect(snapshot(`${folder}/first`)).toEqual({});
  });

  it('ends the process with that time, whatever hangs', async () => {
    const { folder } = work(true);
    const ended = await stopped(folder, ['SIGTERM'], '1');
    expect(ended).toMatchObject({ code: 143, signal: null, stdout: '' });
  });

  it('twice ends it at once', async () => {
    const { folder } = work(true);
    const ended = await stopped(folder, ['SIGTERM', 'SIGTERM'], '3600');
    expect(ended).toMatchObject({ code: 143, signal: null, stdout: '' });
  });
});
