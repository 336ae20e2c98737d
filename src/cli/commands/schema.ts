import type { Command } from 'commander';
import type { SchemaAsk, SchemaOutcome } from '../../coordinator/index.js';
import { renderErrors } from '../../errors/render.js';
import { jsonText } from '../../messages/index.js';
import { differencesText, keptText } from '../../messages/schemas.js';
import { type Context, exitCodeOf, exitCodes } from '../context.js';
import { flowAndPath, prepare } from '../run-options.js';
import { stopSignals } from '../stop.js';
import { typesHere } from '../workspace.js';

const examples = `
Examples:
  hygge schema show orders            the columns that the flow orders settled with the last time
  hygge schema diff                   how the homes of the workspace differ from the last run
  hygge schema diff orders --json     the same of one flow, as one JSON document
  hygge schema accept orders          take the columns as they are now
  hygge schema > hygge.schema.json    for editors: put this line at the top of a YAML file, and they will know its keys
                                      # yaml-language-server: $schema=hygge.schema.json

Exit codes: 0 done, and no difference was found; 1 there is a difference (diff), or something could not be read or
written; 2 something is wrong with the configuration or the command.`;

const asks: readonly (readonly [SchemaAsk, string])[] = [
  ['show', 'show the columns of the last run'],
  ['diff', 'show how the columns of the home differ from those of the last run'],
  ['accept', 'keep the columns as the home has them now: the next run settles with them'],
];

/** `hygge schema`: the kept columns of entities; by itself a JSON Schema for editors. */
export function registerSchema(program: Command, context: Context, done: (exitCode: number) => void): void {
  const schema = program
    .command('schema')
    .description(
      'show and accept the columns of flows; by itself: a JSON Schema of the YAML files, for editors',
    )
    .addHelpText('after', examples)
    .enablePositionalOptions()
    .action(async () => {
      done(await forEditors(context));
    });
  for (const [ask, description] of asks) {
    schema
      .command(ask)
      .description(description)
      .argument(
        ask === 'accept' ? '<flow>' : '[flow]',
        ask === 'accept' ? 'this flow or entity' : 'only this flow or entity (default: all)',
      )
      .argument(
        '[path]',
        'a YAML file with flows, or a workspace folder (default: the workspace found upward)',
      )
      .option('--json', 'print what was found as one JSON document')
      .action(
        async (flow: string | undefined, path: string | undefined, flags: { readonly json?: boolean }) => {
          done(await columns(ask, flowAndPath(flow, path), flags.json === true, context));
        },
      );
  }
}

async function forEditors(context: Context): Promise<number> {
  const [{ jsonSchema }, { registry, problem }] = await Promise.all([
    import('../../config/index.js'),
    typesHere(context),
  ]);
  if (problem !== null) context.err.write(`note: ${problem}\n`);
  context.out.write(jsonText(jsonSchema(registry)));
  return exitCodes.done;
}

async function columns(
  ask: SchemaAsk,
  selected: ReturnType<typeof flowAndPath>,
  json: boolean,
  context: Context,
): Promise<number> {
  const flags = selected.flow === undefined ? {} : { flow: selected.flow };
  const { coordinator, request } = await prepare(selected.path, flags, context);
  const stop = stopSignals();
  const outcomes = await coordinator.schemas(ask, { ...request, signal: stop.signal }).finally(stop.dispose);
  const errors = outcomes.flatMap(({ error }) => error ?? []);
  const { out, err, cwd } = context;
  if (json) out.write(jsonText(document(outcomes)));
  else out.write(ask === 'show' ? keptText(outcomes, out, cwd) : differencesText(outcomes, out));
  if (!json && errors.length > 0) err.write(`${renderErrors(errors, { color: err.color, cwd })}\n`);
  if (errors.length > 0) return stop.exitCode() ?? exitCodeOf(errors);
  const differs = ask === 'diff' && outcomes.some(({ changes }) => changes.length > 0);
  return stop.exitCode() ?? (differs ? exitCodes.failed : exitCodes.done);
}

function document(outcomes: readonly SchemaOutcome[]): object {
  return {
    status: outcomes.every(({ error }) => error === null) ? 'success' : 'fail',
    differs: outcomes.some(({ changes }) => changes.length > 0),
    entities: outcomes.map(({ error, ...outcome }) => ({ ...outcome, error: error?.toJSON() ?? null })),
  };
}
