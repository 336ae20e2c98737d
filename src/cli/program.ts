import { Command, CommanderError } from 'commander';
import { fail, type HyggeError } from '../errors/index.js';
import { renderErrors } from '../errors/render.js';
import { failureDocument, jsonText, openOutput } from '../messages/index.js';
import { registerCheck } from './commands/check.js';
import { registerCompact } from './commands/compact.js';
import { registerDebug } from './commands/debug.js';
import { registerDiscover } from './commands/discover.js';
import { registerExplain } from './commands/explain.js';
import { registerGo } from './commands/go.js';
import { registerInit } from './commands/init.js';
import { registerJournal } from './commands/journal.js';
import { registerPlan } from './commands/plan.js';
import { registerPreview } from './commands/preview.js';
import { registerProfile } from './commands/profile.js';
import { registerQuarantine } from './commands/quarantine.js';
import { registerRecover } from './commands/recover.js';
import { registerSchema } from './commands/schema.js';
import { registerTypes } from './commands/types.js';
import { registerUndo } from './commands/undo.js';
import { registerVerify } from './commands/verify.js';
import { registerWatermark } from './commands/watermark.js';
import { type Context, errorsOf, exitCodeOf, exitCodes } from './context.js';

/** How a command is added to the program. What its action returns is the exit code. */
export type Register = (program: Command, context: Context, done: (exitCode: number) => void) => void;

const commands: readonly Register[] = [
  registerInit,
  registerGo,
  registerPlan,
  registerPreview,
  registerDebug,
  registerDiscover,
  registerCheck,
  registerCompact,
  registerJournal,
  registerProfile,
  registerQuarantine,
  registerRecover,
  registerUndo,
  registerVerify,
  registerWatermark,
  registerTypes,
  registerSchema,
  registerExplain,
];

/** Runs the command line and gives the exit code. Never rejects. */
export async function main(args: readonly string[], version: string): Promise<number> {
  let exitCode: number = exitCodes.done;
  const lost: Error[] = [];
  const context: Context = {
    out: openOutput(process.stdout, process.env, (error) => lost.push(error)),
    err: openOutput(process.stderr, process.env),
    cwd: process.cwd(),
    env: process.env,
    version,
  };
  const stray = (thrown: unknown): void => {
    report(context, errorsOf(thrown), args);
    process.exit(exitCodes.failed);
  };
  // What nobody caught is told as all else is: without a stack, unless it was asked for.
  process.on('uncaughtException', stray);
  process.on('unhandledRejection', stray);
  const program = createProgram(context, (code) => {
    exitCode = code;
  });
  try {
    if (args.length === 0) program.outputHelp();
    else await program.parseAsync(args, { from: 'user' });
    // The last line's error comes a moment after the line.
    await new Promise((resolve) => setImmediate(resolve));
    for (const error of lost) throw outputLost(error);
    return exitCode;
  } catch (thrown) {
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return exitCodes.done;
    const errors = thrown instanceof CommanderError ? [usageError(thrown, args)] : errorsOf(thrown);
    report(context, errors, args);
    return exitCodeOf(errors);
  }
}

function createProgram(context: Context, done: (exitCode: number) => void): Command {
  const program = new Command('hygge')
    .description('Moves tables from where they live to where they should settle.')
    .version(context.version, '-V, --version', 'show the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
    .addHelpText(
      'after',
      `
Examples:
  hygge init cosy              make a workspace with a small example
  hygge go                     run every flow of the workspace
  hygge go flow.yml --json     run the flows of one file, and print the result as JSON
  hygge plan                   show what would run, and move nothing
  hygge preview orders         show the first rows as they would settle
  hygge help go                everything about one command`,
    )
    // So that flags behind a command's own commands are theirs.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.out.write(text),
      writeErr: (text) => context.err.write(text),
      // Errors of usage are told like all others, in `report`.
      outputError: () => {},
      getOutHelpWidth: () => Math.min(context.out.columns ?? 100, 100),
      getErrHelpWidth: () => Math.min(context.err.columns ?? 100, 100),
    });
  for (const register of commands) register(program, context, done);
  return program;
}

/** Tells of errors that ended a command: on standard error, and with --json as the one document. */
function report(context: Context, errors: readonly HyggeError[], args: readonly string[]): void {
  if (asked(args, '--json')) context.out.write(jsonText(failureDocument(errors)));
  const { err, cwd } = context;
  const text = renderErrors(errors, { color: err.color, verbose: asked(args, '--verbose'), cwd });
  const total = errors.length > 1 ? `\n\n${errors.length} problems. Nothing was run.` : '';
  err.write(`${text}${total}\n`);
}

/** What was done is done; only the telling of it was not. */
function outputLost(cause: Error): HyggeError {
  const facts = { what: 'writing to', path: 'standard output', reason: cause.message };
  return fail('FILE_SYSTEM', facts, { cause });
}

/** Whether a flag was given, also where the rest of the command line could not be understood. */
function asked(args: readonly string[], flag: string): boolean {
  const end = args.indexOf('--');
  return (end === -1 ? args : args.slice(0, end)).includes(flag);
}

function usageError(error: CommanderError, args: readonly string[]): HyggeError {
  const [first = '', second] = error.message.replace(/^error: /, '').split('\n');
  const suggestion = second?.match(/^\((.*)\)$/)?.[1];
  const command = args.find((arg) => !arg.startsWith('-'));
  const more =
    error.code === 'commander.unknownCommand' || command === undefined
      ? '`hygge --help` shows the commands.'
      : `\`hygge ${command} --help\` shows what it takes, with examples.`;
  return fail('USAGE', {
    reason: first.replace(/\.$/, ''),
    hint: suggestion === undefined ? more : `${suggestion} ${more}`,
  });
}
