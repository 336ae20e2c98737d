import { expect } from 'vitest';
import { type Kind, kinds } from './fault.js';
import type { Ended } from './run.js';
import type { Place, Template } from './scenario.js';

/** Every call of these is a step to fail at; of the others some. */
const each: ReadonlySet<Kind> = new Set(['fsync', 'rename', 'unlink', 'link']);

/** One call of a run: the n-th of its kind, from 1. */
export interface Step {
  readonly kind: Kind;
  readonly at: number;
  /** Whether all calls of its kind are steps. */
  readonly isEach: boolean;
}

/** The steps of a run that goes well. Of the kinds with many calls every so many, beginning elsewhere by `seed`. */
export async function stepsOf(
  template: Template,
  run: (place: Place) => Promise<Ended>,
  { every, seed = 0 }: { readonly every: number; readonly seed?: number },
): Promise<readonly Step[]> {
  const place = template.copy('probe');
  const { calls, code, said } = await run(place);
  expect(code, said).toBe(0);
  place.remove();
  return kinds.flatMap((kind) => {
    const isEach = each.has(kind);
    const count = calls.filter((call) => call.kind === kind).length;
    return Array.from({ length: count }, (_, i) => ({ kind, at: i + 1, isEach })).filter(
      ({ at }) => isEach || (at + seed) % every === 0,
    );
  });
}
