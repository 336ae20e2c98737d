import { parseHome } from '../config/index.js';
import { isRowCheck } from '../core/contract.js';
import type { EntityConfig } from '../core/entity-config.js';
import type { Registry } from '../core/registry.js';
import type { RunResult } from '../core/result.js';
import type { WorkspaceConfig } from '../core/workspace.js';
import { logicalSchema, readFooter } from '../parquet/index.js';
import { Coordinator, type RunRequest } from './coordinator.js';
import type { QuarantinedRun } from './quarantine.js';

/**
 * Moves the rows again that a run put aside: those that still break the contract are put aside anew. What that run had
 * put aside stays where it is, so that this one can be taken back.
 */
export async function retryAside(
  workspace: WorkspaceConfig,
  registry: Registry,
  run: QuarantinedRun,
  request: Pick<RunRequest, 'signal'>,
): Promise<RunResult> {
  const again = await retryConfig(run, registry);
  const entities = workspace.entities.map((one) => (one.name === again.name ? again : one));
  const coordinator = new Coordinator({ workspace: { ...workspace, entities }, registry });
  return coordinator.start({ ...request, flows: [again.name] });
}

/**
 * The entity as it moves rows that were put aside: they are as they settle, so nothing is done to them any more, and
 * added to what the store holds. Only checks of rows are asked: a few rows are no table.
 */
async function retryConfig(
  { config, folder, note }: QuarantinedRun,
  registry: Registry,
): Promise<EntityConfig> {
  const { contract = null, watermark, columns: chosen, contract_places: _, ...rest } = config;
  const schema = logicalSchema(await readFooter(folder.rows));
  const columns = schema.map(({ name }) => name).filter((name) => name !== note?.reasons_column);
  const settled = (name: string): string => chosen?.find(({ from }) => from === name)?.name ?? name;
  const isMerge = config.run_type === 'merge';
  return {
    ...rest,
    home: parseHome(registry, folder.rows),
    run_type: isMerge ? 'merge' : 'incremental',
    append: isMerge ? null : true,
    columns: columns.map((name) => ({ from: name, name })),
    mask: null,
    polish: null,
    where: null,
    watermark:
      isMerge && watermark !== null
        ? { ...watermark, watermark_column: null, primary_key: watermark.primary_key.map(settled) }
        : null,
    contract: contract && { ...contract, checks: contract.checks.filter(isRowCheck) },
    retries: [folder.runId],
  };
}
