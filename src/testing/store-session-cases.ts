import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Form, WriteMode } from '../core/capabilities.js';
import type { Staged, StoreSession } from '../core/store.js';
import { type ContractCase, caseInFolder } from './case.js';
import { checkDefinition, checkForms } from './definition.js';
import type { Feed } from './feed.js';
import { bring, holds, holdsNothing, listing, tagged } from './feeding.js';
import type { StoreOnTrial } from './store-contract.js';
import { atWorkbench, type Workbench, withStore } from './workbench.js';

/** What is asked of a session itself, without a flow around it. */
export function sessionCases(trial: StoreOnTrial): ContractCase[] {
  const { definition } = trial;
  const { takes, modes } = definition.capabilities;
  const mode: WriteMode = modes.includes('replace') ? 'replace' : 'append';
  const first = mode === 'replace' ? {} : ({ run_type: 'incremental' } as const);
  const forms = takes.filter((form) => form !== 'files');
  const [one, two] = [tagged('one', 30), tagged('two', 20)];
  const at = (name: string, run: (place: string) => Promise<void>): ContractCase =>
    caseInFolder(name, (folder) => run(join(folder, 'store')));
  const open = <T>(
    place: string,
    work: (session: StoreSession, bench: Workbench) => Promise<T>,
  ): Promise<T> =>
    atWorkbench(
      (bench) => withStore(trial.store(place), bench.store, (session) => work(session, bench)),
      undefined,
      trial.connections,
    );
  const after = mode === 'replace' ? [two] : [one, two];

  return [
    at('a store has a definition that people can read', async (place) => {
      checkDefinition(definition, trial.store(place).config);
      assert.ok(modes.length > 0, 'capabilities name at least one mode');
    }),
    at('a store takes the forms that its capabilities name', (place) =>
      open(place, async ({ writeFiles, writeRelation, writeBatch }) => {
        const has = { files: writeFiles !== undefined, relation: writeRelation !== undefined };
        checkForms(takes, { ...has, batches: writeBatch !== undefined }, 'takes');
      }),
    ),
    at('a store tells one destination for one configuration', async (place) => {
      const tell = (at: string): string => definition.destination(trial.store(at).config);
      assert.notEqual(tell(place), '', 'a destination is not empty');
      assert.equal(tell(place), tell(place), 'the same configuration has the same destination');
      assert.notEqual(tell(place), tell(`${place}-2`), 'another place is another destination');
    }),
    at('looking into a store writes nothing', async (place) => {
      await open(place, (session) => session.inspect());
      assert.deepEqual(await listing(place), []);
      await bring(trial, place, one, first);
      const before = await listing(place);
      const contents = await open(place, (session) => session.inspect());
      assert.ok(
        contents.rows === null || contents.rows === 30,
        'it knows how many rows there are, or says not',
      );
      assert.deepEqual(contents.foreign, [], 'what hygge put there is not foreign');
      assert.deepEqual(await listing(place), before);
    }),
    at('a session can be closed twice, and without being used', (place) =>
      open(place, async (session) => {
        await session.close();
        await session.close();
      }),
    ),
    ...forms.flatMap((form) => [
      at(`what is staged is counted, and cannot be seen (${form})`, async (place) => {
        await bring(trial, place, one, first);
        await open(place, async (session, bench) => {
          const staged = await stage(session, bench, { feed: two, form, mode });
          assert.equal(staged.rows, 20, 'finish() counts what is there');
          assert.notEqual(staged.by, '', 'finish() says what it counted');
          await holds(trial, place, 'before publishing', [one]);
        });
      }),
      at(`discarding leaves what was there, and nothing else (${form})`, async (place) => {
        await bring(trial, place, one, first);
        const before = await listing(place);
        await open(place, async (session, bench) => {
          await stage(session, bench, { feed: two, form, mode });
          await session.discard();
          await session.discard();
        });
        await holds(trial, place, 'after discarding', [one]);
        assert.deepEqual(await listing(place), before, 'nothing is left of what was discarded');
      }),
      at(`a run that is broken off keeps the next one from nothing (${form})`, async (place) => {
        await bring(trial, place, one, first);
        await open(place, (session, bench) => stage(session, bench, { feed: two, form, mode }));
        await holds(trial, place, 'after a run that was broken off', [one]);
        await bring(trial, place, two, first);
        await holds(trial, place, 'after the next run', after);
      }),
      at(`publishing twice is publishing once (${form})`, async (place) => {
        await bring(trial, place, one, first);
        // An append where it can, for a replacement by the same rows shows nothing.
        const adds = modes.includes('append');
        await open(place, async (session, bench) => {
          await stage(session, bench, { feed: two, form, mode: adds ? 'append' : mode });
          const commit = { runId: bench.store.runId, rows: 20, record: null };
          const published = await session.publish(commit);
          assert.deepEqual((await session.publish(commit)).files, published.files);
        });
        await holds(trial, place, 'after publishing twice', adds ? [one, two] : after);
      }),
    ]),
    at('discarding before anything was staged is nothing', async (place) => {
      await open(place, async (session) => {
        await session.discard();
      });
      await holdsNothing(trial, place, 'nothing is there');
    }),
  ];
}

/** Begins, writes a feed in one form, and ends the staging. */
async function stage(
  session: StoreSession,
  { session: engine, store }: Workbench,
  { feed, form, mode }: { readonly feed: Feed; readonly form: Form; readonly mode: WriteMode },
): Promise<Staged> {
  const relation = { sql: feed.sql, schema: await engine.describe(feed.sql) };
  await session.begin({ mode, schema: relation.schema, rows: null });
  if (form === 'relation') await session.writeRelation?.(relation, () => {});
  else {
    for await (const batch of engine.batches(relation, { signal: store.signal, rowsPerBatch: 7 })) {
      await session.writeBatch?.(batch);
    }
  }
  return session.finish();
}
