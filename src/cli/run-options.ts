import { type Command, Option } from 'commander';
import type { LoadOptions } from '../config/index.js';
import type { Coordinator, RunRequest } from '../coordinator/index.js';
import type { WorkspaceConfig } from '../core/workspace.js';
import { fail } from '../errors/index.js';
import type { Context } from './context.js';
import { each, list, type RunFlags, runTypeOf } from './flags.js';
import { loadFrom } from './workspace.js';

/** Adds the argument and flags that say which entities a command is about. */
export function addSelection(command: Command): Command {
  return command
    .argument('[path]', 'a YAML file with flows, or a workspace folder (default: the workspace found upward)')
    .option('-f, --flow <names>', 'only these flows; commas, or repeat it', list)
    .option('-e, --entity <names>', 'only these entities, as flow.entity; commas, or repeat it', list)
    .option('--var <setting>', 'set one key for this run: flow.<name>.<path>=value; repeat it', each);
}

/** Adds what `go` and `plan` take besides. */
export function addRunOptions(command: Command): Command {
  return addSelection(command)
    .option('-i, --incremental', 'append what is new, whatever run_type says')
    .option('-d, --full-drop', 'replace what the stores hold, whatever run_type says')
    .option('--from <value>', 'move rows with this watermark and above, whatever was moved before')
    .option('--to <value>', 'move rows up to this watermark')
    .addOption(
      new Option('--route <route>', 'take this route instead of the cheapest').choices([
        'splice',
        'engine',
        'batches',
      ]),
    );
}

/** A coordinator for what the flags name, and what to ask of it. */
export async function prepare(
  path: string | undefined,
  flags: RunFlags,
  context: Context,
  { withoutFlows }: Pick<LoadOptions, 'withoutFlows'> = {},
): Promise<{ coordinator: Coordinator; workspace: WorkspaceConfig; request: RunRequest }> {
  const runType = runTypeOf(flags);
  checkLimit(flags);
  const overrides = {
    ...(runType === undefined ? {} : { runType }),
    ...(flags.var === undefined ? {} : { vars: flags.var }),
    ...(flags.concurrency === undefined ? {} : { concurrency: flags.concurrency }),
  };
  const coordinating = import('../coordinator/index.js');
  const [{ Coordinator, sampleOf }, { workspace: whole, registry }] = await Promise.all([
    coordinating,
    loadFrom(path, context, overrides, {
      tablesOf: async (question) =>
        isWanted(question.flow, flags) ? (await coordinating).tablesOf(question) : null,
      withoutFlows,
    }),
  ]);
  const workspace = flags.limit === undefined ? whole : sampleOf(whole, registry, flags.limit);
  const request: RunRequest = {
    flows: flags.flow,
    entities: flags.entity,
    route: flags.route,
    from: flags.from,
    to: flags.to,
    concurrency: flags.concurrency,
  };
  return { coordinator: new Coordinator({ workspace, registry }), workspace, request };
}

/** A sample is of the first rows, whatever its flow would do with them. */
function checkLimit({ limit, incremental, fullDrop, from, to }: RunFlags): void {
  if (limit === undefined) return;
  const others = { '--from': from, '--to': to, '--incremental': incremental, '--full-drop': fullDrop };
  const other = Object.entries(others).find(([, value]) => value !== undefined && value !== false)?.[0];
  if (other === undefined) return;
  throw fail('USAGE', {
    reason: `--limit and ${other} exclude one another`,
    hint: '--limit moves the first rows into a scratch store of their own, whatever the watermark is.',
  });
}

/** One argument that can only be a path is one: names hold no slash, and files of flows end in .yml or .yaml. */
const isPath = (argument: string): boolean => /[/\\]|\.ya?ml$|^\.{1,2}$/i.test(argument);

/** What `[flow] [path]` mean: a flow or entity, and where its workspace is; a path may stand alone. */
export function flowAndPath(
  flow: string | undefined,
  path: string | undefined,
): { readonly flow: readonly string[] | undefined; readonly path: string | undefined } {
  if (flow === undefined) return { flow: undefined, path };
  return path === undefined && isPath(flow) ? { flow: undefined, path: flow } : { flow: [flow], path };
}

/** Whether anything of a flow can be meant by the flags: its database is asked for its tables only then. */
function isWanted(name: string, { flow = [], entity = [] }: RunFlags): boolean {
  if (flow.length + entity.length === 0) return true;
  return flow.some((one) => one.startsWith(name)) || entity.some((one) => one.startsWith(`${name}.`));
}
