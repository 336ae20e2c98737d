import type { RowRule } from '../../core/contract.js';
import type { KnownColumns, KnownValues } from '../../core/known-values.js';
import { type LogicalType, type TypeKind, typeName, wholeKinds } from '../../core/types.js';
import { identifier, literal } from '../../engine/index.js';
import type { CompiledRows } from './compile.js';
import type { Asked } from './evaluate.js';

/** Whole numbers between the least and the greatest value that are tried one by one, at most. */
const mostTried = 256;
const whole: ReadonlySet<TypeKind> = new Set(wholeKinds);

/** How many rows break a check, for those checks that what is known of the values answers: no row has to be read. */
export async function answered(
  checks: readonly CompiledRows[],
  known: KnownColumns,
  { session, rows, options }: Pick<Asked, 'session' | 'rows' | 'options'>,
): Promise<ReadonlyMap<CompiledRows, number>> {
  const answers = new Map<CompiledRows, number>();
  const types = new Map(rows.schema.map(({ name, type }) => [name, type]));
  const tries: { readonly one: CompiledRows; readonly sql: string }[] = [];
  for (const one of checks) {
    const { check, broken } = one;
    if (!('column' in check)) continue;
    const values = known.get(check.column);
    const type = types.get(check.column);
    if (values === undefined || type === undefined) continue;
    if (check.kind === 'not_null') {
      answers.set(one, values.nulls);
      continue;
    }
    const witnesses = witnessesOf(check, values, type);
    if (witnesses === null) continue;
    const all = `[${witnesses.map(literal).join(', ')}]`;
    const from = `SELECT CAST(unnest(${all}) AS ${typeName(type)}) AS ${identifier(check.column)}`;
    tries.push({ one, sql: `(SELECT count(*) FROM (${from}) WHERE ${broken})` });
  }
  if (tries.length === 0) return answers;
  const [found = []] = await session.rows(`SELECT ${tries.map(({ sql }) => sql).join(', ')}`, options);
  // Where one of them breaks the check, only the rows can tell whether there is such a value, and how often.
  for (const [i, { one }] of tries.entries()) if (Number(found[i]) === 0) answers.set(one, 0);
  return answers;
}

/** Values of which one breaks the check if any value between the least and the greatest does; null: there are none. */
function witnessesOf(rule: RowRule, { range }: KnownValues, type: LogicalType): readonly string[] | null {
  if (range === null || rule.kind === 'references') return null;
  const { min, max } = range;
  if (rule.kind === 'min') return [min];
  if (rule.kind === 'max') return [max];
  if (min === max) return [min];
  if (!whole.has(type.kind)) return null;
  const count = BigInt(max) - BigInt(min) + 1n;
  if (count > BigInt(mostTried)) return null;
  return Array.from({ length: Number(count) }, (_, i) => String(BigInt(min) + BigInt(i)));
}
