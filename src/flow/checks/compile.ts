import {
  type Check,
  type Contract,
  type ContractPlaces,
  isRowCheck,
  type RowRule,
  type TableRule,
} from '../../core/contract.js';
import { nearest } from '../../core/nearest.js';
import { type Column, type Schema, typeName } from '../../core/types.js';
import { identifier, literal } from '../../engine/index.js';
import { fail, type HyggeError, type Position } from '../../errors/index.js';
import { strayIn } from '../shape/filter.js';
import { isComparable, isFloat, isMoment, isText, valueSql } from './literals.js';

/** A check of rows, in SQL. */
export interface CompiledRows {
  readonly check: Check<RowRule>;
  readonly at: Position | null;
  /** True for a row that breaks it, and for no other; never NULL. */
  readonly broken: string;
  /** What has to be made before `broken` can be asked. */
  readonly beside: Beside | null;
  /** The columns that show why. */
  readonly columns: readonly string[];
  /** Constants that the engine has to understand. */
  readonly constants: readonly string[];
}

/** A table of the engine's session that a check looks into. */
export type Beside =
  /** The values that come more than once. */
  | { readonly kind: 'repeated'; readonly table: string; readonly columns: readonly string[] }
  /** The values of a column of another store. */
  | {
      readonly kind: 'reference';
      readonly table: string;
      readonly entity: string;
      readonly column: string;
    };

/** A check of the whole, with what of the rows it has to know; null: their number is enough. */
export interface CompiledTable {
  readonly check: Check<TableRule>;
  readonly at: Position | null;
  readonly aggregate: string | null;
}

export interface CompiledContract {
  readonly rows: readonly CompiledRows[];
  readonly table: readonly CompiledTable[];
  readonly key: readonly string[];
  /** All of them, in the order of the contract. */
  readonly checks: readonly Check[];
}

/** A contract over some columns, in SQL; or everything that does not fit them. Asks nobody. */
export function compile(
  name: string,
  contract: Contract,
  schema: Schema,
  places: ContractPlaces | null,
  /** Stands in the names of the tables beside it, so that no two are the same. */
  id: string,
): { readonly compiled: CompiledContract; readonly problems: readonly HyggeError[] } {
  const problems: HyggeError[] = [];
  const known = new Map(schema.map((column) => [column.name, column]));
  const names = [...known.keys()];
  const missing = (column: string, at: Position | null): HyggeError =>
    fail('CONTRACT_COLUMN', { name, column, known: names, nearest: nearest(column, names) }, { at });
  for (const [i, column] of contract.columns.entries())
    if (!known.has(column)) problems.push(missing(column, places?.columns[i] ?? null));
  const rows: CompiledRows[] = [];
  const table: CompiledTable[] = [];
  for (const [i, check] of contract.checks.entries()) {
    const at = places?.checks[i] ?? null;
    const stray = columnsOf(check).filter((column) => !known.has(column));
    for (const column of stray) if (!contract.columns.includes(column)) problems.push(missing(column, at));
    if (stray.length > 0) continue;
    const invalid = (reason: string): void => {
      problems.push(fail('CHECK_INVALID', { name, check: check.name, reason }, { at }));
    };
    const column = (wanted: string): Column => known.get(wanted) as Column;
    if (isRowCheck(check)) {
      const found = rowSql(check, column, `${id}_${i}`);
      if (typeof found === 'string') invalid(found);
      else {
        const columns = check.kind === 'expression' ? spokenOf(check.sql, names) : columnsOf(check);
        rows.push({ check, at, beside: null, constants: [], columns, ...found });
      }
    } else {
      const found = aggregateOf(check as Check<TableRule>, column);
      if (found !== null && 'reason' in found) invalid(found.reason);
      else table.push({ check: check as Check<TableRule>, at, aggregate: found?.sql ?? null });
    }
  }
  const key = contract.key.filter((column) => known.has(column));
  return { compiled: { rows, table, key, checks: contract.checks }, problems };
}

function columnsOf(check: Check): readonly string[] {
  if ('columns' in check) return check.columns;
  return 'column' in check ? [check.column] : [];
}

const spokenOf = (sql: string, names: readonly string[]): string[] =>
  names.filter((column) => sql.toLowerCase().includes(column.toLowerCase()));

