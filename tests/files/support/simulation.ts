import type { Host, ProcessIdentity } from '../../../src/files/host.js';
import { FolderStore, type Publication, type Recovered } from '../../../src/files/index.js';
import { Crash, type Disk, errno, MemoryFileSystem, type Operation } from './memory-file-system.js';
import type { Random } from './random.js';

/** What a reader should find in the store, and what hygge should know of it. */
export interface World {
  readonly own: Readonly<Record<string, string>>;
  readonly foreign: Readonly<Record<string, string>>;
  readonly runId: string | null;
  readonly record: unknown;
  /** The world that an undo leads to; null where there is none. */
  readonly before: World | null;
}

export const emptyWorld: World = { own: {}, foreign: {}, runId: null, record: null, before: null };

export interface Step {
  readonly kind: 'append' | 'replace' | 'replace-foreign' | 'merge' | 'undo';
  readonly runId: string;
  readonly names: readonly string[];
  /** For `merge`: what the new files stand for. */
  readonly remove: readonly string[];
}

/** Contents of all runs are of one length, so that sizes tell nothing. */
const contentOf = (runId: string, name: string): string => `${runId}/${name.padEnd(12)}`;

/** The world after a step; null where the step must be refused. */
export function worldAfter(world: World, step: Step): World | null {
  const { runId } = step;
  if (step.kind === 'undo') {
    const { before } = world;
    if (before === null) return null;
    return { ...before, foreign: { ...before.foreign, ...world.foreign }, before: null };
  }
  const leaving = step.kind === 'merge' ? new Set(step.remove) : new Set(Object.keys(world.own));
  const stays = step.kind === 'append' ? world.own : without(world.own, leaving);
  const foreign = step.kind === 'replace-foreign' ? {} : world.foreign;
  const taken = [...Object.keys(stays), ...Object.keys(foreign)];
  if (step.names.some((name) => taken.includes(name))) return null;
  const added = Object.fromEntries(step.names.map((name) => [name, contentOf(runId, name)]));
  return { own: { ...stays, ...added }, foreign, runId, record: { of: runId }, before: world };
}

const without = (files: Readonly<Record<string, string>>, names: ReadonlySet<string>) =>
  Object.fromEntries(Object.entries(files).filter(([name]) => !names.has(name)));

/** Machines and processes: each session is a process of its own. */
export class Machine {
  boot = 1;
  #pid = 0;
  readonly #alive = new Set<string>();

  /** A new process, and its view of the others. */
  process(): Host & { exit(): void } {
    this.#pid += 1;
    const self: ProcessIdentity = {
      host: 'here',
      machine: null,
      boot: String(this.boot),
      pid_space: null,
      pid: this.#pid,
      started: String(this.#pid),
    };
    this.#alive.add(key(self));
    return {
      identity: async () => self,
      isAlive: async (other) => this.#alive.has(key(other)),
      pause: async () => {},
      exit: () => this.#alive.delete(key(self)),
    };
  }
}

const key = (process: ProcessIdentity): string => `${process.boot}:${process.pid}`;

/** One store on one simulated disk. */
export class Simulation {
  readonly fileSystem: MemoryFileSystem;
  readonly machine = new Machine();
  readonly path = '/data/store';
  /** How many operations the last run took, or came to. */
  taken = 0;

  constructor(disk: Disk, links: boolean) {
    this.fileSystem = new MemoryFileSystem(disk);
    this.fileSystem.links = links;
  }

  /** Runs a step as one process. The faults of `before` hit it while it works. */
  async run(step: Step, before: MemoryFileSystem['before']): Promise<readonly Recovered[]> {
    const counting: typeof before = (operation) => {
      this.taken = operation.index;
      return before(operation);
    };
    return this.#process(counting, async (store) => {
      const recovered = await store.begin({ runId: step.runId, name: 'simulated' });
      if (step.kind === 'undo') await store.undo();
      else await store.publish(await this.#publication(store, step));
      return recovered;
    });
  }

  async recover(before: MemoryFileSystem['before'] = () => {}): Promise<readonly Recovered[]> {
    return this.#process(before, (store) => store.recover({ runId: 'recovering', name: 'recover' }));
  }

