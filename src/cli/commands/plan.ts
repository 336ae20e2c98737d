import type { Command } from 'commander';
import type { PlanOutcome } from '../../coordinator/index.js';
import type { HyggeError } from '../../errors/index.js';
import { jsonText } from '../../messages/index.js';
import { plansText } from '../../messages/plans.js';
import { type Context, exitCodeOf, exitCodes } from '../context.js';
import type { RunFlags } from '../flags.js';
import { addRunOptions, prepare } from '../run-options.js';
import { stopSignals } from '../stop.js';

const examples = `
Examples:
  hygge plan                      what would run in this workspace, and how
  hygge plan simple.yml           the same for the flows of one file
  hygge plan -f orders --json     the plan of one flow, complete, as JSON

Nothing is written. Exit codes: 0 everything could run, 1 something could not be read or written,
2 something is wrong with the configuration or the command.`;

/** `hygge plan`: shows what would run. */
export function registerPlan(program: Command, context: Context, done: (exitCode: number) => void): void {
  addRunOptions(program.command('plan').description('show what would run and how, and move nothing'))
    .option('--json', 'print the plans as one JSON document')
    .option('--verbose', 'show every column, and stack traces of failures')
    .addHelpText('after', examples)
    .action(async (path: string | undefined, flags: RunFlags) => {
      done(await showPlans(path, flags, context));
    });
}

/** Plans what the flags name, and prints it. */
export async function showPlans(
  path: string | undefined,
  flags: RunFlags,
  context: Context,
): Promise<number> {
  const { coordinator, request } = await prepare(path, flags, context);
  const stop = stopSignals();
  const outcomes = await coordinator.plan({ ...request, signal: stop.signal }).finally(stop.dispose);
  const errors = outcomes
    .map((outcome) => outcome.error)
    .filter((error): error is HyggeError => error !== null);
  if (flags.json === true) {
    context.out.write(jsonText(document(outcomes, errors.length === 0)));
  } else {
    const { cwd, out } = context;
    context.out.write(plansText(outcomes, out, { cwd, verbose: flags.verbose ?? false }));
  }
  return errors.length === 0 ? exitCodes.done : (stop.exitCode() ?? exitCodeOf(errors));
}

function document(outcomes: readonly PlanOutcome[], good: boolean): object {
  return {
    status: good ? 'success' : 'fail',
    plans: outcomes.map(({ name, flow, entity, plan, error }) => ({
      name,
      flow,
      entity,
      plan,
      error: error?.toJSON() ?? null,
    })),
  };
}
