import type { CheckResult, Contract } from '../../core/contract.js';
import type { EntityConfig } from '../../core/entity-config.js';
import { fail } from '../../errors/index.js';
import type { FlowContext } from '../context.js';
import { prepare } from '../prepare.js';
import { FlowChecks } from './flow-checks.js';

/** Checks that hold one run against another, which a store by itself cannot tell. */
const ofRuns: ReadonlySet<string> = new Set(['max_drop', 'max_growth']);

/**
 * What becomes of the contract of an entity for the rows that its store holds now. Nothing is written, and nothing is
 * put aside: rows that should have been have settled before the contract said so, and break it.
 */
export async function checkHeld(config: EntityConfig, context: FlowContext): Promise<readonly CheckResult[]> {
  const { name, contract = null } = config;
  if (contract === null) return [];
  const asked: Contract = {
    ...contract,
    checks: contract.checks.map((check) =>
      check.on_fail === 'quarantine' ? { ...check, on_fail: 'fail' } : check,
    ),
  };
  // Only the columns are asked of the home, so which rows it would move is of no concern.
  const look: EntityConfig = { ...config, contract: null, watermark: null };
  const prepared = await prepare({ ...look, run_type: 'full_drop', append: null }, context, () => {});
  try {
    const { store, plan, storeSession, watchdog } = prepared;
    if (store.held === undefined) {
      const reason = `a ${plan.store.type} store does not show what it holds`;
      throw fail('CHECKS_UNSUPPORTED', { name, reason });
    }
    const held = await watchdog.race(store.held(plan.output));
    const session = await storeSession.get();
    const rows = held ?? (await (await session.table(plan.output)).relation());
    const checks = await FlowChecks.open(
      { ...config, contract: asked },
      rows.schema,
      context,
      prepared.storeSession,
    );
    const options = { signal: watchdog.signal, onProgress: () => watchdog.progress() };
    const asking = checks?.ask(rows, session, options, { wanted: ({ kind }) => !ofRuns.has(kind) });
    const results = await watchdog.race(asking ?? Promise.resolve([]));
    await checks?.end(session);
    return results;
  } finally {
    await prepared.close();
  }
}
