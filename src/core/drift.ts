import type { WriteMode } from './capabilities.js';
import { ownAdded, ownMissing } from './own-changes.js';
import { renamed } from './renamed.js';
import type { ChangeRules } from './schema-rules.js';
import { type Column, type LogicalType, type Schema, sameType, typeName } from './types.js';
import { hasText, widerType } from './widen.js';

/** One difference between the columns of the last run and those that come now, and what becomes of it. */
export interface SchemaChange {
  /** `added`, `missing`; the type grew, shrank or became another; it may be NULL now, or never is any more. */
  readonly what: 'added' | 'missing' | 'widened' | 'narrowed' | 'changed' | 'nullable' | 'required';
  /** As it settles. */
  readonly column: string;
  /** The type it had; null for one that is new. */
  readonly from: string | null;
  /** The type it has now; null for one that is missing. */
  readonly to: string | null;
  /** The column that it seems to have been renamed to (`missing`) or from (`added`); null: none. */
  readonly renamed: string | null;
  /** What is done about it. */
  readonly action: 'added' | 'left_out' | 'nulled' | 'dropped' | 'cast' | 'kept' | 'allowed' | 'refused';
  /** The type that it settles with; null where it does not. */
  readonly settles: string | null;
  /** In a sentence, without a full stop. */
  readonly message: string;
}

/** A column on its way from the rows that come into those that settle. */
export interface SettledColumn {
  readonly name: string;
  /**
   * `given`: as it comes. `cast`: as another type that holds all its values. `checked`: as another type, and a value
   * that it does not hold stops the run. `null`: it does not come any more, and is NULL.
   */
  readonly how: 'given' | 'cast' | 'checked' | 'null';
}

export interface Drift {
  readonly changes: readonly SchemaChange[];
  /** The columns as they settle. */
  readonly output: Schema;
  /** How each of them is made; null where the rows settle as they come. */
  readonly settling: readonly SettledColumn[] | null;
}

export interface DriftRequest {
  /** The columns of the last run. */
  readonly kept: Schema;
  /** The columns that come now. */
  readonly given: Schema;
  readonly rules: ChangeRules;
  readonly mode: WriteMode;
  /** Whether the columns are named in the configuration: one that is not there was left out on purpose. */
  readonly isChosen: boolean;
  /** Columns whose type the configuration says: they settle with it, or not at all. */
  readonly declared: ReadonlySet<string>;
  /**
   * Columns whose difference comes from the configuration alone, by their names; with the name of the other column where
   * one is called otherwise now. With mode "replace": they settle as it says.
   */
  readonly own?: ReadonlyMap<string, string | null>;
  /** Whether new columns come behind the known ones; otherwise the order of the rows stays where it can. */
  readonly keptFirst: boolean;
}

/** Compares the columns of the last run with those that come now, and decides by the rules. */
export function driftOf(request: DriftRequest): Drift {
  const { kept, given, rules, mode, isChosen, declared, own = new Map() } = request;
  const now = new Map(given.map((column) => [column.name, column]));
  const before = new Map(kept.map((column) => [column.name, column]));
  const missing = kept.filter(({ name }) => !now.has(name));
  const added = given.filter(({ name }) => !before.has(name));
  const renames = renamed(missing, added);
  const changes: SchemaChange[] = [];
  const settled = new Map<string, Settled>();
  for (const column of kept) {
    const next = now.get(column.name);
    if (next === undefined && own.has(column.name)) {
      changes.push(ownMissing(column, own.get(column.name) ?? null));
      continue;
    }
    if (next === undefined) {
      const rule = isChosen ? 'drop' : rules.on_missing_column;
      changes.push(missingChange(column, renames.to.get(column.name) ?? null, rule, mode, isChosen));
      if (rule === 'keep') settled.set(column.name, { column: { ...column, nullable: true }, how: 'null' });
      continue;
    }
    const said = own.has(column.name) ? 'own' : declared.has(column.name) ? mode : null;
    const type = typeChange(column, next, rules.on_type_change, said);
    const isTighter = column.nullable && !next.nullable;
    const nullable = mode === 'replace' ? next.nullable : next.nullable || column.nullable;
    if (type.change !== null) changes.push(type.change);
    if (column.nullable !== next.nullable)
      changes.push(nullableChange(column, next, isTighter ? 'allow' : rules.on_nullable));
    settled.set(column.name, { column: { name: column.name, type: type.settles, nullable }, how: type.how });
  }
  for (const column of added) {
    const rule = rules.on_new_column;
    const isOwn = own.has(column.name);
    changes.push(
      isOwn
        ? ownAdded(column, own.get(column.name) ?? null)
        : addedChange(column, renames.from.get(column.name) ?? null, rule, mode),
    );
    if (rule === 'leave_out' && !isOwn) continue;
    const nullable = column.nullable || mode !== 'replace';
    settled.set(column.name, { column: { ...column, nullable }, how: 'given' });
  }
  return { changes, ...inOrder(settled, request) };
}

interface Settled {
  readonly column: Column;
  readonly how: SettledColumn['how'];
}

function inOrder(
  settled: ReadonlyMap<string, Settled>,
  { given, kept, mode, keptFirst }: DriftRequest,
): Pick<Drift, 'output' | 'settling'> {
  const isPlain = settled.size === given.length && [...settled.values()].every(({ how }) => how === 'given');
  const known = kept.map(({ name }) => name);
  const names = given.map(({ name }) => name);
  // Rows beside those that are there have their order; those that stand alone have that of the home.
  const first = mode !== 'replace' && (keptFirst || !isPlain);
  const order = [...new Set(first ? [...known, ...names] : [...names, ...known])];
  const columns = order.flatMap((name) => settled.get(name) ?? []);
  const isAsGiven = isPlain && columns.every(({ column }, i) => column.name === names[i]);
  return {
    output: columns.map(({ column }) => column),
    settling: isAsGiven ? null : columns.map(({ column: { name }, how }) => ({ name, how })),
  };
}

