import { chmodSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readFile, settled } from '../integration/workplace.js';
import type { Fault } from './support/fault.js';
import { live, saidUnexpected } from './support/life.js';
import { digestOf } from './support/oracle.js';
import { type Place, scenario, Template, writeSource } from './support/scenario.js';
import { expectNone, useTotals } from './support/totals.js';

const totals = useTotals('limits and rights');

/** A shell that sets a limit for what it then becomes. */
const limited = (limit: string): readonly string[] => ['sh', '-c', `ulimit ${limit} && exec "$@"`, 'sh'];

async function within(
  route: 'splice' | 'engine',
  sources: readonly string[] | null,
  test: (place: Place) => Promise<void>,
): Promise<void> {
  const template = await Template.make(scenario('replace', route));
  const place = template.copy('place');
  try {
    if (sources !== null) {
      for (const name of readdirSync(place.source)) rmSync(join(place.source, name));
      await writeSource(place.witness, place.source, sources);
    }
    await test(place);
  } finally {
    template.remove();
  }
}

/** A run under a limit fails in plain words and changes nothing, or it comes through; without it it does. */
async function under(place: Place, limit: string, wanted: 'fails' | 'either'): Promise<void> {
  const { witness, store, source } = place;
  const before = await digestOf(witness, settled(store));
  const now = await digestOf(witness, readFile(join(source, '*.parquet')));
  const ended = await place.go({ before: limited(limit) });
  totals.runs += 2;
  totals.faults += 1;
  const found = await digestOf(witness, settled(store));
  const how = `under ulimit ${limit}: ${ended.code ?? ended.signal}, ${ended.said}`;
  expect(saidUnexpected(ended), how).toEqual([]);
  if (ended.code !== 0) expect(ended.said, how).toMatch(/✗ [A-Z_]+ /);
  if (wanted === 'fails') expect(ended.code, how).toBe(1);
  expect(found, how).toBe(ended.code === 0 ? now : before);
  const after = await place.go();
  expect(after.code, after.said).toBe(0);
  expect(await digestOf(witness, settled(store))).toBe(now);
  totals.recoveries += 1;
}

const large = `SELECT i AS id, TIMESTAMP '2026-01-01' AS changed, md5(i::VARCHAR) AS name,
  CAST(i AS DECIMAL(12, 2)) AS amount FROM range(60000) AS r(i)`;

describe.each(['splice', 'engine'] as const)('a run with too little of something (route %s)', (route) => {
  it('changes nothing where files may not grow as large as is needed', () =>
    within(route, [large], async (place) => {
      place.setBatchSize(100_000);
      await under(place, '-f 400', 'fails');
    }));

  it('changes nothing where it may not open as many files as it needs', () =>
    within(
      route,
      Array.from({ length: 60 }, (_, i) => `SELECT * FROM now LIMIT ${i + 1}`),
      async (place) => {
        for (const files of [24, 70, 120, 150]) await under(place, `-n ${files}`, 'either');
      },
    ));
});

describe('a store that may not be written to', () => {
  // Rights do not bind the superuser, for whom they are refused call by call.
  const superuser = process.getuid?.() === 0;

  it.each(['store', 'store/.hygge', 'project/.hygge'])('is left as it is: %s', (folder) =>
    within('splice', null, async (place) => {
      const path = join(place.root, folder);
      const refused: Fault[] = superuser
        ? (['open', 'mkdir', 'link', 'rename', 'unlink', 'write'] as const).map((kind) => ({
            kind,
            at: 1,
            how: 'EROFS',
            where: `/${folder}/`,
            times: 1_000_000,
          }))
        : [];
      for (const fault of refused) {
        const violations = await live(place, { faults: [fault], recoverFirst: false, again: false }, totals);
        expectNone(totals, violations, JSON.stringify(fault));
      }
      if (superuser) return;
      chmodSync(path, 0o555);
      const ended = await place.go();
      chmodSync(path, 0o755);
      totals.runs += 1;
      totals.faults += 1;
      expect(saidUnexpected(ended)).toEqual([]);
      expect(ended.code).not.toBeNull();
      const violations = await live(place, { faults: [], recoverFirst: true, again: true }, totals);
      expectNone(totals, violations, `${folder} is read-only`);
    }),
  );
});
