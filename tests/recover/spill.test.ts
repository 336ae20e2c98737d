import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { main } from '../cli/helpers.js';
import { type Project, project } from './project.js';

/** A file that is not in UTF-8 is written anew in the folder that a run spills into. */
const rows = Buffer.from(
  `\uFEFFid,word\n${Array.from({ length: 2000 }, (_, i) => `${i},wört ${i}\n`).join('')}`,
  'utf16le',
);

function work(): Project {
  return project({
    'in.csv': rows,
    'hygge.yml':
      'name: den\nflows:\n  tea: { home: { type: csv, path: in.csv, encoding: utf-16 }, store: store }\n',
  });
}

const spilled = (folder: string): string => join(folder, '.hygge', 'tmp');

/** What a run has spilled that was killed before it published. */
async function killed(den: Project): Promise<string> {
  expect((await den.run(['go'], { kill: 'before the intent' })).signal).toBe('SIGKILL');
  const [run = ''] = readdirSync(spilled(den.folder));
  const folder = join(spilled(den.folder), run);
  expect(readdirSync(folder)).toEqual(['owner.json', expect.stringMatching(/^text-/)]);
  return run;
}

/** Waits for a file of a certain kind; what it is called. */
async function appears(folder: string, pattern: RegExp, child: ChildProcess): Promise<string> {
  for (;;) {
    const names = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : [];
    const found = names.find((name) => pattern.test(name));
    if (found !== undefined) return found;
    if (child.exitCode !== null) throw new Error('the run ended before it spilled');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('what a killed run has spilled', () => {
  it('is removed by the next run, which says so', async () => {
    const den = work();
    const run = await killed(den);
    const { code, stdout } = await den.run(['go']);
    expect(code).toBe(0);
    expect(stdout).toContain(`note: run ${run} was killed; what it had spilled was removed`);
    expect(existsSync(spilled(den.folder))).toBe(false);
    expect((await den.run(['go'])).stdout).not.toContain('was killed');
  });

  it('is removed where it was a sample that was killed', async () => {
    const den = work();
    expect((await den.run(['go', '--limit', '10'], { kill: 'before the intent' })).signal).toBe('SIGKILL');
    const folder = join(den.folder, '.hygge', 'scratch', '.state', 'tmp');
    expect(readdirSync(folder)).toHaveLength(1);
    expect((await den.run(['recover'])).stdout).toContain('was killed; what it had spilled was removed');
    expect(existsSync(folder)).toBe(false);
  });

  it('is removed by hygge recover, which says so', async () => {
    const den = work();
    const run = await killed(den);
    expect(await den.json(['recover'])).toMatchObject({
      status: 'success',
      spilled: [`run ${run} was killed; what it had spilled was removed`],
    });
    expect(existsSync(spilled(den.folder))).toBe(false);
  });

  it('stays while its process is stopped and lives', async () => {
    const den = work();
    const child = spawn(process.execPath, [main, 'go'], { cwd: den.folder, stdio: 'ignore' });
    const ended = new Promise((resolve) => child.on('close', resolve));
    try {
      const file = await appears(spilled(den.folder), /text-.*\.txt$/, child);
      child.kill('SIGSTOP');
      expect((await den.run(['recover'])).stdout).not.toContain('was killed');
      expect(existsSync(join(spilled(den.folder), file))).toBe(true);
    } finally {
      child.kill('SIGKILL');
      await ended;
    }
    expect((await den.run(['recover'])).stdout).toContain('was killed; what it had spilled was removed');
    expect(existsSync(spilled(den.folder))).toBe(false);
  });
});
