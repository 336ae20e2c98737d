import { exitCodes } from './context.js';

/** Listens for Ctrl-C and SIGTERM while a run goes on. */
export interface StopSignals {
  /** Aborted when what runs is to stop at once, and to clean up after itself. */
  readonly signal: AbortSignal;
  /** Aborted by the first of them: nothing more is to be begun. */
  readonly drain: AbortSignal;
  /** The exit code of what was received; null as long as nothing was. */
  exitCode(): number | null;
  /** Stops listening. */
  dispose(): void;
}

export interface StopOptions {
  /** Seconds from SIGTERM until the process is gone. What runs may end in the first part of them. Default: 0. */
  readonly grace?: number;
  /** Called by the first signal; `grace`: the seconds that what runs still has to end by itself. */
  readonly onFirst?: (grace: number) => void;
}

/** What stopping and cleaning up gets of the time of grace: a sixth, from 3 to 10 seconds, half of it at most. */
function reserve(grace: number): number {
  return Math.min(Math.max(3, Math.min(10, grace / 6)), grace / 2);
}

/**
 * Ctrl-C asks the run to stop and clean up after itself. SIGTERM begins nothing more, and lets what runs end; shortly
 * before the time of grace is over, it stops and cleans up. A second signal, or the end of that time, ends the process
 * at once, and what was staged is left for the next run to sweep.
 */
export function stopSignals({ grace = 0, onFirst = () => {} }: StopOptions = {}): StopSignals {
  const stop = new AbortController();
  const drain = new AbortController();
  const timers: NodeJS.Timeout[] = [];
  let code: number | null = null;
  const listener = (name: NodeJS.Signals): void => {
    const mine = name === 'SIGTERM' ? exitCodes.terminated : exitCodes.interrupted;
    if (code !== null) process.exit(mine);
    code = mine;
    const time = name === 'SIGTERM' ? grace - reserve(grace) : 0;
    onFirst(time);
    drain.abort();
    if (time <= 0) stop.abort();
    else {
      timers.push(setTimeout(() => stop.abort(), time * 1000));
      timers.push(setTimeout(() => process.exit(mine), grace * 1000));
    }
  };
  process.on('SIGINT', listener);
  process.on('SIGTERM', listener);
  return {
    signal: stop.signal,
    drain: drain.signal,
    exitCode: () => code,
    dispose: () => {
      for (const timer of timers) clearTimeout(timer);
      process.off('SIGINT', listener);
      process.off('SIGTERM', listener);
    },
  };
}
