import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readFile, settled } from '../integration/workplace.js';
import type { Change, Fault } from './support/fault.js';
import { saidUnexpected } from './support/life.js';
import { digestOf } from './support/oracle.js';
import type { Ended } from './support/run.js';
import { type Place, scenario, Template, writeSource } from './support/scenario.js';
import { expectNone, full, useTotals } from './support/totals.js';

const totals = useTotals('sources that change');

/** A run that succeeded has moved one of these; one that failed has moved nothing. */
interface Truth {
  readonly before: string;
  readonly possible: ReadonlySet<string>;
}

async function violationsOf(place: Place, ended: Ended, truth: Truth): Promise<string[]> {
  const { witness, store } = place;
  const unexpected = saidUnexpected(ended);
  if (unexpected.length > 0) return unexpected;
  const found = await digestOf(witness, settled(store));
  if (ended.code !== 0) return found === truth.before ? [] : [`it failed, and the store holds ${found}`];
  if (!truth.possible.has(found)) return [`it succeeded with ${found}: ${ended.said}`];
  const document: { rows: number } = JSON.parse(ended.said.slice(ended.said.indexOf('{\n')));
  const [row] = await witness.rows(`SELECT count(*) FROM (${settled(store)})`);
  return Number(row?.[0]) === document.rows
    ? []
    : [`it said ${document.rows} rows, and there are ${row?.[0]}`];
}

const json = ['--json', '--quiet'];

describe.each(['splice', 'engine'] as const)('a source that changes while it is read (route %s)', (route) => {
  it.each(['replace', 'rewrite', 'remove', 'cut', 'grow'] as const)(
    'is read as it was or as it is, or the run fails: %s',
    async (what) => {
      const template = await Template.make(scenario('replace', route));
      const { witness } = template.copy('digests');
      const probe = template.copy('probe');
      const { calls } = await probe.go({ counted: true });
      await writeSource(witness, join(probe.root, 'other'), [
        `SELECT id + 7000 AS id, changed, 'other' AS name, amount FROM now LIMIT 130`,
      ]);
      const other = join(probe.root, 'other', '0.parquet');
      const files = [0, 1, 2].map((i) => join(probe.source, `${i}.parquet`));
      const union = (paths: readonly string[]): string => paths.map(readFile).join(' UNION ALL ');
      const [, , last = ''] = files;
      const truth: Truth = {
        before: await digestOf(witness, 'SELECT * FROM before'),
        possible: new Set([
          await digestOf(witness, 'SELECT * FROM now'),
          ...(what === 'remove' ? [await digestOf(witness, union(files.slice(0, 2)))] : []),
          await digestOf(witness, union([...files.slice(0, 2), other])),
        ]),
      };
      const first = calls.findIndex(({ path }) => path.includes('/source/'));
      const step = full ? 1 : Math.ceil((calls.length - first) / 9);
      for (let at = Math.max(1, first); at <= calls.length; at += step) {
        const place = template.copy(`${what}-${at}`);
        const by = join(place.root, 'other.parquet');
        copyFileSync(other, by);
        const change: Change = { what, path: last.replace(probe.root, place.root), by };
        const fault: Fault = { kind: 'any', at, how: 'change', change };
        const ended = await place.go({ fault, args: json });
        totals.runs += 1;
        if (ended.fired) totals.faults += 1;
        expectNone(totals, await violationsOf(place, ended, truth), `${route}, ${JSON.stringify(fault)}`);
        place.remove();
      }
      template.remove();
    },
    full ? 1_800_000 : 600_000,
  );
});

describe.each(['splice', 'engine'] as const)(
  'a source that is written to all the time (route %s)',
  (route) => {
    it('is read as one of its versions, or the run fails', async () => {
      const template = await Template.make(scenario('replace', route));
      const place = template.copy('big');
      const { witness, source } = place;
      place.setBatchSize(100_000);
      const version = (label: string): string =>
        `SELECT i AS id, TIMESTAMP '2026-01-01' AS changed, md5('${label}' || i) AS name,
       CAST(i AS DECIMAL(12, 2)) AS amount FROM range(400000) AS r(i)`;
      await writeSource(witness, join(place.root, 'versions'), [version('a'), version('b')]);
      const versions = [0, 1].map((i) => join(place.root, 'versions', `${i}.parquet`));
      for (const name of readdirSync(source)) rmSync(join(source, name));
      const digests = await Promise.all(versions.map((path) => digestOf(witness, readFile(path))));
      let before = await digestOf(witness, 'SELECT * FROM before');
      for (let round = 0; round < (full ? 40 : 6); round++) {
        const target = join(source, '0.parquet');
        mkdirSync(source, { recursive: true });
        copyFileSync(versions[round % 2] ?? '', target);
        // Another writer puts the other version over it, in the same file, at some moment of the run.
        const writer = setTimeout(
          () => copyFileSync(versions[(round + 1) % 2] ?? '', target),
          120 + ((60 * round) % 500),
        );
        const ended = await place.go({ args: json });
        clearTimeout(writer);
        totals.runs += 1;
        totals.faults += 1;
        const truth: Truth = { before, possible: new Set(digests) };
        expectNone(totals, await violationsOf(place, ended, truth), `${route}, round ${round}`);
        before = await digestOf(witness, settled(place.store));
      }
      expect(existsSync(place.store)).toBe(true);
      template.remove();
    }, 900_000);
  },
);