function addedChange(
  { name, type }: Column,
  from: string | null,
  rule: ChangeRules['on_new_column'],
  mode: WriteMode,
): SchemaChange {
  const to = typeName(type);
  const seems = from === null ? '' : `, and seems to be what was "${from}"`;
  const then = {
    add: mode === 'replace' ? ': it is moved too' : ': it is added, NULL in older rows',
    leave_out: ': it is left out',
    fail: '',
  }[rule];
  return {
    what: 'added',
    column: name,
    from: null,
    to,
    renamed: from,
    action: { add: 'added', leave_out: 'left_out', fail: 'refused' }[rule] as SchemaChange['action'],
    settles: rule === 'add' ? to : null,
    message: `column "${name}" (${to}) is new${seems}${then}`,
  };
}

function missingChange(
  { name, type }: Column,
  to: string | null,
  rule: ChangeRules['on_missing_column'],
  mode: WriteMode,
  isChosen: boolean,
): SchemaChange {
  const from = typeName(type);
  const seems = to === null ? '' : `, and seems to be called "${to}" now`;
  const gone =
    mode === 'append' ? ': new rows do not have it' : ': its values go with the rows that are replaced';
  const then = {
    keep:
      mode === 'append' ? ': it is NULL in new rows' : ': it stays, and is NULL in all rows that are written',
    drop: gone,
    fail: mode === 'append' ? '' : '; its values would go with the rows that are replaced',
  }[rule];
  const is = isChosen ? 'is not among columns: any more' : 'is missing';
  return {
    what: 'missing',
    column: name,
    from,
    to: null,
    renamed: to,
    action: { keep: 'nulled', drop: 'dropped', fail: 'refused' }[rule] as SchemaChange['action'],
    settles: rule === 'keep' ? from : null,
    message: `column "${name}" (${from}) ${is}${seems}${then}`,
  };
}

interface TypeDecision {
  readonly settles: LogicalType;
  readonly how: SettledColumn['how'];
  readonly change: SchemaChange | null;
}

/**
 * @param declared the way of writing, where the configuration says the type: it settles then, or nothing does; `own`:
 * all rows are replaced, and it says something else than it did
 */
function typeChange(
  before: Column,
  now: Column,
  rule: ChangeRules['on_type_change'],
  declared: WriteMode | 'own' | null,
): TypeDecision {
  if (sameType(before.type, now.type)) return { settles: now.type, how: 'given', change: null };
  const wider = widerType(before.type, now.type);
  const what =
    wider === null
      ? 'changed'
      : sameType(wider, now.type)
        ? 'widened'
        : sameType(wider, before.type)
          ? 'narrowed'
          : 'changed';
  const [from, to] = [typeName(before.type), typeName(now.type)];
  const isOwn = declared === 'own';
  const fits = isOwn || declared === 'replace' || what === 'widened';
  const settles =
    declared === null || (rule === 'fail' && !isOwn)
      ? settledType(before.type, now.type, wider, rule)
      : fits
        ? now.type
        : null;
  const is = isOwn
    ? `${to} now, as the configuration says`
    : `${declared === null ? '' : 'declared as '}${to} now`;
  const told = `column "${now.name}" was ${from} and is ${is}`;
  const change = { what, column: now.name, from, to, renamed: null } as const;
  if (settles === null) {
    const none =
      rule === 'fail'
        ? ''
        : declared === null
          ? '; no type holds the values of both'
          : `; not every value that the store has is ${to}`;
    const refused = { ...change, action: 'refused', settles: null, message: `${told}${none}` } as const;
    return { settles: now.type, how: 'given', change: refused };
  }
  const type = typeName(settles);
  const how = sameType(settles, now.type)
    ? 'given'
    : rule === 'keep' && what !== 'narrowed'
      ? 'checked'
      : 'cast';
  const then =
    how === 'checked'
      ? `it stays ${type}, and a value that does not fit stops the run`
      : type === to
        ? `the store has ${type} from now on`
        : type === from
          ? `it stays ${type}, which holds all its values`
          : `it settles as ${type}, which holds the values of both`;
  const action = type === from ? 'kept' : 'cast';
  return { settles, how, change: { ...change, action, settles: type, message: `${told}: ${then}` } };
}

function settledType(
  before: LogicalType,
  now: LogicalType,
  wider: LogicalType | null,
  rule: ChangeRules['on_type_change'],
): LogicalType | null {
  switch (rule) {
    case 'fail':
      return null;
    case 'keep':
      return before;
    case 'widen':
      return wider;
    case 'text':
      return wider ?? (hasText(before) && hasText(now) ? { kind: 'varchar' } : null);
  }
}

function nullableChange(before: Column, now: Column, rule: ChangeRules['on_nullable']): SchemaChange {
  const type = typeName(now.type);
  return {
    what: now.nullable ? 'nullable' : 'required',
    column: now.name,
    from: typeName(before.type),
    to: type,
    renamed: null,
    action: rule === 'allow' ? 'allowed' : 'refused',
    settles: rule === 'allow' ? type : null,
    message: now.nullable ? `column "${now.name}" may be NULL now` : `column "${now.name}" is never NULL now`,
  };
}
