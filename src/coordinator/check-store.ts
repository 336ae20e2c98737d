import type { CheckResult } from '../core/contract.js';
import type { EntityConfig } from '../core/entity-config.js';
import { asHyggeError, fail, type HyggeError } from '../errors/index.js';
import { checkHeld, type FlowContext } from '../flow/index.js';

/** Whether what the store of one entity holds is as its contract says. */
export interface StoreCheckOutcome {
  /** The entity's run name. */
  readonly name: string;
  readonly ok: boolean;
  /** Rows that were looked at; null where nothing was. */
  readonly rows: number | null;
  /** null where the entity has no contract, or it could not be asked. */
  readonly checks: readonly CheckResult[] | null;
  readonly error: HyggeError | null;
}

/** Asks the contract of an entity of what its store holds now. Writes nothing, and never rejects. */
export async function checkStore(config: EntityConfig, context: FlowContext): Promise<StoreCheckOutcome> {
  const { name } = config;
  const nothing = { name, rows: null, checks: null, error: null };
  if (config.contract == null) return { ...nothing, ok: true };
  try {
    const checks = await checkHeld(config, context);
    const ok = checks.every(({ status }) => status === 'passed' || status === 'warned');
    return { name, ok, rows: checks[0]?.rows ?? 0, checks, error: null };
  } catch (thrown) {
    return { ...nothing, ok: false, error: asHyggeError(thrown) };
  }
}

/** CONTRACT_NEEDED where none of some entities has a contract. */
export function needContract(entities: readonly EntityConfig[]): void {
  if (entities.some(({ contract }) => contract != null)) return;
  throw fail('CONTRACT_NEEDED', { names: entities.map(({ name }) => name) });
}
