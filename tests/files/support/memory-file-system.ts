import { dirname } from 'node:path';
import type { Entry, FileStat, FileSystem, OpenFile } from '../../../src/files/file-system.js';
import type { Random } from './random.js';

interface File {
  readonly kind: 'file';
  readonly id: number;
  bytes: Uint8Array;
  /** What the disk has of it; null where it was never synced. */
  durable: Uint8Array | null;
  modified: number;
}

interface Folder {
  readonly kind: 'folder';
  readonly id: number;
  readonly entries: Map<string, Node>;
  durable: Map<string, Node>;
  modified: number;
}

type Node = File | Folder;

/** A change of names that reaches the disk whole or not at all. */
type Change = readonly { readonly folder: Folder; readonly name: string; readonly node: Node | null }[];

/**
 * What a loss of power does to what was not synced.
 * - `journal`: as ext4: changes of names reach the disk in order, so some of the last are lost; any fsync brings all.
 * - `harsh`: any of them may be lost and any kept; a rename from one folder to another may reach the disk by halves;
 *   an fsync brings those of that one folder alone.
 * In both, bytes that were not synced may be there, be missing, be cut short, or be zeros.
 */
export type Disk = 'journal' | 'harsh';

export interface Operation {
  /** Counts from 1. */
  readonly index: number;
  readonly name: keyof FileSystem | 'write' | 'sync' | 'close';
  readonly path: string;
}

export class Crash extends Error {}

export const errno = (code: string, path: string): Error => Object.assign(new Error(code), { code, path });

/** A file system in memory that forgets, on {@link powerLoss}, what was not synced. */
export class MemoryFileSystem implements FileSystem {
  readonly root: Folder = folder(0);
  readonly disk: Disk;
  /** false: second names are not to be had, as on exFAT. */
  links = true;
  /** Called before every operation: throws to let it fail, or to crash. */
  before: (operation: Operation) => void | Promise<void> = () => {};
  operations = 0;
  #pending: Change[] = [];
  #nextId = 1;
  #clock = 0;
  #dead = false;

  constructor(disk: Disk) {
    this.disk = disk;
  }

  /** The process dies: every operation fails from now on. */
  kill(): never {
    this.#dead = true;
    throw new Crash('crash');
  }

  get dead(): boolean {
    return this.#dead;
  }

  /** Lives again after {@link kill}, with everything that the machine knew. */
  restart(): void {
    this.#dead = false;
    this.before = () => {};
  }

  /** Lives again after a loss of power, with what had reached the disk and a random part of what had not. */
  powerLoss(random: Random): void {
    const kept =
      this.disk === 'journal'
        ? this.#pending.slice(0, random.below(this.#pending.length + 1))
        : this.#pending.flatMap(byFolder).filter(() => random.chance(0.5));
    for (const change of kept) persist(change);
    this.#pending = [];
    forget(this.root, random);
    this.restart();
  }

  async read(path: string): Promise<Uint8Array> {
    await this.#step('read', path);
    return this.#file(path).bytes.slice();
  }

  async open(path: string, how: 'create' | 'change'): Promise<OpenFile> {
    await this.#step('open', path);
    if (how === 'create') {
      const bytes = new Uint8Array();
      this.#add(path, { kind: 'file', id: this.#nextId++, bytes, durable: null, modified: this.#now() });
    }
    const file = this.#file(path);
    return {
      write: async (bytes) => {
        await this.#step('write', path);
        file.bytes = bytes.slice();
        file.modified = this.#now();
      },
      sync: async () => {
        await this.#step('sync', path);
        this.#sync(file);
      },
      close: () => this.#step('close', path),
    };
  }

  async syncFile(path: string): Promise<void> {
    await this.#step('syncFile', path);
    this.#sync(this.#file(path));
  }

  async syncFolder(path: string): Promise<void> {
    await this.#step('syncFolder', path);
    const synced = this.#folder(path);
    if (this.disk === 'journal') return this.#commit();
    const rest: Change[] = [];
    for (const change of this.#pending.flatMap(byFolder)) {
      if (change.some(({ folder: changed }) => changed === synced)) persist(change);
      else rest.push(change);
    }
    this.#pending = rest;
  }

  async mkdir(path: string): Promise<void> {
    await this.#step('mkdir', path);
    this.#add(path, folder(this.#nextId++));
  }

