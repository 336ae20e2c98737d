import type { z } from 'zod';
import type { Route } from '../core/capabilities.js';
import type { StoreDefinition } from '../core/store.js';
import type { TypeKind } from '../core/types.js';
import type { Store } from '../flow/index.js';
import type { ContractCase } from './case.js';
import { flowCases } from './store-flow-cases.js';
import { recoveryCases } from './store-recovery-cases.js';
import { sessionCases } from './store-session-cases.js';
import { kindCases } from './store-value-cases.js';
import type { TextTable } from './text-table.js';
import { type ConnectionSettings, storeOf } from './workbench.js';

export interface StoreContractOptions<C extends z.ZodObject = z.ZodObject> {
  readonly definition: StoreDefinition<string, C>;
  /** A configuration whose store lies at `place`, a path in an empty folder, where nothing is yet. */
  readonly config: (place: string) => z.input<C>;
  /**
   * What lies in the store at `place`, by a reader that is not hygge's; a table without rows where nothing is.
   * The rows are in the order in which they lie there, where the store keeps an order.
   */
  readonly read: (place: string) => Promise<TextTable>;
  /** Kinds with values that the store cannot hold as they are: it says so, and names the column. Default: none. */
  readonly refuses?: readonly TypeKind[];
  /** Kinds that settle as another type, whose text is not the same: they are not compared. Default: none. */
  readonly changes?: readonly TypeKind[];
  /** More rows than the store keeps together (in a file, in a transaction). Default: 25,000. */
  readonly manyRows?: number;
  /** What `connection` of the configuration names, as `connections` of hygge.yml. Default: none. */
  readonly connections?: ConnectionSettings;
}

/** A store to try, and how. */
export interface StoreOnTrial {
  readonly definition: StoreDefinition;
  readonly store: (place: string) => Store;
  readonly read: (place: string) => Promise<TextTable>;
  readonly refuses: readonly TypeKind[];
  readonly changes: readonly TypeKind[];
  readonly manyRows: number;
  readonly connections: ConnectionSettings;
  /** The routes that end in it. */
  readonly routes: readonly Route[];
}

/**
 * What hygge asks of every store, as cases for any test runner:
 * @example for (const { name, run } of storeContract({ definition, config, read })) it(name, run);
 */
export function storeContract<C extends z.ZodObject>(
  options: StoreContractOptions<C>,
): readonly ContractCase[] {
  const { definition } = options;
  const trial: StoreOnTrial = {
    definition,
    store: (place) => storeOf(definition, options.config(place)),
    read: options.read,
    refuses: options.refuses ?? [],
    changes: options.changes ?? [],
    manyRows: options.manyRows ?? 25_000,
    connections: options.connections ?? {},
    routes: definition.capabilities.takes.includes('relation') ? ['engine', 'batches'] : ['batches'],
  };
  return [
    ...sessionCases(trial),
    ...recoveryCases(trial),
    ...trial.routes.flatMap((route) => [...flowCases(trial, route), ...kindCases(trial, route)]),
  ];
}
