import type { EntityConfig } from '../core/entity-config.js';
import type { HomeSession, HomeTrust } from '../core/home.js';
import type { RunRecord } from '../core/run-record.js';
import type { HyggeError } from '../errors/index.js';

/** How a flow is prepared. */
export interface PrepareOptions {
  /** Whether the plan is going to be carried out. Otherwise nothing is written, and no store is taken. Default: false. */
  readonly carryOut?: boolean;
  readonly trust?: HomeTrust | undefined;
  /** The home is open, whatever becomes of the rest. */
  readonly onHome?: (home: HomeSession) => void;
}

/** What a try has to say for this. */
interface Tried {
  readonly error: HyggeError | null;
  readonly record: RunRecord | null;
  readonly distrust: HomeTrust | null;
}

const told: Record<HomeTrust, string | null> = {
  'first rows': null,
  'last run': 'not all rows are like the first ones: all are looked at, and the run begins anew',
  nothing: 'the types that the last run found out are not taken for granted any more: all rows are looked at',
};

/**
 * Tries with as much trust in the home's rows as may be, and with less where that was too much. What a run settles with is
 * never something else for it: a home holds what it trusts in against every row.
 */
export async function tryTrusting<T extends Tried>(
  config: EntityConfig,
  once: (trust: HomeTrust | undefined) => Promise<T>,
  notice: (message: string) => void,
  isStopped: () => boolean,
): Promise<T> {
  let tried = await once(readsAll(config) ? 'first rows' : undefined);
  while (tried.error !== null && tried.record === null && tried.distrust !== null && !isStopped()) {
    const message = told[tried.distrust];
    if (message !== null) notice(message);
    const again = await once(tried.distrust);
    // Types that do not go with the store say less than the row that does not go with the last run.
    if (again.error !== null && tried.error.code === 'BAD_ROW') break;
    tried = again;
  }
  return tried;
}

/** Whether every value of every row is read: only then what is true of the first ones is held against all. */
function readsAll({ where, limit, columns, mask, watermark, retries = [] }: EntityConfig): boolean {
  const isWhole = where === null && limit === null && columns === null && mask === null;
  return isWhole && watermark === null && retries.length === 0;
}
