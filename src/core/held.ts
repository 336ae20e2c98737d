import type { WriteMode } from './capabilities.js';
import { schemaOf } from './kept-schema.js';
import { asRunRecord, type RunRecord } from './run-record.js';
import type { Schema } from './types.js';

/** The values of a column of a table, of all runs that have put some there. */
export interface HeldColumn {
  readonly name: string;
  /** As the engine spells it: the type that the values were hashed as. */
  readonly type: string;
  /** Values that are not NULL. */
  readonly count: number;
  /** As of a column's fingerprint. */
  readonly hash: string;
}

/**
 * What a table holds by what its runs have put there since they replaced all of it, or made it. Hashes know no order,
 * so those of several runs are added up; rows that a merge takes out cannot be taken off.
 */
export interface HeldRows {
  readonly rows: number;
  /** Of whole rows; null where not all runs had the same columns. */
  readonly hash: string | null;
  /** The columns that all runs had, with one type; null where a run was not made with `verify: fingerprint`. */
  readonly columns: readonly HeldColumn[] | null;
}

/** What a table holds by the record of its last run; null where nobody knows. */
export function heldOf(record: unknown): HeldRows | null {
  const run = asRunRecord(record);
  if (run === null) return null;
  return run.held ?? (run.mode === 'replace' ? broughtBy(run) : null);
}

/**
 * The record of a run with what its table holds after it. `before`: the record of the run before it; undefined where
 * there was no table.
 */
export function withHeld(record: unknown, mode: WriteMode, before: { readonly record: unknown } | undefined) {
  const run = asRunRecord(record);
  // After a replace it is what the run itself says.
  if (run === null || mode === 'replace') return record;
  const { held: _, ...rest } = run;
  if (before === undefined) return { ...rest, held: broughtBy(run) };
  const there = mode === 'merge' ? null : heldOf(before.record);
  return there === null ? rest : { ...rest, held: sumOf(there, broughtBy(run)) };
}

/** The columns to look at, to compare a table with what it should hold: those whose types can still be read. */
export function comparedSchema(held: HeldRows | null): Schema {
  return (held?.columns ?? []).flatMap(({ name, type }) => {
    const read = schemaOf([{ name, type, nullable: true }]);
    return 'unknown' in read ? [] : read;
  });
}

function broughtBy({ rows, fingerprint, schema = [] }: RunRecord): HeldRows {
  if (fingerprint?.by !== 'values') return { rows, hash: null, columns: null };
  const types = new Map(schema.map(({ name, type }) => [name, type]));
  const columns = fingerprint.columns.flatMap(({ name, count, hash }): HeldColumn[] => {
    const type = types.get(name);
    return type === undefined || count === null ? [] : [{ name, type, count, hash }];
  });
  return { rows, hash: columns.length < schema.length ? null : fingerprint.hash, columns };
}

function sumOf(a: HeldRows, b: HeldRows): HeldRows {
  const rows = a.rows + b.rows;
  if (a.columns === null || b.columns === null) return { rows, hash: null, columns: null };
  const others = new Map(b.columns.map((column) => [column.name, column]));
  const columns = a.columns.flatMap((one): HeldColumn[] => {
    const other = others.get(one.name);
    if (other?.type !== one.type) return [];
    return [{ ...one, count: one.count + other.count, hash: addedHashes(one.hash, other.hash) }];
  });
  const order = (of: readonly HeldColumn[]): string =>
    JSON.stringify(of.map(({ name, type }) => [name, type]));
  const isSame = order(a.columns) === order(b.columns);
  const hash = isSame && a.hash !== null && b.hash !== null ? addedHashes(a.hash, b.hash) : null;
  return { rows, hash, columns };
}

/** The hash of the values of both: 16 digits of a sum, 16 of an exclusive or. */
function addedHashes(a: string, b: string): string {
  const half = (hash: string, from: number): bigint => BigInt(`0x${hash.slice(from, from + 16)}`);
  const sum = BigInt.asUintN(64, half(a, 0) + half(b, 0));
  const xor = half(a, 16) ^ half(b, 16);
  return sum.toString(16).padStart(16, '0') + xor.toString(16).padStart(16, '0');
}
