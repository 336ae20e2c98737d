import type { z } from 'zod';
import {
  type Check,
  type Contract,
  type ContractPlaces,
  isRowCheck,
  type OnFail,
  type Rule,
} from '../core/contract.js';
import { shareText } from '../core/share.js';
import type { Position } from '../errors/index.js';
import { check } from './check.js';
import { type checkSchema, type columnRulesSchema, contractSchema } from './contract-schema.js';
import { find, fromPlain, type Node } from './node.js';
import { Problems } from './problems.js';

/** A contract as a program writes it. */
export type ContractInput = z.input<typeof contractSchema>;

/** A contract that has been validated. */
export type ContractKeys = z.output<typeof contractSchema>;
type ColumnRules = z.output<typeof columnRulesSchema>;
type ListedCheck = z.output<typeof checkSchema>;

/** A contract, and where its parts are written. */
export interface ReadContract {
  readonly contract: Contract;
  readonly places: ContractPlaces;
}

/**
 * A contract as a program gives it.
 * @throws HyggeErrors everything that is wrong with it
 */
export function parseContract(input: ContractInput): Contract {
  const problems = new Problems();
  const node = fromPlain(input);
  const read = check(contractSchema, node, { where: 'the contract', problems });
  problems.throwIfAny();
  return contractOf(read ?? {}, node, []).contract;
}

/**
 * A contract that has been validated, rule by rule. `key`: the columns that name a row where the contract does not
 * say so.
 */
export function contractOf(input: ContractKeys, node: Node, key: readonly string[]): ReadContract {
  const checks: { readonly check: Check; readonly at: Position | null }[] = [];
  const columns = Object.entries(input.columns ?? {});
  const add = (rule: Rule, name: string, own: OnFail | undefined, path: readonly PropertyKey[]): void => {
    const outcome = own ?? input.on_fail ?? 'fail';
    const asked: Check = { ...rule, name, on_fail: outcome };
    // what is not about single rows has no rows to put aside
    const on_fail = outcome === 'quarantine' && !isRowCheck(asked) ? 'fail' : outcome;
    checks.push({ check: { ...asked, on_fail }, at: find(node, path).node.at });
  };
  for (const [column, rules] of columns) {
    const isList = Array.isArray(rules);
    for (const [i, one] of (isList ? rules : [rules ?? {}]).entries()) {
      const path = ['columns', column, ...(isList ? [i] : [])];
      for (const [key, rule] of columnRules(column, one))
        add(rule, ruleName(rule), one.on_fail, [...path, key]);
    }
  }
  for (const [i, listed] of (input.checks ?? []).entries()) {
    const rule = typeof listed === 'string' ? expression(listed) : listedRule(listed);
    const { name, on_fail }: Partial<ListedCheck> = typeof listed === 'string' ? {} : listed;
    add(rule, name ?? ruleName(rule), on_fail, ['checks', i]);
  }
  const unique = checks.flatMap(({ check: { kind, ...rule } }) =>
    kind === 'unique' && 'columns' in rule ? [rule.columns] : [],
  );
  return {
    contract: {
      columns: columns.map(([name]) => name),
      key: input.key === undefined ? (key.length > 0 ? key : (unique[0] ?? [])) : [input.key].flat(),
      checks: checks.map((one) => one.check),
    },
    places: {
      columns: columns.map(([name]) => find(node, ['columns', name]).node.at),
      checks: checks.map(({ at }) => at),
    },
  };
}

const expression = (sql: string): Rule => ({ kind: 'expression', sql });

function columnRules(column: string, rules: ColumnRules): (readonly [key: string, Rule])[] {
  const { type, nullable, unique, min, max, pattern, in: values, length, references } = rules;
  const found: (readonly [string, Rule])[] = [];
  if (type !== undefined) found.push(['type', { kind: 'type', column, type }]);
  if (nullable === false) found.push(['nullable', { kind: 'not_null', column }]);
  if (unique === true) found.push(['unique', { kind: 'unique', columns: [column] }]);
  if (min !== undefined) found.push(['min', { kind: 'min', column, value: min }]);
  if (max !== undefined) found.push(['max', { kind: 'max', column, value: max }]);
  if (pattern !== undefined) found.push(['pattern', { kind: 'pattern', column, value: pattern }]);
  if (values !== undefined) found.push(['in', { kind: 'in', column, values }]);
  if (length !== undefined) {
    const bounds = typeof length === 'number' ? { min: length, max: length } : length;
    const { min: least = null, max: most = null } = bounds;
    found.push(['length', { kind: 'length', column, min: least, max: most }]);
  }
  if (references !== undefined) {
    const dot = references.lastIndexOf('.');
    const [entity, to] = [references.slice(0, dot), references.slice(dot + 1)];
    found.push(['references', { kind: 'references', column, entity, to }]);
  }
  return found;
}

function listedRule(listed: ListedCheck): Rule {
  const { unique, min_rows, max_rows, max_drop, max_growth, freshness, completeness, uniqueness } = listed;
  if (unique !== undefined) return { kind: 'unique', columns: unique };
  if (min_rows !== undefined) return { kind: 'min_rows', rows: min_rows };
  if (max_rows !== undefined) return { kind: 'max_rows', rows: max_rows };
  if (max_drop !== undefined) return { kind: 'max_drop', share: max_drop };
  if (max_growth !== undefined) return { kind: 'max_growth', share: max_growth };
  if (freshness !== undefined) return { kind: 'freshness', ...freshness };
  if (completeness !== undefined) return { kind: 'completeness', ...completeness };
  if (uniqueness !== undefined)
    return { kind: 'uniqueness', columns: [uniqueness.columns].flat(), at_least: uniqueness.at_least };
  return expression(listed.expression ?? '');
}

/** What a rule is called where nobody named it: a few words that are true of good data. */
export function ruleName(rule: Rule): string {
  switch (rule.kind) {
    case 'type':
      return `${rule.column} has the type ${rule.type}`;
    case 'not_null':
      return `${rule.column} is not null`;
    case 'unique':
      return `${rule.columns.join(', ')} ${rule.columns.length > 1 ? 'are unique together' : 'is unique'}`;
    case 'min':
      return `${rule.column} >= ${rule.value}`;
    case 'max':
      return `${rule.column} <= ${rule.value}`;
    case 'pattern':
      return `${rule.column} matches ${rule.value}`;
    case 'in': {
      const shown = rule.values.slice(0, 6).join(', ');
      return `${rule.column} is one of ${shown}${rule.values.length > 6 ? ', …' : ''}`;
    }
    case 'length':
      return `${rule.column} has length ${lengthText(rule.min, rule.max)}`;
    case 'references':
      return `${rule.column} is in ${rule.entity}.${rule.to}`;
    case 'expression':
      return rule.sql.replace(/\s+/g, ' ').trim();
    case 'min_rows':
      return `at least ${rule.rows} rows`;
    case 'max_rows':
      return `at most ${rule.rows} rows`;
    case 'max_drop':
      return `at most ${shareText(rule.share)} fewer rows than last time`;
    case 'max_growth':
      return `at most ${shareText(rule.share)} more rows than last time`;
    case 'freshness':
      return `${rule.column} is fresh`;
    case 'completeness':
      return `${rule.column} is at least ${shareText(rule.at_least)} complete`;
    case 'uniqueness':
      return `${rule.columns.join(', ')} at least ${shareText(rule.at_least)} unique`;
  }
}

function lengthText(min: number | null, max: number | null): string {
  if (min === max) return String(min);
  if (max === null) return `at least ${min}`;
  return min === null ? `at most ${max}` : `${min} to ${max}`;
}
