import type { Command } from 'commander';
import { jsonText } from '../../messages/index.js';
import { typesText } from '../../messages/types.js';
import { type Context, exitCodes } from '../context.js';
import { typesHere } from '../workspace.js';

const examples = `
Examples:
  hygge types           what a home or a store can be, with every key
  hygge types --json    the same as one JSON document

Types of plugins are listed where the command is run inside their workspace.`;

/** `hygge types`: lists homes and stores with their keys. */
export function registerTypes(program: Command, context: Context, done: (exitCode: number) => void): void {
  program
    .command('types')
    .description('list the kinds of homes and stores, with their keys and defaults')
    .option('--json', 'print them as one JSON document')
    .addHelpText('after', examples)
    .action(async (flags: { readonly json?: boolean }) => {
      const [{ describeTypes }, { registry, problem }] = await Promise.all([
        import('../../config/index.js'),
        typesHere(context),
      ]);
      if (problem !== null) context.err.write(`note: ${problem}\n`);
      const types = describeTypes(registry);
      context.out.write(flags.json === true ? jsonText(types) : typesText(types, context.out));
      done(exitCodes.done);
    });
}
