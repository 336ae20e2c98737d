import { isLocal } from './local.js';
import { Pace } from './pace.js';

/** Of all calls of this process: one that is slow is mostly not alone. */
const pace = new Pace(0);

/** A call in place, where it may be and where that is quick, and else by another thread. */
export const step = <T>(mayBe: boolean, inPlace: () => T, byThread: () => Promise<T>): Promise<T> =>
  mayBe ? pace.step(inPlace, byThread) : byThread();

/** A call for a path that is made in place where that is quick, and else by another thread. */
export const quick =
  <Rest extends unknown[], T>(
    inPlace: (path: string, ...rest: Rest) => T,
    byThread: (path: string, ...rest: Rest) => Promise<T>,
  ) =>
  async (path: string, ...rest: Rest): Promise<T> =>
    step(
      await isLocal(path),
      () => inPlace(path, ...rest),
      () => byThread(path, ...rest),
    );
