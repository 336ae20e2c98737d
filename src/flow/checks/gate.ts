import type { CheckResult } from '../../core/contract.js';
import type { EngineSession, Relation } from '../../core/engine.js';
import type { Fingerprint } from '../../core/fingerprint.js';
import type { KnownColumns } from '../../core/known-values.js';
import type { Staged } from '../../core/store.js';
import type { Schema } from '../../core/types.js';
import { fingerprintOf, identifier } from '../../engine/index.js';
import { fail } from '../../errors/index.js';
import type { Prepared } from '../prepare.js';
import { typeError } from '../read.js';
import type { RunIdentity } from '../record.js';
import { verifyStaged } from '../verify.js';
import { brokenOf, putsAside, reasonsOf } from './evaluate.js';
import type { FlowChecks } from './flow-checks.js';
import { HeldBack } from './held-back.js';
import { setAside } from './set-aside.js';

const nothing: Promise<KnownColumns> = Promise.resolve(new Map());

/** What is staged, and what it was proved by. */
interface StagedRows {
  readonly staged: Staged;
  readonly fingerprint: Fingerprint | null;
}

/** What is left to be published after the checks. */
export interface CheckedRows extends StagedRows {
  readonly results: readonly CheckResult[];
  /** Rows that were put aside; null where there is no contract. */
  readonly quarantined: number | null;
  /** Where they are; null where there are none. */
  readonly folder: string | null;
}

/**
 * Holds what is staged against the contract. Rows that break a check with `on_fail: quarantine` are put aside and the
 * others staged anew; all other checks are asked of the others. CHECKS_FAILED where one of those has to hold.
 */
export async function checkStaged(
  prepared: Prepared,
  run: RunIdentity,
  given: StagedRows,
): Promise<CheckedRows> {
  const { checks, plan, store } = prepared;
  if (checks === null) return { ...given, results: [], quarantined: null, folder: null };
  const nothingNew = countOf(given.staged) === 0 && plan.mode !== 'replace';
  if (nothingNew) return { ...given, results: [], quarantined: 0, folder: null };
  const session = await prepared.storeSession.get();
  try {
    const rows = (await prepared.watchdog.race(store.staged?.({ all: true }) ?? Promise.resolve(null))) ?? {
      sql: await emptyOf(session, prepared),
      schema: plan.output,
    };
    const checked = await new Gate(prepared, checks, session, run).hold(
      { ...rows, schema: plan.output },
      given,
    );
    return store instanceof HeldBack ? await handedOver(prepared, store, checked) : checked;
  } finally {
    await checks.end(session);
  }
}

/** What is staged once the store has been given the rows that were held back, and no others. */
async function handedOver(
  { plan, watchdog }: Prepared,
  store: HeldBack,
  checked: CheckedRows,
): Promise<CheckedRows> {
  const giving = store.handOver(() => watchdog.progress());
  const staged = await watchdog.hold(
    giving.catch((error) => Promise.reject(typeError(plan.name, 'store', plan.store.type, error))),
  );
  if (countOf(staged) !== countOf(checked.staged))
    throw fail('ROWS_DIFFER', { name: plan.name, read: countOf(checked.staged), staged: countOf(staged) });
  return { ...checked, staged };
}

/** Rows that were given to the store: those too that a merge finds there already. */
const countOf = ({ rows, merged }: Staged): number => rows + (merged?.unchanged ?? 0);

/** A relation of no rows: a store has nothing to read back where nothing was written. */
async function emptyOf(session: EngineSession, { plan }: Prepared): Promise<string> {
  return (await (await session.table(plan.output)).relation()).sql;
}

class Gate {
  readonly #prepared: Prepared;
  readonly #checks: FlowChecks;
  readonly #session: EngineSession;
  readonly #run: RunIdentity;

  constructor(prepared: Prepared, checks: FlowChecks, session: EngineSession, run: RunIdentity) {
    this.#prepared = prepared;
    this.#checks = checks;
    this.#session = session;
    this.#run = run;
  }

