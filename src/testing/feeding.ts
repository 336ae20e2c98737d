import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import type { Route, RunType } from '../core/capabilities.js';
import type { EntityResult } from '../core/result.js';
import { HyggeError } from '../errors/index.js';
import { Flow } from '../flow/index.js';
import { type Feed, feedHome, feedText } from './feed.js';
import type { StoreOnTrial } from './store-contract.js';
import { assertSameTable, concat, type TextTable } from './text-table.js';
import { atWorkbench } from './workbench.js';

/** Brings a feed into a store by a whole flow. */
export function bring(
  trial: StoreOnTrial,
  place: string,
  feed: Feed,
  how: { readonly route?: Route; readonly run_type?: RunType } = {},
): Promise<EntityResult> {
  const { route, run_type = 'full_drop' } = how;
  const flow = new Flow({
    name: 'contract',
    home: feedHome(feed),
    store: trial.store(place),
    run_type,
    connections: trial.connections,
  });
  return flow.start(route === undefined ? {} : { route });
}

/** Asserts that some work fails with an error of hygge's, and gives it. */
export async function failure(work: Promise<unknown>, what: string): Promise<HyggeError> {
  const outcome = await work.then(
    () => null,
    (error: unknown) => error,
  );
  assert.ok(outcome instanceof HyggeError, `${what} fails with a HyggeError, not ${String(outcome)}`);
  return outcome;
}

/** The rows of some feeds, one behind the other, as text. */
export async function textOfFeeds(feeds: readonly Feed[]): Promise<TextTable> {
  return atWorkbench(async (bench) => {
    let all: TextTable | null = null;
    for (const feed of feeds) {
      const text = await feedText(bench, feed);
      all = all === null ? text : concat(all, text);
    }
    return all ?? { columns: [], rows: [] };
  });
}

/** Asserts that a store holds the rows of some feeds, and nothing else. */
export async function holds(
  trial: StoreOnTrial,
  place: string,
  what: string,
  feeds: readonly Feed[],
): Promise<void> {
  const { ordered } = trial.definition.capabilities;
  assertSameTable(await trial.read(place), await textOfFeeds(feeds), what, { ordered });
}

/** Asserts that nothing can be read from a store. */
export async function holdsNothing(trial: StoreOnTrial, place: string, what: string): Promise<void> {
  assert.deepEqual((await trial.read(place)).rows, [], what);
}

/** Every file and folder at a place, hidden ones too; none where there is no folder. */
export async function listing(place: string): Promise<readonly string[]> {
  if (!existsSync(place)) return [];
  return (await readdir(place, { recursive: true })).sort();
}

/** Rows that can be told from those of another feed by their tag. */
export const tagged = (tag: string, rows: number): Feed => ({
  sql: `SELECT i AS id, '${tag} ' || i AS label FROM range(${rows}) AS numbers(i)`,
});
