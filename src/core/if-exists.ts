import type { RunType } from './capabilities.js';

/** What becomes of a table that is there already. `fail`: it is left alone, and the run is an error. */
export const ifExistsChoices = ['fail', 'append', 'replace', 'merge'] as const;
export type IfExists = (typeof ifExistsChoices)[number];

const runTypeOf: Record<Exclude<IfExists, 'fail'>, RunType> = {
  append: 'incremental',
  replace: 'full_drop',
  merge: 'merge',
};

/** Everything that says what a run does to the rows that are there; null where nobody wrote it. */
export interface WrittenModes {
  readonly ifExists: IfExists | null;
  readonly runType: RunType | null;
  /** `incremental` of a store. */
  readonly append: boolean | null;
}

/** The run type of an entity, or why what was written contradicts itself. */
export function runTypeFrom({
  ifExists,
  runType,
  append,
}: WrittenModes): RunType | { readonly reason: string } {
  const plain = runType ?? 'full_drop';
  if (ifExists === null || ifExists === 'fail') return plain;
  const meant = runTypeOf[ifExists];
  if (runType !== null && runType !== meant)
    return { reason: `${ifExists} means run_type: ${meant}, but the run type is ${runType}` };
  if (append !== null && append !== (meant === 'incremental'))
    return { reason: `${ifExists} means run_type: ${meant}, but the store says incremental: ${append}` };
  return meant;
}
