import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One demand of a contract. `run` rejects with an AssertionError where it is not met. */
export interface ContractCase {
  readonly name: string;
  run(): Promise<void>;
}

/** A case that is given an empty folder of its own, which is removed afterwards. */
export function caseInFolder(name: string, run: (folder: string) => Promise<void>): ContractCase {
  return { name, run: () => inFolder(run) };
}

export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'hygge-contract-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
