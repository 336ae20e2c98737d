import { appendFileSync } from 'node:fs';
import { afterAll } from 'vitest';

/** What a file of tests has done; printed when it is over, and added up by scripts/faults.mjs. */
export interface Totals {
  /** Kills, errors and changes that really took place. */
  faults: number;
  /** Runs that had something to recover, or to do again, and ended well. */
  recoveries: number;
  /** Real runs of the program. */
  runs: number;
  violations: number;
}

/** To be called once in each file of tests. */
export function useTotals(what: string): Totals {
  const totals: Totals = { faults: 0, recoveries: 0, runs: 0, violations: 0 };
  afterAll(() => {
    const { faults, recoveries, runs, violations } = totals;
    console.log(
      `${what}: ${faults} faults, ${recoveries} recoveries, ${runs} runs, ${violations} violations`,
    );
    const file = process.env.HYGGE_FAULT_TOTALS;
    if (file !== undefined) appendFileSync(file, `${JSON.stringify({ what, ...totals })}\n`);
  });
  return totals;
}

/** Fails with all that was wrong, and with how to see it again. */
export function expectNone(totals: Totals, violations: readonly string[], how: string): void {
  totals.violations += violations.length;
  if (violations.length > 0) throw new Error(`${how}:\n  ${violations.join('\n  ')}`);
}

/** Numbers of a full run (npm run test:faults), or of one that fits among the other tests. */
export const full = process.env.HYGGE_FAULTS === 'full';