  async rmdir(path: string): Promise<void> {
    await this.#step('rmdir', path);
    if (this.#folder(path).entries.size > 0) throw errno('ENOTEMPTY', path);
    this.#apply([this.#place(path, null)]);
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#step('rename', from);
    const node = this.#node(from);
    if (this.#place(to, node).folder.entries.get(nameOf(to)) === node) return;
    this.#apply([this.#place(from, null), this.#place(to, node)]);
  }

  async link(from: string, to: string): Promise<void> {
    await this.#step('link', from);
    if (!this.links) throw errno('EPERM', from);
    this.#add(to, this.#file(from));
  }

  async unlink(path: string): Promise<void> {
    await this.#step('unlink', path);
    this.#file(path);
    this.#apply([this.#place(path, null)]);
  }

  async list(path: string): Promise<readonly Entry[]> {
    await this.#step('list', path);
    return [...this.#folder(path).entries].map(([name, { kind }]) => ({ name, kind }));
  }

  async stat(path: string): Promise<FileStat | null> {
    await this.#step('stat', path);
    const node = this.#find(path);
    if (node === null) return null;
    const bytes = node.kind === 'file' ? node.bytes.length : 0;
    return { kind: node.kind, id: String(node.id), bytes, modified: node.modified };
  }

  async realpath(path: string): Promise<string> {
    await this.#step('realpath', path);
    this.#node(path);
    return path;
  }

  async checkWritable(path: string): Promise<void> {
    await this.#step('checkWritable', path);
    this.#node(path);
  }

  async #step(name: Operation['name'], path: string): Promise<void> {
    if (this.#dead) throw new Crash('crash');
    this.operations += 1;
    if (this.operations > 5000) throw new Error(`going on for ever, now with ${name} ${path}`);
    const waited = this.before({ index: this.operations, name, path });
    if (waited !== undefined) await waited;
  }

  #now(): number {
    this.#clock += 1;
    return this.#clock;
  }

  #sync(file: File): void {
    file.durable = file.bytes;
    if (this.disk === 'journal') this.#commit();
  }

  #commit(): void {
    for (const change of this.#pending) persist(change);
    this.#pending = [];
  }

  #apply(change: Change): void {
    for (const { folder: changed, name, node } of change) put(changed.entries, name, node);
    this.#pending.push(change);
  }

  #add(path: string, node: Node): void {
    const place = this.#place(path, node);
    if (place.folder.entries.has(place.name)) throw errno('EEXIST', path);
    this.#apply([place]);
  }

  #place(path: string, node: Node | null): Change[number] {
    return { folder: this.#folder(dirname(path)), name: nameOf(path), node };
  }

  #find(path: string): Node | null {
    let node: Node | undefined = this.root;
    for (const part of path.split('/').filter((name) => name !== '')) {
      node = node?.kind === 'folder' ? node.entries.get(part) : undefined;
    }
    return node ?? null;
  }

  #node(path: string): Node {
    const node = this.#find(path);
    if (node === null) throw errno('ENOENT', path);
    return node;
  }

  #file(path: string): File {
    const node = this.#node(path);
    if (node.kind !== 'file') throw errno('EISDIR', path);
    return node;
  }

  #folder(path: string): Folder {
    const node = this.#node(path);
    if (node.kind !== 'folder') throw errno('ENOTDIR', path);
    return node;
  }
}

function folder(id: number): Folder {
  return { kind: 'folder', id, entries: new Map(), durable: new Map(), modified: 0 };
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

function put(entries: Map<string, Node>, name: string, node: Node | null): void {
  if (node === null) entries.delete(name);
  else entries.set(name, node);
}

function persist(change: Change): void {
  for (const { folder: changed, name, node } of change) put(changed.durable, name, node);
}

/** A change of two folders as one of each. */
function byFolder(change: Change): Change[] {
  const folders = [...new Set(change.map((part) => part.folder))];
  return folders.map((one) => change.filter((part) => part.folder === one));
}

/** Everything below a folder as the disk has it. */
function forget(lost: Folder, random: Random): void {
  lost.entries.clear();
  for (const [name, node] of lost.durable) {
    lost.entries.set(name, node);
    if (node.kind === 'folder') forget(node, random);
    else if (node.durable !== node.bytes) {
      node.bytes = remains(node, random);
      node.durable = node.bytes;
    }
  }
}

function remains(file: File, random: Random): Uint8Array {
  const before = file.durable ?? new Uint8Array();
  const length = file.bytes.length;
  switch (random.below(4)) {
    case 0:
      return file.bytes;
    case 1:
      return file.bytes.slice(0, random.below(length + 1));
    case 2:
      return new Uint8Array(length);
    default:
      return before;
  }
}
