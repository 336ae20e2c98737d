import { randomBytes } from 'node:crypto';
import type { Check, CheckResult, Contract } from '../../core/contract.js';
import type { EngineSession, Relation, StatementOptions } from '../../core/engine.js';
import type { EntityConfig } from '../../core/entity-config.js';
import type { KnownColumns } from '../../core/known-values.js';
import type { StoreSession } from '../../core/store.js';
import type { Schema } from '../../core/types.js';
import { fail, HyggeErrors } from '../../errors/index.js';
import { QuarantineFolder } from '../../files/index.js';
import type { FlowContext, LazySession } from '../context.js';
import { type CompiledContract, compile } from './compile.js';
import { evaluate, putsAside, type Wanted } from './evaluate.js';
import { knownAside } from './known-aside.js';
import { makeReference, referredEntity } from './references.js';
import { validate, type WantedTypes } from './validate.js';

/**
 * CHECKS_UNSUPPORTED where a store does not show what it has staged as it was, or cannot put rows aside. Before anything
 * moves.
 */
export function checkCheckable(
  { name, contract }: EntityConfig,
  type: string,
  schema: Schema,
  store: StoreSession,
): void {
  if (contract == null) return;
  const unsupported = (reason: string): Error => fail('CHECKS_UNSUPPORTED', { name, reason });
  const isPutAside = contract.checks.some(putsAside);
  if (isPutAside && store.restage === undefined) throw unsupported(`a ${type} store cannot put rows aside`);
  for (const column of schema) {
    const why = store.unverifiable?.(column) ?? null;
    if (why === null) continue;
    // Where rows are put aside, the others are read back whole.
    const isAsked = contract.checks.some((check) => isPutAside || speaksOf(check, column.name));
    if (isAsked) throw unsupported(why);
  }
}

function speaksOf(check: Check, column: string): boolean {
  if (check.kind === 'expression') return check.sql.toLowerCase().includes(column.toLowerCase());
  if ('columns' in check) return check.columns.includes(column);
  return 'column' in check && check.column === column;
}

/** The contract of a flow, understood and held against its columns. */
export class FlowChecks {
  readonly contract: Contract;
  readonly compiled: CompiledContract;
  readonly #config: EntityConfig;
  readonly #context: FlowContext;
  readonly #types: WantedTypes;

  private constructor(
    config: EntityConfig,
    contract: Contract,
    compiled: CompiledContract,
    types: WantedTypes,
    context: FlowContext,
  ) {
    this.#config = config;
    this.contract = contract;
    this.compiled = compiled;
    this.#types = types;
    this.#context = context;
  }

  /**
   * The checks of an entity over the columns that settle; null where it has no contract.
   * @throws HyggeErrors CONTRACT_COLUMN, CHECK_INVALID: everything that cannot be asked, together
   */
  static async open(
    config: EntityConfig,
    schema: Schema,
    context: FlowContext,
    session: LazySession,
  ): Promise<FlowChecks | null> {
    const { name, contract = null } = config;
    if (contract === null) return null;
    const id = randomBytes(5).toString('hex');
    const { compiled, problems } = compile(name, contract, schema, config.contract_places ?? null, id);
    for (const one of compiled.rows) if (one.beside?.kind === 'reference') referredEntity(name, one, context);
    const asked = await validate(name, compiled, schema, await session.get());
    const all = [...problems, ...asked.problems];
    if (contract.checks.some(putsAside) && context.state === undefined) {
      const reason = 'on_fail: quarantine needs the folder of a project, which a flow of its own has not';
      all.push(fail('CHECKS_UNSUPPORTED', { name, reason }));
    }
    if (all.length > 0) throw new HyggeErrors(all);
    return new FlowChecks(config, contract, compiled, asked.types, context);
  }

  /** What becomes of the checks for some rows. */
  async ask(
    rows: Relation,
    session: EngineSession,
    options: StatementOptions & { readonly signal: AbortSignal },
    { wanted, known }: { readonly wanted?: Wanted; readonly known?: KnownColumns | undefined } = {},
  ): Promise<readonly CheckResult[]> {
    const { name } = this.#config;
    const before = (await this.#context.lastRows?.(this.#config)) ?? null;
    return evaluate(
      this.compiled,
      {
        session,
        rows,
        types: this.#types,
        ...(known === undefined ? {} : { known }),
        before,
        options,
        reference: (one) => makeReference(name, one, rows.schema, session, this.#context, options),
      },
      wanted,
    );
  }

  /** CHECKS_FAILED where a check that has to hold does not, with the place of the first one. */
  refuse(results: readonly CheckResult[]): void {
    const { name, contract_places: places } = this.#config;
    const failed = results.filter(({ status }) => status === 'failed');
    const [first] = failed;
    if (first === undefined) return;
    const index = this.contract.checks.findIndex(
      (check) => check.name === first.name && check.kind === first.kind && check.on_fail === first.on_fail,
    );
    throw fail('CHECKS_FAILED', { name, failed, checks: results }, { at: places?.checks[index] });
  }

  /** Drops the tables that were made beside the rows. */
  async end(session: EngineSession): Promise<void> {
    for (const { beside } of this.compiled.rows)
      if (beside !== null) await session.run(`DROP TABLE IF EXISTS ${beside.table}`).catch(() => 0);
  }

  /** The rows that earlier runs put aside; null where there are none. */
  known(schema: Schema, session: EngineSession): Promise<Relation | null> {
    return knownAside(this.#config, this.#context, schema, async () => session);
  }

  /** Where a run puts rows aside. */
  folder(runId: string): QuarantineFolder {
    const { state } = this.#context;
    if (state === undefined) throw fail('INTERNAL', { reason: 'rows are put aside without a folder' });
    return new QuarantineFolder({ state, name: this.#config.name, runId });
  }

  /** Removes what a run that has not published had put aside: its rows are still where they come from. */
  async discard({ runId }: { readonly runId: string }): Promise<void> {
    if (this.contract.checks.some(putsAside))
      await this.folder(runId)
        .removeRows()
        .catch(() => {});
  }
}
