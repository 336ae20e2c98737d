import type { Command } from 'commander';
import type { CheckOutcome } from '../../coordinator/index.js';
import type { HyggeError } from '../../errors/index.js';
import { checksText } from '../../messages/checks.js';
import { counted, jsonText } from '../../messages/index.js';
import { type Context, exitCodeOf, exitCodes } from '../context.js';
import type { RunFlags } from '../flags.js';
import { addSelection, prepare } from '../run-options.js';
import { stopSignals } from '../stop.js';

const examples = `
Examples:
  hygge debug              check every home and store of the workspace
  hygge debug -f orders    check those of one flow
  hygge debug --json       the same as one JSON document

Connections are tried step by step; homes are opened and their columns read; stores are looked into and their
rights tested. Nothing is written.
Exit codes: 0 all is well, 1 something could not be reached, 2 the configuration is wrong.`;

/** `hygge debug`: checks every home and store for real. */
export function registerDebug(program: Command, context: Context, done: (exitCode: number) => void): void {
  addSelection(
    program.command('debug').description('check every home and store, and say how to mend what is wrong'),
  )
    .option('--json', 'print the checks as one JSON document')
    .option('--verbose', 'with stack traces of failures')
    .addHelpText('after', examples)
    .action(async (path: string | undefined, flags: RunFlags) => {
      done(await debug(path, flags, context));
    });
}

async function debug(path: string | undefined, flags: RunFlags, context: Context): Promise<number> {
  const { coordinator, workspace, request } = await prepare(path, flags, context, { withoutFlows: true });
  const stop = stopSignals();
  const outcomes = await coordinator.check({ ...request, signal: stop.signal }).finally(stop.dispose);
  const failed = outcomes.filter((outcome) => !outcome.ok);
  const errors = failed
    .map((outcome) => outcome.error)
    .filter((error): error is HyggeError => error !== null);
  if (flags.json === true) {
    context.out.write(jsonText(document(outcomes)));
  } else {
    const { out, cwd } = context;
    out.write(`${workspace.name}: ${counted(outcomes.length, 'check')} in ${workspace.root}\n\n`);
    out.write(checksText(outcomes, out, { cwd, verbose: flags.verbose ?? false }));
  }
  if (failed.length === 0) return exitCodes.done;
  return stop.exitCode() ?? (errors.length === 0 ? exitCodes.failed : exitCodeOf(errors));
}

function document(outcomes: readonly CheckOutcome[]): object {
  return {
    status: outcomes.every((outcome) => outcome.ok) ? 'success' : 'fail',
    checks: outcomes.map(({ error, ...rest }) => ({ ...rest, error: error?.toJSON() ?? null })),
  };
}
