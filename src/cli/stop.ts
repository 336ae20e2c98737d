import { exitCodes } from './context.js';

/** Listens for Ctrl-C and SIGTERM while a run goes on. */
export interface StopSignals {
  /** Aborted by the first of them. */
  readonly signal: AbortSignal;
  /** The exit code of what was received; null as long as nothing was. */
  exitCode(): number | null;
  /** Stops listening. */
  dispose(): void;
}

/**
 * The first signal asks the run to stop and clean up after itself; a second ends the process at once, and what was
 * staged is left for the next run to sweep.
 */
export function stopSignals(onFirst: () => void): StopSignals {
  const controller = new AbortController();
  let code: number | null = null;
  const listener = (name: NodeJS.Signals): void => {
    const mine = name === 'SIGTERM' ? exitCodes.terminated : exitCodes.interrupted;
    if (code !== null) process.exit(mine);
    code = mine;
    onFirst();
    controller.abort();
  };
  process.on('SIGINT', listener);
  process.on('SIGTERM', listener);
  return {
    signal: controller.signal,
    exitCode: () => code,
    dispose: () => {
      process.off('SIGINT', listener);
      process.off('SIGTERM', listener);
    },
  };
}
