import type { z } from 'zod';
import { nearest } from '../core/nearest.js';
import type { Node } from './node.js';

/** What was written, as messages show it. What came from the environment is not shown: it may be a secret. */
export interface Given {
  readonly text: string;
  /** The text itself, where it is one. */
  readonly value: string | undefined;
}

/** `isSecret`: nothing of it is shown, wherever it comes from. */
export function given(node: Node, isSecret = false): Given {
  if (node.kind === 'list') return { text: 'a list', value: undefined };
  if (node.kind === 'map') return { text: 'a map', value: undefined };
  const { value } = node;
  const plain = typeof value === 'string' ? value : undefined;
  if (node.env !== 'none') return { text: 'the value from the environment', value: plain };
  if (value === null) return { text: 'empty', value: undefined };
  if (isSecret)
    return { text: typeof value === 'number' ? aNumber : 'one that is not shown', value: undefined };
  if (plain !== undefined)
    return { text: JSON.stringify(plain.length > 60 ? `${plain.slice(0, 60)}…` : plain), value: plain };
  if (typeof value === 'object' || typeof value === 'function')
    return { text: typeof value === 'object' ? 'an object' : 'a function', value: undefined };
  return { text: String(value), value: undefined };
}

const aNumber = 'a number';
const words: Readonly<Record<string, string>> = {
  string: 'text',
  number: aNumber,
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys and values',
  record: 'a map of keys and values',
  null: 'empty',
};

const wordFor = (expected: string): string => words[expected] ?? expected;

/** Why a value cannot be, and what to write instead. */
export function reasonOf(
  issue: z.core.$ZodIssue,
  written: Given,
): { readonly reason: string; readonly hint?: string } {
  switch (issue.code) {
    case 'invalid_type':
      return wrongForm([wordFor(issue.expected)], written);
    case 'invalid_union': {
      const root = issue.errors.flat().filter((one) => one.path.length === 0);
      const forms = root.flatMap((one) => (one.code === 'invalid_type' ? [wordFor(one.expected)] : []));
      const values = [
        ...root.flatMap((one) => (one.code === 'invalid_value' ? one.values.map(String) : [])),
        // what a key that decides about the others may be
        ...('options' in issue && Array.isArray(issue.options) ? issue.options.map(String) : []),
      ];
      if (values.length > 0) return wrongWord(values, [...new Set(forms)], written);
      return forms.length > 0
        ? wrongForm([...new Set(forms)], written)
        : { reason: `cannot be ${written.text}` };
    }
    case 'invalid_value':
      return wrongWord(issue.values.map(String), [], written);
    case 'too_small':
      if (issue.origin === 'string' && Number(issue.minimum) === 1) return { reason: 'must not be empty' };
      return {
        reason: `must ${size(issue.origin, issue.inclusive !== false ? 'at least' : 'more than', issue.minimum)}${but(issue.origin, written)}`,
      };
    case 'too_big':
      return {
        reason: `must ${size(issue.origin, issue.inclusive !== false ? 'at most' : 'less than', issue.maximum)}${but(issue.origin, written)}`,
      };
    case 'custom':
      return { reason: issue.message };
    default:
      return { reason: `${written.text}: ${issue.message.charAt(0).toLowerCase()}${issue.message.slice(1)}` };
  }
}

/** One of some words, or something of another form. */
function wrongWord(
  values: readonly string[],
  forms: readonly string[],
  written: Given,
): { reason: string; hint?: string } {
  const close = written.value === undefined ? undefined : nearest(written.value, values);
  return {
    reason: `must be ${orList([...values, ...forms])}, but is ${written.text}`,
    ...(close === undefined ? {} : { hint: `Did you mean "${close}"?` }),
  };
}

function wrongForm(forms: readonly string[], written: Given): { reason: string; hint?: string } {
  const reason = `must be ${orList(forms)}, but is ${written.text}`;
  if (forms.includes('text') && /^(-?[\d.]|true$|false$)/.test(written.text))
    return { reason, hint: `Write it in quotes: "${written.text}".` };
  if (forms.includes('text') && written.text === aNumber) return { reason, hint: 'Write it in quotes.' };
  if (forms.includes('true or false') && /^(yes|no|on|off)$/i.test(written.value ?? ''))
    return { reason, hint: `Write ${/^(yes|on)$/i.test(written.value ?? '') ? 'true' : 'false'}.` };
  return { reason };
}

function size(origin: string, bound: string, limit: number | bigint): string {
  const isOne = Number(limit) === 1;
  if (origin === 'string') return `have ${bound} ${limit} ${isOne ? 'character' : 'characters'}`;
  if (origin === 'number' || origin === 'int' || origin === 'bigint') return `be ${bound} ${limit}`;
  return `have ${bound} ${limit} ${isOne ? 'entry' : 'entries'}`;
}

const but = (origin: string, written: Given): string =>
  ['number', 'int', 'bigint'].includes(origin) ? `, but is ${written.text}` : '';

const orList = (items: readonly string[]): string =>
  items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} or ${items.at(-1)}`;
