import { availableParallelism, totalmem } from 'node:os';

/** Half of the memory that this process may use: of the machine, or of its cgroup (v1 or v2) where that is less. In bytes. */
export function defaultMemoryLimit(): number {
  // 0, undefined or a huge number where no limit is set.
  const constrained: number | undefined = process.constrainedMemory();
  const total = totalmem();
  const usable = constrained !== undefined && constrained > 0 ? Math.min(constrained, total) : total;
  return Math.floor(usable / 2);
}

/** As many threads as the machine runs side by side for this process. */
export const defaultThreads = (): number => availableParallelism();
