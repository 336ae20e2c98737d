import type { Command } from 'commander';
import type { PreviewOutcome } from '../../coordinator/index.js';
import { typeName } from '../../core/types.js';
import { renderErrors } from '../../errors/render.js';
import { jsonText, previewText } from '../../messages/index.js';
import { type Context, exitCodeOf, exitCodes } from '../context.js';
import { list, positive, type RunFlags } from '../flags.js';
import { flowAndPath, prepare } from '../run-options.js';
import { stopSignals } from '../stop.js';

const examples = `
Examples:
  hygge preview orders                the first 20 rows of a flow
  hygge preview orders -n 5           the first 5
  hygge preview crm -e accounts       of one entity of the flow crm
  hygge preview orders.yml            of the flows of one file
  hygge preview orders --json         every column whole, as one JSON document

The rows are those that the home gives first, filtered, cast, masked and polished as they would settle, whatever the
watermark is. A table that is wider than the terminal is cut. Nothing is written, and the store is not asked.
Exit codes: 0 all could be shown, 1 something could not be read, 2 something is wrong with the configuration.`;

interface PreviewFlags extends RunFlags {
  readonly rows: number;
}

/** `hygge preview`: the first rows as they would settle. */
export function registerPreview(program: Command, context: Context, done: (exitCode: number) => void): void {
  program
    .command('preview')
    .description('show the first rows as they would settle, and move nothing')
    .argument('[flow]', 'the flow or entity to show (default: all)')
    .argument('[path]', 'a YAML file with flows, or a workspace folder (default: the workspace found upward)')
    .option('-e, --entity <names>', 'only these entities of the flow; commas, or repeat it', list)
    .option('-n, --rows <n>', 'how many rows', positive, 20)
    .option('--json', 'print them as one JSON document')
    .addHelpText('after', examples)
    .action(async (flow: string | undefined, path: string | undefined, flags: PreviewFlags) => {
      done(await showRows(flow, path, flags, context));
    });
}

async function showRows(
  flow: string | undefined,
  path: string | undefined,
  flags: PreviewFlags,
  context: Context,
): Promise<number> {
  const asked = flowAndPath(flow, path);
  const { coordinator, request } = await prepare(
    asked.path,
    { ...flags, ...selection(asked.flow, flags) },
    context,
  );
  const stop = stopSignals();
  const outcomes = await coordinator
    .preview({ ...request, rows: flags.rows, signal: stop.signal })
    .finally(stop.dispose);
  const errors = outcomes.flatMap(({ error }) => error ?? []);
  if (flags.json === true) {
    const previews = outcomes.map(document);
    context.out.write(jsonText({ status: errors.length === 0 ? 'success' : 'fail', previews }));
  } else {
    context.out.write(previewText(outcomes, context.out));
    const { err, cwd } = context;
    if (errors.length > 0) err.write(`${renderErrors(errors, { color: err.color, cwd, verbose: false })}\n`);
  }
  return stop.exitCode() ?? (errors.length === 0 ? exitCodes.done : exitCodeOf(errors));
}

/** `-e accounts` is an entity of the flow that was named. */
function selection(
  flow: readonly string[] | undefined,
  { entity }: RunFlags,
): { readonly flow?: readonly string[]; readonly entity?: readonly string[] } {
  if (flow === undefined) return {};
  if (entity === undefined) return { flow };
  return { entity: entity.map((name) => (name.startsWith(`${flow[0]}.`) ? name : `${flow[0]}.${name}`)) };
}

function document({ name, flow, entity, preview, error }: PreviewOutcome): object {
  return {
    name,
    flow,
    entity,
    columns: preview?.columns.map((column) => ({ name: column.name, type: typeName(column.type) })) ?? null,
    rows: preview?.rows ?? null,
    error: error?.toJSON() ?? null,
  };
}
