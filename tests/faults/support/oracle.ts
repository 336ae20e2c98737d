import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { asRunRecord } from '../../../src/core/run-record.js';
import { watermarkOf } from '../../../src/core/watermark.js';
import { decodeRecord, emptyRecord, type StoreRecord, slotsOf } from '../../../src/files/record.js';
import { openJournal } from '../../../src/journal/index.js';
import type { Witness } from '../../integration/witness.js';
import { settled } from '../../integration/workplace.js';
import type { Place } from './scenario.js';

/** Whatever is wrong with a store; empty where nothing is. */
export type Violations = readonly string[];

/** Everything that must hold once a run, or a recovery, has ended well, whatever went wrong before it. */
export async function violationsAtRest(place: Place): Promise<Violations> {
  return [...(await violationsOfSuccess(place)), ...leftoverViolations(place, readManifest(place))];
}

/** The same where nothing could be removed: what is left is for the next run to sweep. */
export async function violationsOfSuccess(place: Place): Promise<Violations> {
  const state = readManifest(place);
  return [
    ...(await contentViolations(place, timesPublished(place, state))),
    ...fileViolations(place, state),
    ...(await watermarkViolations(place, state)),
    ...(await journalViolations(place, state)),
  ];
}

/** What must hold after a run that said that it failed: the store is as it was, or as its record says by now. */
export async function violationsAfterFailure(place: Place): Promise<Violations> {
  const state = readManifest(place);
  return [...(await contentViolations(place, timesPublished(place, state))), ...fileViolations(place, state)];
}

/** A store's rows, and every column's values, in one line that does not depend on their order. */
export async function digestOf(witness: Witness, select: string): Promise<string> {
  const { columns } = await witness.table(`SELECT * FROM (${select}) LIMIT 0`);
  const quoted = columns.map((name) => `"${name.replaceAll('"', '""')}"`);
  const hashes = quoted.map((name) => `sum(hash(${name}))`).join(', ');
  const whole = `sum(hash(${quoted.join(', ')}))`;
  const [row] = await witness.rows(`SELECT count(*), ${whole}, ${hashes} FROM (${select})`);
  return JSON.stringify([columns, row]);
}

export function readManifest({ store }: Place): StoreRecord {
  const path = join(store, '.hygge', 'manifest.json');
  return existsSync(path) ? decodeRecord(readFileSync(path), path) : emptyRecord;
}

/** How often what the source now holds has been published, by what the store's record says of its runs. */
function timesPublished(place: Place, state: StoreRecord): number {
  const runs = new Set(state.files.map((file) => file.run_id));
  if (state.run_id !== null && state.run_id !== place.firstRun) runs.add(state.run_id);
  runs.delete(place.firstRun ?? '');
  return runs.size;
}

async function contentViolations(place: Place, times: number): Promise<Violations> {
  const { scenario, store, witness } = place;
  const expected = await digestOf(witness, scenario.expected(times));
  const found = names(store).length === 0 ? 'no files' : await digestOf(witness, settled(store));
  return found === expected ? [] : [`after ${times} publication(s) it holds ${found}, not ${expected}`];
}

const names = (store: string): string[] =>
  existsSync(store) ? readdirSync(store).filter((name) => name.endsWith('.parquet')) : [];

function fileViolations({ store }: Place, state: StoreRecord): Violations {
  const there = names(store).map((name) => `${name} ${statSync(join(store, name)).size}`);
  const recorded = state.files.map(({ name, bytes }) => `${name} ${bytes}`);
  const same = there.sort().join() === recorded.sort().join();
  return same ? [] : [`the record has the files ${recorded}, the store has ${there}`];
}

/** No staged file, no half-written record, no intent, no lock. */
function leftoverViolations({ store }: Place, state: StoreRecord): Violations {
  const hidden = join(store, '.hygge');
  if (!existsSync(hidden)) return [];
  const others = readdirSync(hidden).filter((name) => name !== 'manifest.json' && name !== 'files');
  const kept = new Set(state.previous === null ? [] : slotsOf(state));
  const files = join(hidden, 'files');
  const parts = existsSync(files) ? readdirSync(files).filter((name) => !kept.has(name)) : [];
  return [...others, ...parts].map((name) => `${name} was left in .hygge`);
}

/** The watermark is that of what is there: not past it, and not behind it. */
async function watermarkViolations(place: Place, state: StoreRecord): Promise<Violations> {
  if (!place.scenario.flow.includes('watermark')) return [];
  const kept = watermarkOf(state.record);
  if (names(place.store).length === 0) return kept === null ? [] : ['there is a watermark and no data'];
  const [row] = await place.witness.rows(`SELECT max(changed) FROM (${settled(place.store)})`);
  const [same] = await place.witness.rows(
    `SELECT TIMESTAMP '${kept?.value ?? '0001-01-01'}' = TIMESTAMP '${row?.[0]}'`,
  );
  return same?.[0] === 'true' ? [] : [`the watermark is ${kept?.value}, the data goes up to ${row?.[0]}`];
}

/** It parses; it tells of each publication once, with the rows that it had. */
async function journalViolations(place: Place, state: StoreRecord): Promise<Violations> {
  const journal = openJournal(join(place.project, '.hygge'));
  const entries = await journal.entries();
  await journal.close();
  const succeeded = entries.filter(({ status, action }) => status === 'success' && action !== 'undo');
  const violations: string[] = [];
  const runs = succeeded.map((entry) => entry.coordinator_run_id);
  if (new Set(runs).size < runs.length) violations.push(`the journal tells of one run twice: ${runs}`);
  const record = asRunRecord(state.record);
  const last = succeeded.find((entry) => entry.coordinator_run_id === state.run_id);
  if (last === undefined) violations.push(`the journal lacks the run ${state.run_id} that the store holds`);
  else if (record !== null && last.row_count !== record.rows)
    violations.push(`the journal says ${last.row_count} rows, the store's record ${record.rows}`);
  const known = new Set(runs);
  for (const { run_id: run } of state.files) {
    if (!known.has(run)) violations.push(`the journal lacks the run ${run}, which has files in the store`);
  }
  return [...new Set(violations)];
}
