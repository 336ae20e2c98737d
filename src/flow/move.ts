import type { Batch } from '../core/batch.js';
import type { EngineSession, Relation } from '../core/engine.js';
import type { HomeSession } from '../core/home.js';
import { BatchFingerprint } from '../engine/index.js';
import { fail, type HyggeError } from '../errors/index.js';
import { hasParts, moveParts } from './parts.js';
import type { Prepared } from './prepare.js';
import { BoundedQueue } from './queue.js';
import { batchesOfHome, typeError } from './read.js';
import { shapeBatches } from './shape/index.js';
import { type Given, withHomeChecked } from './verify.js';
import { wantedColumns } from './wanted.js';
import { movedRelation, movesAll } from './window/moving.js';

/** Memory that waits between reader and writer, at most: 64 MB. */
const queueBytes = 64 * 1024 * 1024;

/** Called as rows go by: rows so far, and the share of the whole where it is known. */
export type OnMove = (progress: { readonly rows: number; readonly fraction: number | null }) => void;

/** The home's files are copied into the store, their values as they are. */
export async function moveBySplice(prepared: Prepared, onMove: OnMove): Promise<Given> {
  const { store, copy, filesShape: shape, watchdog } = prepared;
  if (store.writeFiles === undefined || copy === null)
    throw missing(prepared.plan.store.type, 'store', 'writeFiles');
  const { late } = prepared.moving;
  const values = late === null ? null : { sql: late, schema: prepared.plan.output };
  if (values !== null) {
    if (store.writeRelation === undefined) throw missing(prepared.plan.store.type, 'store', 'writeRelation');
    await watchdog.hold(withHomeChecked(prepared, 'late', store.writeRelation(values, onMove)));
  }
  await watchdog.hold(store.writeFiles(copy, shape, onMove));
  return { rows: values === null ? copy.rows : null, values };
}

/** One statement of the engine reads the home and writes the store. */
export async function moveByEngine(prepared: Prepared, onMove: OnMove): Promise<Given> {
  const { plan, home, store, watchdog } = prepared;
  if (hasParts(prepared)) return moveParts(prepared, onMove);
  const relation = await relationOf(home, prepared);
  const shaped = movedRelation(relation, prepared.shape, prepared.moving, plan.output);
  if (store.writeRelation === undefined) throw missing(plan.store.type, 'store', 'writeRelation');
  await watchdog.hold(withHomeChecked(prepared, 'all', store.writeRelation(shaped, onMove)));
  // Without a filter the home's own count is the one to hold the store to.
  const whole = plan.where === null && plan.limit === null && movesAll(prepared.moving);
  const counted = relation.rows ?? (plan.estimate.exact ? plan.estimate.rows : null);
  return { rows: whole ? counted : null, values: shaped };
}

/** A producer reads the home, a consumer writes the store, a bounded queue lies between. */
export async function moveByBatches(prepared: Prepared, onMove: OnMove): Promise<Given> {
  const { plan, watchdog } = prepared;
  const queue = new BoundedQueue<Batch>(plan.settings.queue_size, queueBytes);
  watchdog.signal.addEventListener('abort', () => queue.fail(watchdog.signal.reason), { once: true });
  let read = 0;
  const print = await fingerprintFor(prepared);
  const produce = async (): Promise<void> => {
    for await (const batch of batchesOf(prepared)) {
      if (watchdog.signal.aborted) throw watchdog.signal.reason;
      if (batch.rows === 0) continue;
      await print?.add(batch);
      await queue.push(batch);
      read += batch.rows;
      onMove({ rows: read, fraction: null });
    }
    queue.end();
  };
  const consume = async (): Promise<void> => {
    const write = await writerOf(prepared);
    for (let batch = await queue.shift(); batch !== null; batch = await queue.shift()) {
      await write.batch(batch);
      watchdog.progress();
    }
    await write.end();
  };
  // Whoever fails first stops the other; neither is waited for longer than that.
  const guard = (work: Promise<void>): Promise<void> =>
    work.catch((error) => {
      queue.fail(error);
      throw error;
    });
  const work = Promise.all([guard(produce()), watchdog.hold(guard(consume()))]).then(() => {});
  await watchdog.race(withHomeChecked(prepared, 'all', work));
  return { rows: read, values: (await print?.end()) ?? null };
}

/** What notes the values of batches as they come; null where that is not asked for. */
async function fingerprintFor({ plan, homeSession }: Prepared): Promise<BatchFingerprint | null> {
  if (plan.settings.verify !== 'fingerprint') return null;
  return new BatchFingerprint(await homeSession.get(), plan.output);
}

export async function relationOf(home: HomeSession, { plan, shape, moving }: Prepared): Promise<Relation> {
  if (home.relation === undefined) throw missing(plan.home.type, 'home', 'relation');
  return moving.home ?? home.relation(wantedColumns(plan, shape.reads));
}

/** The rows of a home as shaped batches, whatever form it gives them in. */
export async function* batchesOf(prepared: Prepared): AsyncGenerator<Batch> {
  const { plan, home, shape, watchdog } = prepared;
  if (home.read === undefined) {
    const session = await prepared.homeSession.get();
    const relation = movedRelation(await relationOf(home, prepared), shape, prepared.moving, plan.output);
    const batchSize = plan.home.batch_size;
    yield* session.batches(relation, {
      signal: watchdog.signal,
      ...(typeof batchSize === 'number' ? { rowsPerBatch: batchSize } : {}),
    });
    return;
  }
  const { read, first } = prepared;
  const reading = { ...plan, type: plan.home.type, read, first, signal: watchdog.signal };
  const batches = batchesOfHome(home, reading);
  const engine = (): Promise<EngineSession> => prepared.homeSession.get();
  yield* shapeBatches(batches, shape, plan.output, { schema: plan.schema, engine });
}

/** How batches get into a store, whatever form it takes them in. */
async function writerOf(
  prepared: Prepared,
): Promise<{ batch(batch: Batch): Promise<void>; end(): Promise<void> }> {
  const { plan, store } = prepared;
  const guard = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error) => Promise.reject(typeError(plan.name, 'store', plan.store.type, error)));
  const { writeBatch, writeRelation } = store;
  if (writeBatch !== undefined)
    return { batch: (batch) => guard(writeBatch.call(store, batch)), end: async () => {} };
  if (writeRelation === undefined) throw missing(plan.store.type, 'store', 'writeBatch');
  const table = await (await prepared.storeSession.get()).table(plan.output);
  return {
    batch: (batch) => table.append(batch),
    end: async () => {
      await guard(writeRelation.call(store, await table.relation(), () => {}));
      await table.drop();
    },
  };
}

function missing(type: string, role: 'home' | 'store', ability: string): HyggeError {
  const reason = `its definition promises a form, but its session has no ${ability}()`;
  return fail('TYPE_FAILED', { name: type, role, type, reason });
}
