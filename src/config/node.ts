import type { Position } from '../errors/index.js';

/**
 * What a person wrote, as a tree in which every value and key knows where it stands. Layers of configuration are
 * merged as such trees, so that an error found after the merging still points at the right file and line.
 */
export type Node = ScalarNode | ListNode | MapNode;

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly value: unknown;
  readonly at: Position | null;
  /** How much of the value came from the environment; `unset` where it should have, and that has been reported. */
  readonly env: 'none' | 'part' | 'whole' | 'unset';
  /** Whether something of a value from the environment may stand in the file: text beside references, or a default. */
  readonly isWritten?: boolean;
}

export interface ListNode {
  readonly kind: 'list';
  readonly items: readonly Node[];
  readonly at: Position | null;
}

export interface MapNode {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, Entry>;
  readonly at: Position | null;
}

export interface Entry {
  readonly keyAt: Position | null;
  readonly value: Node;
}

export const scalar = (
  value: unknown,
  at: Position | null = null,
  env: ScalarNode['env'] = 'none',
): ScalarNode => ({
  kind: 'scalar',
  value,
  at,
  env,
});

export const map = (entries: Iterable<readonly [string, Entry]>, at: Position | null = null): MapNode => ({
  kind: 'map',
  entries: new Map(entries),
  at,
});

/** The value of a key, where a map has it and it is not empty. */
export function child(node: Node | undefined, key: string): Node | undefined {
  const value = node?.kind === 'map' ? node.entries.get(key)?.value : undefined;
  return value === undefined || isEmpty(value) ? undefined : value;
}

/** `key:` with nothing behind it. */
export const isEmpty = (node: Node): boolean => node.kind === 'scalar' && node.value === null;

/** The text of a scalar; undefined for everything else. */
export function textOf(node: Node | undefined): string | undefined {
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
}

/** A map with some keys set, or (with undefined) removed. */
export function withKeys(node: MapNode, changes: Readonly<Record<string, Entry | undefined>>): MapNode {
  const entries = new Map(node.entries);
  for (const [key, entry] of Object.entries(changes)) {
    if (entry === undefined) entries.delete(key);
    else entries.set(key, entry);
  }
  return { ...node, entries };
}

/** Two maps key by key; where both have a key, that of `over` counts. */
export function overlay(base: MapNode, over: MapNode): MapNode {
  return { ...over, entries: new Map([...base.entries, ...over.entries]) };
}

/** The tree as plain values. */
export function toPlain(node: Node): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(toPlain);
  return Object.fromEntries([...node.entries].map(([key, entry]) => [key, toPlain(entry.value)]));
}

/** Plain values, as a program gives them, as a tree without positions. Objects with a class stay as they are. */
export function fromPlain(value: unknown): Node {
  if (Array.isArray(value)) return { kind: 'list', items: value.map(fromPlain), at: null };
  if (isPlainObject(value))
    return map(Object.entries(value).map(([key, item]) => [key, { keyAt: null, value: fromPlain(item) }]));
  return scalar(value);
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** The tree with every scalar replaced. */
export function mapScalars(node: Node, change: (node: ScalarNode) => ScalarNode): Node {
  if (node.kind === 'scalar') return change(node);
  if (node.kind === 'list') return { ...node, items: node.items.map((item) => mapScalars(item, change)) };
  return mapMapScalars(node, change);
}

/** As {@link mapScalars}, for a map. */
export function mapMapScalars(node: MapNode, change: (node: ScalarNode) => ScalarNode): MapNode {
  const entries = [...node.entries].map(
    ([key, entry]) => [key, { ...entry, value: mapScalars(entry.value, change) }] as const,
  );
  return { ...node, entries: new Map(entries) };
}

/** What stands at a path: the deepest value that is there, and whether it is the one that was asked for. */
export function find(
  node: Node,
  path: readonly PropertyKey[],
): { readonly node: Node; readonly whole: boolean } {
  let current = node;
  for (const step of path) {
    const next =
      current.kind === 'map'
        ? current.entries.get(String(step))?.value
        : current.kind === 'list'
          ? current.items[Number(step)]
          : undefined;
    if (next === undefined) return { node: current, whole: false };
    current = next;
  }
  return { node: current, whole: true };
}
