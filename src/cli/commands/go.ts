import type { Command } from 'commander';
import type { Events } from '../../core/events.js';
import type { EntityResult, RunResult } from '../../core/result.js';
import type { RunOptions } from '../../core/workspace.js';
import { catalogue } from '../../errors/index.js';
import {
  count,
  duration,
  liveProgress,
  type Messenger,
  type Output,
  plainMessages,
  quietMessages,
  remember,
  runDocument,
  summaryText,
} from '../../messages/index.js';
import { type Context, exitCodes } from '../context.js';
import { positive, type RunFlags, seconds } from '../flags.js';
import { addRunOptions, prepare } from '../run-options.js';
import { stopSignals } from '../stop.js';
import { showPlans } from './plan.js';

interface GoFlags extends RunFlags {
  readonly dryRun?: boolean;
  readonly quiet?: boolean;
  readonly grace: number;
}

const examples = `
Examples:
  hygge go                                   run every flow of the workspace
  hygge go simple.yml                        run the flows of one file
  hygge go -f orders,customers               run two of the flows
  hygge go -e crm.accounts -e crm.people     run two entities of the flow crm
  hygge go -d -f orders                      replace what the store of orders holds
  hygge go --var flow.orders.store.compression=zstd
  hygge go -f orders --limit 100             move a sample of 100 rows into .hygge/scratch, and nothing else
  hygge go --dry-run                         show what would run (the same as: hygge plan)
  hygge go --json > result.json              one JSON document on standard output, progress on standard error

Exit codes: 0 all done, 1 a flow failed, 2 something is wrong with the configuration or the command,
130 stopped with Ctrl-C, 143 stopped by SIGTERM.
Ctrl-C stops at once and cleans up. SIGTERM begins nothing more and lets what runs end; shortly before the
time of --grace is over, it stops and cleans up. A second signal ends the process at once.`;

/** `hygge go`: runs the flows. */
export function registerGo(program: Command, context: Context, done: (exitCode: number) => void): void {
  addRunOptions(program.command('go').description('run flows: move every table to where it should settle'))
    .option('-c, --concurrency <n>', 'entities side by side (default: options.concurrency, else 8)', positive)
    .option('--limit <n>', 'move the first n rows alone, into a scratch store beside the journal', positive)
    .option('--dry-run', 'show what would run, and move nothing')
    .option('--json', 'print one JSON document at the end, and nothing else on standard output')
    .option('-q, --quiet', 'tell of failures alone')
    .option('--grace <seconds>', 'after SIGTERM: how long until the process is gone', seconds, 30)
    .option('--verbose', 'tell more: routes, reasons, and stack traces of failures')
    .addHelpText('after', examples)
    .action(async (path: string | undefined, flags: GoFlags) => {
      done(flags.dryRun === true ? await showPlans(path, flags, context) : await go(path, flags, context));
    });
}

async function go(path: string | undefined, flags: GoFlags, context: Context): Promise<number> {
  const { coordinator, workspace, request } = await prepare(path, flags, context);
  const voice = voiceOf(flags, workspace.options.log_level);
  const output = flags.json === true || voice.quiet ? context.err : context.out;
  const memory = remember(coordinator.events);
  const messenger = tell(coordinator.events, output, voice);
  const stop = stopSignals({ grace: flags.grace, onFirst: (left) => messenger.say(stopping(left)) });
  let result: RunResult;
  try {
    result = await coordinator.start({ ...request, signal: stop.signal, drain: stop.drain });
  } finally {
    messenger.stop();
    stop.dispose();
  }
  if (!voice.quiet) {
    output.write(summaryText(result, memory, output, { cwd: context.cwd, verbose: voice.verbose, path }));
    if (flags.limit !== undefined) output.write(`\n${sampleText(flags.limit)}\n`);
  }
  if (flags.json === true) context.out.write(runDocument(result));
  return exitCodeOfRun(result, stop.exitCode());
}

function sampleText(limit: number): string {
  const rows = limit === 1 ? 'the first row' : `the first ${count(limit)} rows`;
  return `A sample: ${rows} of each at most. No store and no watermark was touched.`;
}

/** What is said when somebody wants it to end; `left`: seconds in which what runs may still end by itself. */
function stopping(left: number): string {
  return left > 0
    ? `Nothing more is begun; what runs has ${duration(left)} to end (once more to stop at once)`
    : 'Stopping, and cleaning up … (once more to stop at once)';
}

interface Voice {
  readonly quiet: boolean;
  readonly notices: boolean;
  readonly verbose: boolean;
}

/** How much to say: the flags before the workspace's `options.log_level`. */
function voiceOf(flags: GoFlags, level: RunOptions['log_level']): Voice {
  const verbose = flags.verbose ?? level === 'debug';
  if (flags.quiet === true) return { quiet: true, notices: false, verbose };
  if (flags.verbose === true) return { quiet: false, notices: true, verbose };
  return { quiet: level === 'error' || level === 'warning', notices: level !== 'error', verbose };
}

function tell(events: Events, output: Output, voice: Voice): Messenger {
  const { verbose, notices } = voice;
  if (voice.quiet) return quietMessages(events, output, { notices, verbose });
  return output.terminal
    ? liveProgress(events, output, { verbose })
    : plainMessages(events, output, { verbose });
}

function exitCodeOfRun(result: RunResult, stopped: number | null): number {
  if (result.status === 'success') return exitCodes.done;
  if (stopped !== null) return stopped;
  const failed = result.flows.filter((flow) => flow.status === 'fail');
  const kinds = new Set(failed.map(kindOf));
  return kinds.size === 1 && kinds.has('config') ? exitCodes.config : exitCodes.failed;
}

function kindOf(flow: EntityResult): string {
  const code = flow.error?.code ?? 'INTERNAL';
  return Object.entries(catalogue).find(([name]) => name === code)?.[1].kind ?? 'run';
}
