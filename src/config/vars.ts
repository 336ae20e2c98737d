import { nearest } from '../core/nearest.js';
import { fail, HyggeErrors } from '../errors/index.js';
import type { RawFlow } from './flow.js';
import { type MapNode, map, type Node, scalar, withKeys } from './node.js';
import type { Problems } from './problems.js';
import { parseYaml } from './yaml.js';

/**
 * Sets keys of flows from `flow.<name>.<path>=value` (the flag --var), before anything is validated. The value is
 * read as YAML. Where no flow of that name is, or the form is wrong: VAR_INVALID.
 */
export function applyVars(
  flows: readonly RawFlow[],
  vars: readonly string[],
  problems: Problems,
): readonly RawFlow[] {
  const nodes = new Map(flows.map((flow) => [flow.name, flow.node]));
  const names = [...nodes.keys()];
  for (const text of vars) {
    const invalid = (reason: string): void =>
      problems.add(fail('VAR_INVALID', { text: hideValue(text), reason, flows: names }));
    const equals = text.indexOf('=');
    const key = text.slice(0, Math.max(0, equals));
    if (equals < 0) invalid('there is no "=" with a value behind it');
    else if (!key.startsWith('flow.')) invalid('it does not begin with "flow."');
    else {
      const rest = key.slice('flow.'.length);
      const name = names.filter((one) => rest === one || rest.startsWith(`${one}.`)).sort(byLength)[0];
      const steps = name === undefined ? [] : rest.slice(name.length + 1).split('.');
      if (name === undefined) invalid(unknownFlow(rest, names));
      else if (steps.some((step) => step === '')) invalid(`it names no key of flow ${name}`);
      else {
        const value = readValue(text.slice(equals + 1), invalid);
        const node = nodes.get(name);
        if (value !== undefined && node !== undefined) nodes.set(name, setAt(node, steps, value));
      }
    }
  }
  return flows.map((flow) => ({ ...flow, node: nodes.get(flow.name) ?? flow.node }));
}

const byLength = (a: string, b: string): number => b.length - a.length;

/** What was set may be a secret; what it was set for is not. */
const hideValue = (text: string): string =>
  text.includes('=') ? `${text.slice(0, text.indexOf('='))}=…` : text;

function unknownFlow(rest: string, names: readonly string[]): string {
  const name = rest.split('.')[0] ?? '';
  const close = nearest(name, names);
  return `there is no flow "${name}"${close === undefined ? '' : `; did you mean "${close}"?`}`;
}

function readValue(text: string, invalid: (reason: string) => void): Node | undefined {
  if (text.trim() === '') return scalar('');
  if (/^(null|~)$/.test(text.trim())) return scalar(null);
  try {
    return withoutPlace(parseYaml(text, '--var'));
  } catch (error) {
    if (!(error instanceof HyggeErrors)) throw error;
    invalid(`its value is not a YAML value: ${error.errors[0]?.message ?? ''}`);
    return undefined;
  }
}

function withoutPlace(node: Node): Node {
  if (node.kind === 'scalar') return { ...node, at: null };
  if (node.kind === 'list') return { ...node, at: null, items: node.items.map(withoutPlace) };
  return map([...node.entries].map(([key, { value }]) => [key, { keyAt: null, value: withoutPlace(value) }]));
}

function setAt(node: MapNode, [step = '', ...rest]: readonly string[], value: Node): MapNode {
  if (rest.length === 0) return withKeys(node, { [step]: { keyAt: null, value } });
  const entry = node.entries.get(step);
  const inner = entry?.value;
  // A bare path is short for a map with that path.
  const holder: MapNode =
    inner?.kind === 'map'
      ? inner
      : map(
          inner?.kind === 'scalar' && typeof inner.value === 'string' && (step === 'home' || step === 'store')
            ? [['path', { keyAt: inner.at, value: inner }]]
            : [],
          inner?.at ?? null,
        );
  return withKeys(node, { [step]: { keyAt: entry?.keyAt ?? null, value: setAt(holder, rest, value) } });
}
