import type { z } from 'zod';
import { nearest } from '../core/nearest.js';
import { fail, type HyggeError, type Position } from '../errors/index.js';
import { find, type MapNode, type Node, type ScalarNode, toPlain } from './node.js';
import type { Problems } from './problems.js';
import { isSecret, keysAt } from './shape.js';
import { given, reasonOf } from './wording.js';

export interface CheckContext {
  /** What is being read, as messages name it: `flow orders`, `the home of flow orders`. */
  readonly where: string;
  /** What stands before the keys in messages: `store` makes `store.compression`. */
  readonly prefix?: string;
  /** Keys that are known here besides those of the schema. */
  readonly alsoKnown?: readonly string[];
  /** The value is one layer of several: what it lacks, another may have. */
  readonly isPart?: boolean;
  readonly problems: Problems;
}

type Issue = z.core.$ZodIssue;

/**
 * Reads a value by its schema, with defaults filled in; undefined where something is wrong with it, which has then
 * been reported. Text from the environment is read as a number or a boolean where the schema wants one.
 */
export function check<S extends z.ZodType>(
  schema: S,
  node: Node,
  context: CheckContext,
): z.output<S> | undefined {
  const plain = { value: toPlain(node) };
  let result = schema.safeParse(plain.value);
  if (!result.success && convertReferences(result.error.issues, node, plain))
    result = schema.safeParse(plain.value);
  if (result.success) return result.data;
  for (const issue of result.error.issues) {
    for (const error of translate(issue, [], schema, node, context)) context.problems.add(error);
  }
  return undefined;
}

/** Where the schema wants a number or a boolean and the text came whole from the environment, makes it one. */
function convertReferences(issues: readonly Issue[], node: Node, plain: { value: unknown }): boolean {
  let changed = false;
  for (const issue of issues) {
    const found = find(node, issue.path);
    if (!found.whole || found.node.kind !== 'scalar' || found.node.env !== 'whole') continue;
    for (const expected of expectedTypes(issue)) {
      const value = convert(found.node, expected);
      if (value === undefined) continue;
      setAt(plain, issue.path, value);
      changed = true;
      break;
    }
  }
  return changed;
}

function expectedTypes(issue: Issue): string[] {
  if (issue.code === 'invalid_type') return [issue.expected];
  if (issue.code !== 'invalid_union') return [];
  return issue.errors.flatMap((branch) =>
    branch.filter((one) => one.path.length === 0).flatMap((one) => expectedTypes(one)),
  );
}

function convert(node: ScalarNode, expected: string): number | boolean | undefined {
  const text = String(node.value).trim();
  if (expected === 'boolean') return text === 'true' ? true : text === 'false' ? false : undefined;
  if (expected !== 'number' && expected !== 'int') return undefined;
  return text !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined;
}

function setAt(holder: { value: unknown }, path: readonly PropertyKey[], value: unknown): void {
  let target: Record<PropertyKey, unknown> = holder;
  let key: PropertyKey = 'value';
  for (const step of path) {
    target = target[key] as Record<PropertyKey, unknown>;
    key = step;
  }
  target[key] = value;
}

/** The one place where an issue of the validator becomes an error of hygge. */
function translate(
  issue: Issue,
  base: readonly PropertyKey[],
  schema: z.core.$ZodType,
  root: Node,
  context: CheckContext,
): HyggeError[] {
  const path = [...base, ...issue.path];
  const found = find(root, path);
  if (found.node.kind === 'scalar' && found.node.env === 'unset') return [];

  if (issue.code === 'unrecognized_keys') {
    const also = path.length === 0 ? (context.alsoKnown ?? []) : [];
    const known = [...new Set([...keysAt(schema, path), ...also])];
    const holder = found.node;
    return issue.keys.map((key) => unknownKey(key, known, inside(path, context.where), holder));
  }
  // Rules over several keys can only be asked of the whole.
  if (context.isPart === true && (!found.whole || issue.code === 'custom')) return [];
  if (!found.whole) {
    const parent = path.slice(0, -1);
    return [
      fail(
        'MISSING_KEY',
        { key: String(path.at(-1)), where: inside(parent, context.where) },
        { at: found.node.at },
      ),
    ];
  }
  if (issue.code === 'invalid_union') {
    const branch = likelyBranch(issue);
    if (branch !== undefined) return branch.flatMap((one) => translate(one, path, schema, root, context));
  }
  if (issue.code === 'invalid_element' || issue.code === 'invalid_key') {
    const inner = issue.issues[0];
    if (inner !== undefined) return translate({ ...inner, path: [] }, path, schema, root, context);
  }
  const key = keyName(path, context.prefix) || context.where;
  const written = given(found.node, isSecret(schema, path));
  return [fail('INVALID_VALUE', { key, ...reasonOf(issue, written) }, { at: found.node.at })];
}

/** Of a value that may have several forms, the form that the person plainly meant: the one that fails within. */
function likelyBranch(issue: z.core.$ZodIssueInvalidUnion): Issue[] | undefined {
  const deeper = issue.errors.filter((branch) => !branch.some(isWrongForm));
  return deeper.length === 1 ? deeper[0] : undefined;
}

const isWrongForm = (issue: Issue): boolean =>
  issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value');

/** An error about a key that means nothing in a map, placed at that key. */
export function unknownKey(key: string, known: readonly string[], where: string, holder: Node): HyggeError {
  const at: Position | null = (holder.kind === 'map' ? holder.entries.get(key)?.keyAt : null) ?? holder.at;
  return fail('UNKNOWN_KEY', { key, where, known, nearest: nearest(key, known) }, { at });
}

/** Reports and removes keys that a map must not have, so that the same key is not met again after merging. */
export function dropUnknownKeys(
  node: MapNode,
  known: readonly string[],
  where: string,
  problems: Problems,
): MapNode {
  const entries = new Map(node.entries);
  for (const key of node.entries.keys()) {
    if (known.includes(key)) continue;
    problems.add(unknownKey(key, known, where, node));
    entries.delete(key);
  }
  return { ...node, entries };
}

const inside = (path: readonly PropertyKey[], where: string): string =>
  path.length === 0 ? where : `${keyName(path)} of ${where}`;

function keyName(path: readonly PropertyKey[], prefix = ''): string {
  return path.reduce<string>((name, step) => {
    if (typeof step === 'number') return `${name}[${step}]`;
    return name === '' ? String(step) : `${name}.${String(step)}`;
  }, prefix);
}