  get #options() {
    const { watchdog } = this.#prepared;
    return { signal: watchdog.signal, onProgress: () => watchdog.progress() };
  }

  async hold(given: Relation, proved: StagedRows): Promise<CheckedRows> {
    const { mode } = this.#prepared.plan;
    // A merge reads rows again that it has read before: what was put aside stays there, until it is retried.
    const known = mode === 'merge' ? await this.#checks.known(given.schema, this.#session) : null;
    const rows = known === null ? given : without(given, known);
    const total = await this.#count(rows);
    const first = await this.#ask(rows, known === null);
    const broken = brokenOf(this.#checks.compiled, first).filter(({ check }) => putsAside(check));
    if (broken.length === 0) {
      this.#checks.refuse(first);
      const checked = { ...proved, results: first, quarantined: 0, folder: null };
      return total === countOf(proved.staged)
        ? checked
        : { ...checked, ...(await this.#restage(rows, total)) };
    }
    const { any } = reasonsOf(broken);
    const good = { sql: `SELECT * FROM (${rows.sql}) WHERE NOT (${any})`, schema: rows.schema };
    // What is put aside is no concern of the other checks.
    const others = await this.#checks.ask(good, this.#session, this.#options, {
      wanted: (check) => !putsAside(check),
    });
    const aside = first.filter(({ on_fail }) => on_fail === 'quarantine');
    const results = inOrder(first, [...aside, ...others]);
    this.#checks.refuse(results);
    const folder = this.#checks.folder(this.#run.runId);
    const bad = { rows, broken, plan: this.#prepared.plan };
    const { watchdog } = this.#prepared;
    const quarantined = await watchdog.race(setAside(folder, bad, this.#session, this.#options));
    const staged = await this.#restage(good, total - quarantined);
    return { ...staged, results, quarantined, folder: folder.path };
  }

  /** `isWhole`: the rows are all that is staged, of which the store may know something. */
  async #ask(rows: Relation, isWhole: boolean): Promise<readonly CheckResult[]> {
    const { watchdog, store } = this.#prepared;
    const known = isWhole
      ? await watchdog.race(store.knownValues?.(this.#asked(rows)) ?? nothing)
      : undefined;
    return watchdog.race(this.#checks.ask(rows, this.#session, this.#options, { known }));
  }

  /** The columns that a check speaks of by itself. */
  #asked({ schema }: Relation): Schema {
    const { checks } = this.#checks.contract;
    return schema.filter(({ name }) => checks.some((check) => 'column' in check && check.column === name));
  }

  async #count({ sql }: Relation): Promise<number> {
    const [row] = await this.#session.rows(`SELECT count(*) FROM (${sql})`, this.#options);
    return Number(row?.[0]);
  }

  /** Stages some of the rows instead of all, and proves it: every row is either published or put aside. */
  async #restage(good: Relation, left: number): Promise<StagedRows> {
    const { plan, store, watchdog } = this.#prepared;
    const isPrinted = plan.settings.verify === 'fingerprint';
    const print = isPrinted
      ? await watchdog.race(fingerprintOf(this.#session, good.sql, plan.output, this.#options))
      : null;
    const onProgress = (): void => watchdog.progress();
    await watchdog.hold(store.restage?.(good, onProgress) ?? Promise.resolve());
    const staged = await watchdog.race(store.finish(onProgress));
    const fingerprint = await verifyStaged(this.#prepared, { rows: left, values: print }, staged);
    if (countOf(staged) !== left)
      throw fail('ROWS_DIFFER', { name: plan.name, read: left, staged: countOf(staged) });
    return { staged, fingerprint };
  }
}

/** The rows of which there is none just like them among others. */
function without({ sql, schema }: Relation, others: Relation): Relation {
  const same = schema
    .map(({ name }) => `hygge_other.${identifier(name)} IS NOT DISTINCT FROM hygge_row.${identifier(name)}`)
    .join(' AND ');
  const there = `SELECT 1 FROM (${others.sql}) AS hygge_other WHERE ${same}`;
  return { sql: `SELECT * FROM (${sql}) AS hygge_row WHERE NOT EXISTS (${there})`, schema };
}

function inOrder(order: readonly CheckResult[], results: readonly CheckResult[]): readonly CheckResult[] {
  const place = (one: CheckResult): number =>
    order.findIndex(
      ({ name, kind, on_fail }) => name === one.name && kind === one.kind && on_fail === one.on_fail,
    );
  return [...results].sort((a, b) => place(a) - place(b));
}
