import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const main = fileURLToPath(new URL('../../bench/main.mjs', import.meta.url));
const options = fileURLToPath(new URL('../../bench/options.mjs', import.meta.url));
const data = mkdtempSync(join(tmpdir(), 'hygge-bench-'));
const env = { ...process.env, HYGGE_BENCH_DATA: data };
const bench = (...args: string[]) => spawnSync(process.execPath, [main, ...args], { encoding: 'utf8', env });

afterAll(() => rmSync(data, { recursive: true, force: true }));

describe('the benchmarks', () => {
  it('run, check what was written, and print their tables', () => {
    const { status, stdout, stderr } = bench(
      '--quick',
      '--only',
      'startup,columns',
      '--rounds',
      '1',
      '--gb',
      '0.005',
    );
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^\| hygge --version +\|/m);
    expect(stdout).toMatch(/^\| hygge go, 1,000 rows, spliced +\|.*\| +equal \|$/m);
    expect(stdout).toMatch(/^\| hygge go, 50 entities of 100 rows +\|.*\| +counted \|$/m);
    expect(stdout).toMatch(/^\| hygge, one file +\|.*\| +equal \|$/m);
    expect(stdout).toMatch(/^\| DuckDB, rows in any order, then fsync +\|.*\| +equal \|$/m);
    expect(stdout).toMatch(/^\| 3 of 21 columns: .*\| (reached|\*\*missed\*\*) +\|$/m);
  });

  it.each([
    ['all of it', [], true],
    ['all of it, to be looked at only', ['--no-write'], false],
    ['quickly', ['--quick'], false],
    ['in part', ['--only', 'join'], false],
    ['in part, with what was measured before', ['--only', 'join', '--write'], true],
  ])('write their page after a run: %s', (_, args, write) => {
    const script =
      'import(process.argv[1]).then((m) => console.log(m.readOptions(process.argv.slice(2)).write))';
    const told = spawnSync(process.execPath, ['-e', script, options, ...args], { encoding: 'utf8' });
    expect(told.stdout.trim(), told.stderr).toBe(String(write));
  });

  it('say what they do not know', () => {
    const { status, stderr } = bench('--only', 'columns,colums');
    expect(status).toBe(2);
    expect(stderr).toMatch(/there is no group "colums"; there are splice, columns/);
  });
});
