import type { Command } from 'commander';
import { nearest } from '../../core/nearest.js';
import { errorCodes, explainError } from '../../errors/explain.js';
import { fail } from '../../errors/index.js';
import { codesText, explanationText } from '../../messages/explain.js';
import { jsonText } from '../../messages/index.js';
import { type Context, exitCodes } from '../context.js';

const examples = `
Examples:
  hygge explain SCHEMA_DRIFT    what an error means, what it looks like, and what to try
  hygge explain                 all errors that hygge makes on purpose
  hygge explain --json          the same as one JSON document`;

/** `hygge explain`: what an error means. */
export function registerExplain(program: Command, context: Context, done: (exitCode: number) => void): void {
  program
    .command('explain')
    .description('say what an error means, and what to try')
    .argument('[code]', 'the code of the error, as it was printed (default: list all)')
    .option('--json', 'print it as one JSON document')
    .addHelpText('after', examples)
    .action((code: string | undefined, flags: { readonly json?: boolean }) => {
      done(explain(code, flags.json === true, context));
    });
}

function explain(code: string | undefined, json: boolean, { out }: Context): number {
  const all = code === undefined ? errorCodes : [code];
  const found = all.flatMap((one) => explainError(one) ?? []);
  const [first] = found;
  if (code !== undefined && first === undefined)
    throw fail('CODE_UNKNOWN', { code, nearest: nearest(code.trim(), errorCodes) });
  if (json) out.write(jsonText({ status: 'success', errors: found }));
  else
    out.write(
      code !== undefined && first !== undefined ? explanationText(first, out) : codesText(found, out),
    );
  return exitCodes.done;
}
