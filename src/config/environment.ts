import { fail } from '../errors/index.js';
import { type MapNode, mapMapScalars, type ScalarNode } from './node.js';
import type { Problems } from './problems.js';

export type Environment = Readonly<Record<string, string | undefined>>;

const named = /^([A-Za-z_][A-Za-z0-9_]*)(?::-([\s\S]*))?$/;

/**
 * Expands `${NAME}` and `${NAME:-default}` in every text of a tree; `$${` is `${` itself. As in a shell, the
 * default also stands in for a variable that is set to nothing. What was expanded is data: it is never read as
 * YAML, and never expanded again. Unset variables are reported as ENV_UNSET, all of them.
 */
export function expandEnvironment(node: MapNode, environment: Environment, problems: Problems): MapNode {
  return mapMapScalars(node, (leaf) => expandScalar(leaf, environment, problems));
}

function expandScalar(leaf: ScalarNode, environment: Environment, problems: Problems): ScalarNode {
  if (typeof leaf.value !== 'string' || !leaf.value.includes('${')) return leaf;
  let unset = false;
  let references = 0;
  const expand = (text: string): string => {
    let out = '';
    let rest = text;
    for (;;) {
      const start = rest.indexOf('${');
      if (start < 0) return out + rest;
      if (rest[start - 1] === '$') {
        out += `${rest.slice(0, start - 1)}\${`;
        rest = rest.slice(start + 2);
        continue;
      }
      const end = closingBrace(rest, start + 2);
      const match = end < 0 ? null : named.exec(rest.slice(start + 2, end));
      if (match === null) {
        const written = end < 0 ? rest.slice(start) : rest.slice(start, end + 1);
        problems.add(fail('ENV_MALFORMED', { text: shorten(written) }, { at: leaf.at }));
        unset = true;
        return out;
      }
      references++;
      out += rest.slice(0, start) + lookUp(match[1] ?? '', match[2]);
      rest = rest.slice(end + 1);
    }
  };
  const lookUp = (name: string, fallback: string | undefined): string => {
    const value = environment[name];
    if (fallback !== undefined && (value === undefined || value === '')) return expand(fallback);
    if (value === undefined) {
      problems.add(fail('ENV_UNSET', { name }, { at: leaf.at }));
      unset = true;
    }
    return value ?? '';
  };

  const text = leaf.value;
  const value = expand(text);
  const whole = references > 0 && text.startsWith('${') && closingBrace(text, 2) === text.length - 1;
  const env = unset ? 'unset' : references === 0 ? 'none' : whole ? 'whole' : 'part';
  return { ...leaf, value, env, ...(isWritten(text) ? { isWritten: true } : {}) };
}

/** Whether there is anything in a text but references. */
function isWritten(text: string): boolean {
  let rest = text;
  while (rest !== '') {
    const end = rest.startsWith('${') ? closingBrace(rest, 2) : -1;
    const [, , fallback = ''] = named.exec(rest.slice(2, end)) ?? [];
    if (end < 0 || isWritten(fallback)) return true;
    rest = rest.slice(end + 1);
  }
  return false;
}

/** The brace that closes a reference, past those of references and patterns in its default; -1 without one. */
function closingBrace(text: string, from: number): number {
  let depth = 1;
  for (let i = from; i < text.length; i++) {
    if (text[i] === '{') depth++;
    else if (text[i] === '}' && --depth === 0) return i;
  }
  return -1;
}

const shorten = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text);