  inspect() {
    return this.#process(
      () => {},
      (store) => store.inspect(),
    );
  }

  /** Puts a file there that is not hygge's, for good. */
  async addForeign(name: string, content: string): Promise<void> {
    const { fileSystem, path } = this;
    const file = await fileSystem.open(`${path}/${name}`, 'create');
    await file.write(Buffer.from(content));
    await file.sync();
    await fileSystem.syncFolder(path);
  }

  /** Everything that is not hidden: name → content. */
  seen(): Record<string, string> {
    return tree(this.#folder(this.path), (name) => !name.startsWith('.'));
  }

  /** The names in `.hygge`. */
  hidden(): string[] {
    return Object.keys(tree(this.#folder(`${this.path}/.hygge`), () => true)).sort();
  }

  #folder(path: string): MemoryFileSystem['root'] | null {
    let node: ReturnType<MemoryFileSystem['root']['entries']['get']> = this.fileSystem.root;
    for (const part of path.split('/').slice(1)) {
      node = node?.kind === 'folder' ? node.entries.get(part) : undefined;
    }
    return node?.kind === 'folder' ? node : null;
  }

  async #process<T>(
    before: MemoryFileSystem['before'],
    work: (store: FolderStore) => Promise<T>,
  ): Promise<T> {
    const { fileSystem, path } = this;
    const host = this.machine.process();
    const store = new FolderStore({ path, suffix: '.parquet', fileSystem, host });
    fileSystem.operations = 0;
    fileSystem.before = before;
    try {
      return await work(store);
    } finally {
      await store.close();
      host.exit();
      fileSystem.before = () => {};
    }
  }

  async #publication(store: FolderStore, step: Step): Promise<Publication> {
    const { runId, kind, remove } = step;
    const add = [];
    for (const name of step.names) {
      const staged = store.allocate();
      const bytes = Buffer.from(contentOf(runId, name));
      const file = await this.fileSystem.open(staged, 'create');
      await file.write(bytes);
      await file.close();
      add.push({ staged, name, rows: 1, bytes: bytes.length });
    }
    const mode = kind === 'replace' || kind === 'replace-foreign' ? 'replace' : 'append';
    return { runId, add, mode, remove, removeForeign: kind === 'replace-foreign', record: { of: runId } };
  }
}

function tree(
  folder: MemoryFileSystem['root'] | null,
  wanted: (name: string) => boolean,
): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, node] of folder?.entries ?? []) {
    if (!wanted(name)) continue;
    if (node.kind === 'file') found[name] = Buffer.from(node.bytes).toString();
    else
      for (const [below, content] of Object.entries(tree(node, wanted))) found[`${name}/${below}`] = content;
  }
  return found;
}

/** A fault: a crash before the operation of that number, or an error from it and from some that follow. */
export type Fault =
  | { readonly kind: 'crash'; readonly at: number }
  | { readonly kind: 'error'; readonly at: number; readonly code: string; readonly times: number };

export function faulty(fileSystem: MemoryFileSystem, fault: Fault): (operation: Operation) => void {
  return ({ index, path }) => {
    if (fault.kind === 'crash') {
      if (index >= fault.at) fileSystem.kill();
    } else if (index >= fault.at && index < fault.at + fault.times) throw errno(fault.code, path);
  };
}

/** The process is gone: brings the machine back, with or without a loss of power. */
export function comeBack(simulation: Simulation, random: Random): void {
  if (random.chance(0.6)) {
    simulation.machine.boot += 1;
    simulation.fileSystem.powerLoss(random);
  } else simulation.fileSystem.restart();
}

/** Recovers, with a crash in the midst of it as often as `depth` says; the last time it is let be. */
export async function recoverThrough(
  simulation: Simulation,
  random: Random,
  depth: number,
): Promise<readonly Recovered[]> {
  const told: Recovered[] = [];
  for (let i = 0; i < depth; i++) {
    comeBack(simulation, random);
    const fault = { kind: 'crash', at: 1 + random.below(40) } as const;
    try {
      told.push(...(await simulation.recover(faulty(simulation.fileSystem, fault))));
    } catch (error) {
      if (!(error instanceof Error)) throw error;
    }
  }
  comeBack(simulation, random);
  told.push(...(await simulation.recover()));
  return told;
}

export const isCrash = (error: unknown): boolean =>
  error instanceof Crash || (error instanceof Error && isCrash(error.cause));
