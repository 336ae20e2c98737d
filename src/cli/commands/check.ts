import type { Command } from 'commander';
import type { StoreCheckOutcome } from '../../coordinator/index.js';
import { renderErrors } from '../../errors/render.js';
import { oneLine, paint } from '../../errors/text.js';
import { checkLines, count, counted, jsonText } from '../../messages/index.js';
import { type Context, exitCodeOf, exitCodes } from '../context.js';
import type { RunFlags } from '../flags.js';
import { flowAndPath, prepare } from '../run-options.js';
import { stopSignals } from '../stop.js';

const examples = `
Examples:
  hygge check                      ask every contract of what its store holds now
  hygge check orders               that of one flow (or one entity: crm_accounts)
  hygge check orders.yaml          those of the flows of one file
  hygge check --json               the same as one JSON document

Nothing is moved, written or put aside. Checks that compare a run with the one before (max_drop, max_growth) are
left out; rows that a check would put aside, and that lie in the store all the same, break it.
Exit codes: 0 every check passed, or was a warning, 1 one did not, 2 the configuration is wrong.`;

/** `hygge check`: whether what the stores hold is as the contracts say. */
export function registerCheck(program: Command, context: Context, done: (exitCode: number) => void): void {
  program
    .command('check')
    .description('ask the contracts of what the stores hold now')
    .argument('[flow]', 'only this flow or entity (default: all that have a contract)')
    .argument('[path]', 'a YAML file with flows, or a workspace folder (default: the workspace found upward)')
    .option('--json', 'print what was found as one JSON document')
    .addHelpText('after', examples)
    .action(async (flow: string | undefined, path: string | undefined, flags: RunFlags) => {
      done(await check(flow, path, flags, context));
    });
}

async function check(
  given: string | undefined,
  second: string | undefined,
  flags: RunFlags,
  context: Context,
): Promise<number> {
  const { flow, path } = flowAndPath(given, second);
  const selection = flow === undefined ? {} : { flow };
  const { coordinator, request } = await prepare(path, { ...flags, ...selection }, context);
  const stop = stopSignals();
  const outcomes = await coordinator.checkStores({ ...request, signal: stop.signal }).finally(stop.dispose);
  if (flags.json === true) context.out.write(jsonText(document(outcomes)));
  else tell(outcomes, context);
  const errors = outcomes.flatMap(({ error }) => error ?? []);
  const ended = errors.length > 0 ? exitCodeOf(errors) : exitCodes.failed;
  return stop.exitCode() ?? (outcomes.every(({ ok }) => ok) ? exitCodes.done : ended);
}

function tell(outcomes: readonly StoreCheckOutcome[], { out, err, cwd }: Context): void {
  const brush = paint(out.color);
  const asked = outcomes.flatMap((one) => (one.checks === null ? [] : [{ ...one, checks: one.checks }]));
  for (const { name, rows, checks, ok } of asked) {
    const mark = ok ? brush.good('✓') : brush.bad('✗');
    out.write(`${mark} ${brush.strong(oneLine(name))}  ${counted(rows ?? 0, 'row')}\n`);
    for (const line of checkLines(checks, out, brush, { all: true })) out.write(`    ${line}\n`);
  }
  const errors = outcomes.flatMap(({ error }) => error ?? []);
  if (errors.length > 0) err.write(`${renderErrors(errors, { color: err.color, cwd })}\n`);
  const wrong = outcomes.filter(({ ok }) => !ok).length;
  const all = counted(asked.length + errors.length, 'store');
  out.write(
    wrong === 0
      ? `\n${brush.good(`${all} checked, and as the contract says.`)}\n`
      : `\n${brush.bad(`${count(wrong)} of ${all} not as the contract says.`)}\n`,
  );
}

function document(outcomes: readonly StoreCheckOutcome[]): object {
  return {
    status: outcomes.every(({ ok }) => ok) ? 'success' : 'fail',
    stores: outcomes.map(({ name, ok, rows, checks, error }) => ({
      name,
      ok,
      rows,
      checks,
      error: error?.toJSON() ?? null,
    })),
  };
}
