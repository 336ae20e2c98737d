import type { Command } from 'commander';
import { jsonText } from '../../messages/index.js';
import { type Context, exitCodes } from '../context.js';
import { typesHere } from '../workspace.js';

const examples = `
Examples:
  hygge schema > hygge.schema.json    for editors: put this line at the top of a YAML file, and they will know its keys
                                      # yaml-language-server: $schema=hygge.schema.json`;

/** `hygge schema`: prints a JSON Schema for editors. */
export function registerSchema(program: Command, context: Context, done: (exitCode: number) => void): void {
  program
    .command('schema')
    .description('print a JSON Schema of the YAML files, for editors')
    .addHelpText('after', examples)
    .action(async () => {
      const [{ jsonSchema }, { registry, problem }] = await Promise.all([
        import('../../config/index.js'),
        typesHere(context),
      ]);
      if (problem !== null) context.err.write(`note: ${problem}\n`);
      context.out.write(jsonText(jsonSchema(registry)));
      done(exitCodes.done);
    });
}
