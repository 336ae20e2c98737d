import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { hygge, main } from '../cli/helpers.js';
import { everything, readFile, settled, useWorkplace, visible } from './workplace.js';

const place = useWorkplace();

/** Bytes that a run has staged so far. */
function stagedBytes(store: string): number {
  const folder = join(store, '.hygge', 'files');
  if (!existsSync(folder)) return 0;
  return readdirSync(folder)
    .filter((name) => name.endsWith('.part'))
    .reduce((sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0), 0);
}

/** Runs `hygge go`, and kills it as soon as it has staged something and is not done. */
async function killInTheMiddle(store: string): Promise<void> {
  const child: ChildProcess = spawn(
    process.execPath,
    [main, 'go', '--quiet', '--route', 'engine', '-f', 'big'],
    {
      cwd: place.folder,
      stdio: 'ignore',
    },
  );
  const ended = once(child, 'exit');
  while (child.exitCode === null && stagedBytes(store) < 200_000) await pause(2);
  child.kill('SIGKILL');
  const [code, signal] = await ended;
  expect([code, signal]).toEqual([null, 'SIGKILL']);
}

describe('a run that is killed in the middle of writing', () => {
  it('leaves the old data for every reader; the next run sweeps, and brings the new', async () => {
    const small = await place.parquet(
      'small.parquet',
      "SELECT i AS id, 'old' AS label FROM range(10) AS n(i)",
    );
    const big = await place.parquet(
      'big.parquet',
      'SELECT i AS id, md5(CAST(i AS VARCHAR)) AS label FROM range(3000000) AS n(i)',
    );
    const store = place.at('store');
    await place.file('hygge.yml', 'flows:\n  big: { home: big.parquet, store: store }\n');
    await place.file('small.yml', 'flows:\n  small: { home: small.parquet, store: store }\n');
    expect((await hygge(['go', 'small.yml'], { cwd: place.folder })).code).toBe(0);
    const before = visible(store);

    for (let kill = 0; kill < 3; kill++) {
      await killInTheMiddle(store);
      expect(visible(store)).toEqual(before);
      await place.witness.expectSame(settled(store), readFile(small));
      expect(stagedBytes(store)).toBeGreaterThan(0);
    }

    const ended = await hygge(['go', '--route', 'engine', '--verbose'], { cwd: place.folder });
    expect(ended.stderr).toBe('');
    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain('had died before it published');
    await place.witness.expectSame(
      `SELECT count(*), bit_xor(hash(id, label)) FROM (${settled(store)})`,
      `SELECT count(*), bit_xor(hash(id, label)) FROM (${readFile(big)})`,
    );
    expect(everything(store).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('leaves nothing to be read in a store that was empty', async () => {
    await place.parquet(
      'big.parquet',
      'SELECT i AS id, md5(CAST(i AS VARCHAR)) AS label FROM range(3000000) AS n(i)',
    );
    await place.file('hygge.yml', 'flows:\n  big: { home: big.parquet, store: store }\n');
    await killInTheMiddle(place.at('store'));
    expect(visible(place.at('store'))).toEqual([]);
    expect(everything(place.at('store')).filter((name) => name.endsWith('.parquet'))).toEqual([]);
  });
});
