import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Route } from '../core/capabilities.js';
import { identifier } from '../engine/index.js';
import { type ContractCase, caseInFolder } from './case.js';
import { bring, failure, holds, listing, textOfFeeds } from './feeding.js';
import { allKinds, kindTable } from './kinds.js';
import type { StoreOnTrial } from './store-contract.js';
import { assertSameTable, pick } from './text-table.js';

/** Names that have gone wrong somewhere before. */
const names = [
  'with space',
  'with "quotes"',
  "with 'apostrophe'",
  'semi;colon',
  'dot.ted',
  'back\\slash',
  '{braces} $1 %s',
  '*',
  'select',
  'Ünïcödé',
  '🦆🦆',
  'עברית',
  'العربية',
  ' led and trailed ',
];

/** What values and names must come through as. */
export function kindCases(trial: StoreOnTrial, route: Route): ContractCase[] {
  const { modes } = trial.definition.capabilities;
  const first = modes.includes('replace')
    ? ({ route } as const)
    : ({ route, run_type: 'incremental' } as const);
  const at = (name: string, run: (place: string) => Promise<void>): ContractCase =>
    caseInFolder(`${name} (${route})`, (folder) => run(join(folder, 'store')));
  const kept = allKinds.filter((kind) => !trial.refuses.includes(kind));

  return [
    at('values of every kind settle as they are', async (place) => {
      const feed = { sql: kindTable(kept) };
      await bring(trial, place, feed, first);
      const compared = ['row', ...kept.filter((kind) => !trial.changes.includes(kind))];
      const [found, expected] = [await trial.read(place), await textOfFeeds([feed])];
      assert.deepEqual(found.columns, expected.columns, 'every column is there');
      assertSameTable(pick(found, compared), pick(expected, compared), 'values of every kind');
    }),
    ...trial.refuses.map((kind) =>
      at(`a value of kind ${kind} that would change is refused, and its column named`, async (place) => {
        const error = await failure(
          bring(trial, place, { sql: kindTable([kind]) }, first),
          `a column of kind ${kind}`,
        );
        assert.ok(error.message.includes(`"${kind}"`), `the error names the column: ${error.message}`);
        assert.deepEqual(await listing(place), [], 'nothing was written');
      }),
    ),
    at('columns keep their names, whatever characters they have', async (place) => {
      const columns = names.map((name, i) => `${i} AS ${identifier(name)}`);
      await bring(trial, place, { sql: `SELECT ${columns.join(', ')}` }, first);
      await holds(trial, place, 'a table with strange names', [{ sql: `SELECT ${columns.join(', ')}` }]);
    }),
  ];
}
