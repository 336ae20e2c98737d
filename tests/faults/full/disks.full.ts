import { cpSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readFile, settled } from '../../integration/workplace.js';
import { saidUnexpected } from '../support/life.js';
import { mayMount, run } from '../support/mount.js';
import { digestOf } from '../support/oracle.js';
import { type Place, scenario, Template, writeSource } from '../support/scenario.js';
import { useTotals } from '../support/totals.js';

const totals = useTotals('small and read-only disks');

/** Puts a folder of a place on a small disk of its own. */
function onDisk(path: string, options: string): void {
  const aside = `${path}.aside`;
  renameSync(path, aside);
  mkdirSync(path);
  expect(run('mount', '-t', 'tmpfs', '-o', options, 'tmpfs', path)).toBe(true);
  cpSync(aside, path, { recursive: true });
  rmSync(aside, { recursive: true });
}

const large = `SELECT i AS id, TIMESTAMP '2026-01-01' AS changed, md5(i::VARCHAR) AS name,
  CAST(i AS DECIMAL(12, 2)) AS amount FROM range(10000) AS r(i)`;

async function held(
  place: Place,
  folder: string,
  disk: string,
  readOnly: boolean,
  size: string,
): Promise<void> {
  const { witness, store } = place;
  place.setBatchSize(100_000);
  rmSync(place.source, { recursive: true });
  await writeSource(witness, place.source, [large]);
  const path = join(place.root, folder);
  try {
    onDisk(path, disk);
    if (readOnly) run('mount', '-o', 'remount,ro', path);
    const before = await digestOf(witness, settled(store));
    const ended = await place.go();
    totals.runs += 2;
    totals.faults += ended.code === 0 ? 0 : 1;
    const now = await digestOf(witness, readFile(join(place.source, '*.parquet')));
    const found = await digestOf(witness, settled(store));
    expect(saidUnexpected(ended)).toEqual([]);
    expect(ended.code).not.toBeNull();
    const published = ended.code === 0 || ended.said.includes('JOURNAL_BEHIND');
    expect(found).toBe(published ? now : before);
    run('mount', '-o', `remount,rw,size=${size}`, path);
    const after = await place.go();
    expect(after.code, after.said).toBe(0);
    expect(await digestOf(witness, settled(store))).toBe(now);
    totals.recoveries += ended.code === 0 ? 0 : 1;
  } finally {
    run('umount', path);
  }
}

describe.runIf(mayMount).each(['splice', 'engine'] as const)(
  'a disk that is too small, or read-only (route %s)',
  (route) => {
    const sizes = Array.from({ length: 24 }, (_, i) => 16 + 4 * i);
    const small = { readOnly: false, folder: 'store', disks: sizes.map((pages) => `size=${pages * 8}k`) };
    const cases = [
      { name: 'a store on small disks', ...small },
      {
        name: 'a journal on small disks',
        ...small,
        folder: 'project',
        disks: ['size=12k', 'size=16k', 'size=24k'],
      },
      { name: 'a read-only store', readOnly: true, folder: 'store', disks: ['size=20m'] },
      { name: 'a read-only journal', readOnly: true, folder: 'project', disks: ['size=20m'] },
    ];
    it.each(cases)(
      'leaves the old data or brings the new: $name',
      async ({ folder, disks, readOnly }) => {
        const template = await Template.make(scenario('replace', route));
        try {
          for (const [i, disk] of disks.entries())
            await held(template.copy(`${i}`), folder, disk, readOnly, '50m');
        } finally {
          template.remove();
        }
      },
      1_800_000,
    );
  },
);
