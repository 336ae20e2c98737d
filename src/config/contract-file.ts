import { resolve } from 'node:path';
import type { EntityConfig } from '../core/entity-config.js';
import { columnsOf } from './columns.js';
import { type ContractKeys, contractOf } from './contract.js';
import { child, type MapNode, textOf, withKeys } from './node.js';

/** The map in a YAML file; undefined where there is none, which has then been reported. */
export type ReadFile = (path: string) => MapNode | undefined;

export interface ContractFileRequest {
  /** The folder that a relative path starts from. */
  readonly root: string;
  /** What `{entity}` stands for; null for a whole flow. */
  readonly entity: string | null;
  readonly readFile: ReadFile;
}

/** A layer of a flow with the contract itself in place of the file that `contract` names. */
export function withContractFile(layer: MapNode, { root, entity, readFile }: ContractFileRequest): MapNode {
  const path = textOf(child(layer, 'contract'));
  if (path === undefined || path === '') return layer;
  const named = entity === null ? path : path.replaceAll('{entity}', () => entity);
  const contract = readFile(resolve(root, named));
  const keyAt = layer.entries.get('contract')?.keyAt ?? null;
  return withKeys(layer, { contract: contract === undefined ? undefined : { keyAt, value: contract } });
}

/** The contract of an entity, with the places of its parts. `primaryKey`: as the home names it. */
export function entityContract(
  contract: string | ContractKeys | null | undefined,
  primaryKey: string | readonly string[] | undefined,
  merged: MapNode,
): Pick<EntityConfig, 'contract' | 'contract_places'> {
  const node = child(merged, 'contract');
  if (contract == null || typeof contract === 'string' || node === undefined) return {};
  const columns = columnsOf(child(merged, 'columns'));
  const key = [primaryKey ?? []]
    .flat()
    .map((name) => columns?.find(({ from }) => from === name)?.name ?? name);
  const read = contractOf(contract, node, key);
  return { contract: read.contract, contract_places: read.places };
}
