import { asHyggeError, type HyggeError, HyggeErrors } from '../errors/index.js';
import type { Output } from '../messages/index.js';

/** What every command is given: where to write, where it stands. */
export interface Context {
  readonly out: Output;
  readonly err: Output;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly version: string;
}

/** What a command ends with. */
export const exitCodes = {
  done: 0,
  /** A flow failed, or something else that was rightly asked for could not be done. */
  failed: 1,
  /** What was asked for is wrong: a flag, a key, a value. */
  config: 2,
  /** Stopped with Ctrl-C (SIGINT). */
  interrupted: 130,
  /** Stopped by SIGTERM. */
  terminated: 143,
} as const;

/** All errors in what was thrown. */
export function errorsOf(thrown: unknown): readonly HyggeError[] {
  return thrown instanceof HyggeErrors ? thrown.errors : [asHyggeError(thrown)];
}

/** The exit code for errors that ended a command: the configuration's where there is any of that kind. */
export function exitCodeOf(errors: readonly HyggeError[]): number {
  if (errors.some((error) => error.kind === 'config')) return exitCodes.config;
  if (errors.length > 0 && errors.every((error) => error.kind === 'interrupt')) return exitCodes.interrupted;
  return exitCodes.failed;
}