/** What rows that break a rule are known by; a text says why nothing of the kind can be asked. */
function rowSql(
  rule: Check<RowRule>,
  column: (name: string) => Column,
  id: string,
): (Pick<CompiledRows, 'broken'> & Partial<CompiledRows>) | string {
  const never = (sql: string): string => `coalesce(${sql}, false)`;
  switch (rule.kind) {
    case 'not_null':
      return { broken: `${identifier(rule.column)} IS NULL` };
    case 'min':
    case 'max': {
      const { type } = column(rule.column);
      const value = valueSql(rule.value, type);
      if (!isComparable(type) || value === null) return noValue(rule.kind, rule.value, type);
      const name = identifier(rule.column);
      const outside = `${name} ${rule.kind === 'min' ? '<' : '>'} ${value}`;
      // not a number lies in no range
      const broken = isFloat(type) ? `${outside} OR isnan(${name})` : outside;
      return { broken: never(broken), constants: [value] };
    }
    case 'pattern': {
      const { type } = column(rule.column);
      if (!isText(type)) return `a pattern is for text, and the column has the type ${typeName(type)}`;
      const match = (text: string): string => `regexp_full_match(${text}, ${literal(rule.value)})`;
      const text = `CAST(${identifier(rule.column)} AS VARCHAR)`;
      return { broken: never(`NOT ${match(text)}`), constants: [match("''")] };
    }
    case 'in': {
      const { type } = column(rule.column);
      const values = rule.values.map((value) => valueSql(value, type));
      const wrong = values.indexOf(null);
      if (wrong !== -1) return noValue('in', rule.values[wrong] ?? '', type);
      const list = values.filter((value) => value !== null);
      return {
        broken: never(`${identifier(rule.column)} NOT IN (${list.join(', ')})`),
        constants: list,
      };
    }
    case 'length': {
      const { type } = column(rule.column);
      const name = identifier(rule.column);
      const length = lengthSql(name, type.kind);
      if (length === null) return `a value of the type ${typeName(type)} has no length`;
      const sides = [
        ...(rule.min === null ? [] : [`${length} < ${rule.min}`]),
        ...(rule.max === null ? [] : [`${length} > ${rule.max}`]),
      ];
      return { broken: never(sides.join(' OR ')) };
    }
    case 'references': {
      const table = `hygge_reference_${id}`;
      const name = identifier(rule.column);
      return {
        broken: `(${name} IS NOT NULL AND ${never(`${name} NOT IN (SELECT hygge_value FROM ${table})`)})`,
        beside: { kind: 'reference', table, entity: rule.entity, column: rule.to },
      };
    }
    case 'unique': {
      const table = `hygge_repeated_${id}`;
      const names = rule.columns.map(identifier);
      const [left, right] = [names.join(', '), names.map((_, i) => `hygge_value_${i}`).join(', ')];
      const both = names.length === 1 ? left : `(${left})`;
      return {
        broken: never(`${both} IN (SELECT ${right} FROM ${table})`),
        beside: { kind: 'repeated', table, columns: rule.columns },
      };
    }
    case 'expression': {
      const stray = strayIn(rule.sql);
      if (stray !== null) return `there is ${stray} that belongs to nothing`;
      // as SQL has it: a row is wrong where the condition is false, and not where it is not known
      return { broken: never(`NOT (${rule.sql}\n)`) };
    }
  }
}

function noValue(rule: string, value: unknown, type: Column['type']): string {
  if (!isComparable(type) && type.kind !== 'boolean')
    return `values of the type ${typeName(type)} are not compared by ${rule}`;
  return `${JSON.stringify(value)} is no value for the type ${typeName(type)}`;
}

function lengthSql(name: string, kind: string): string | null {
  if (kind === 'varchar' || kind === 'enum' || kind === 'json') return `length(CAST(${name} AS VARCHAR))`;
  if (kind === 'blob') return `octet_length(${name})`;
  if (kind === 'list' || kind === 'array') return `len(${name})`;
  return kind === 'map' ? `cardinality(${name})` : null;
}

/** What a check of the whole asks of all rows together; null: nothing but their number. */
function aggregateOf(
  rule: Check<TableRule>,
  column: (name: string) => Column,
): { readonly sql: string } | { readonly reason: string } | null {
  switch (rule.kind) {
    case 'completeness':
      return { sql: `count(${identifier(rule.column)})` };
    case 'freshness': {
      const { type } = column(rule.column);
      if (!isMoment(type))
        return { reason: `freshness is for dates and timestamps, and the column is ${typeName(type)}` };
      const name = identifier(rule.column);
      return { sql: `max(${name}) FILTER (WHERE isfinite(${name}))` };
    }
    default:
      return null;
  }
}
