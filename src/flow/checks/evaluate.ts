import { type Check, type CheckResult, isRowCheck, type SampleRows } from '../../core/contract.js';
import type { EngineSession, Relation, StatementOptions } from '../../core/engine.js';
import type { KnownColumns } from '../../core/known-values.js';
import { typeName } from '../../core/types.js';
import { identifier } from '../../engine/index.js';
import { answered } from './answered.js';
import type { CompiledContract, CompiledRows, CompiledTable } from './compile.js';
import { areDifferent, differentValues, grouped } from './different.js';
import { judge, type Told, violationsText, type Whole } from './findings.js';
import { sameAsWanted, type WantedTypes } from './validate.js';

/** Rows that are shown of those that break a check, at most. */
const mostShown = 20;

/** What checks are asked of. */
export interface Asked {
  readonly session: EngineSession;
  /** The rows, which can be read several times. */
  readonly rows: Relation;
  readonly types: WantedTypes;
  /** What is certain about the values of these very rows; left out: nothing. */
  readonly known?: KnownColumns;
  /** Rows of the last run that published; null where there was none. */
  readonly before: number | null;
  readonly options: StatementOptions;
  /** Makes the table of the values that a check refers to. */
  reference(check: CompiledRows): Promise<void>;
}

/** Which checks to ask. Default: all. */
export type Wanted = (check: Check) => boolean;

/**
 * Asks all checks of some rows: in one pass, but for values that may not come twice, and for those of another store.
 * What is known of the values answers some without reading any. Rows that break a check are looked for only where there
 * are such.
 */
export async function evaluate(
  { rows: rowChecks, table: tableChecks, key, checks }: CompiledContract,
  asked: Asked,
  wanted: Wanted = () => true,
): Promise<readonly CheckResult[]> {
  const { session, rows, options } = asked;
  const ofRows = rowChecks.filter(({ check }) => wanted(check));
  const ofTable = tableChecks.filter(({ check }) => wanted(check));
  for (const one of ofRows) if (one.beside !== null) await makeBeside(one, asked);
  const known = asked.known ?? new Map();
  const certain = await answered(ofRows, known, asked);
  const simple = ofRows.filter((one) => one.beside === null && !certain.has(one));
  const read = ofTable.filter(({ check }) => !(check.kind === 'completeness' && known.has(check.column)));
  const aggregates = read.flatMap(({ aggregate }) => (aggregate === null ? [] : [aggregate]));
  const asking = [
    'count(*)',
    ...simple.map(({ broken }) => `count(*) FILTER (WHERE ${broken})`),
    ...aggregates.flatMap((sql) => [sql, epoch(sql)]),
  ];
  const [answer = []] = await session.rows(`SELECT ${asking.join(', ')} FROM (${rows.sql})`, options);
  const total = Number(answer[0]);
  const whole: Whole = { rows: total, before: asked.before, now: Date.now() };
  const results = new Map<Check, CheckResult>();
  for (const one of ofRows) {
    const place = simple.indexOf(one);
    const violations =
      certain.get(one) ?? (place === -1 ? await countApart(one, asked) : Number(answer[place + 1]));
    const sample = violations === 0 ? null : await sampleOf(one, key, asked);
    results.set(one.check, {
      ...resultOf(one.check, violations === 0, total),
      violations,
      found: violationsText(violations, total),
      sample,
    });
  }
  let next = simple.length + 1;
  for (const one of ofTable) {
    const own = one.aggregate === null || !read.includes(one) ? [] : answer.slice(next, next + 2);
    next += own.length;
    const { good, found } = judge(one.check, whole, await toldBy(one, own, total, asked));
    results.set(one.check, { ...resultOf(one.check, good, total), violations: null, found, sample: null });
  }
  return checks.flatMap((check) => results.get(check) ?? []);
}

const statuses = { fail: 'failed', warn: 'warned', quarantine: 'quarantined' } as const;

function resultOf(
  { name, kind, on_fail }: Check,
  good: boolean,
  rows: number,
): Pick<CheckResult, 'name' | 'kind' | 'on_fail' | 'status' | 'rows'> {
  return { name, kind, on_fail, status: good ? 'passed' : statuses[on_fail], rows };
}

/** Only of a moment; of a number it is that number, and nobody looks at it. */
const epoch = (aggregate: string): string => (aggregate.startsWith('max(') ? `epoch(${aggregate})` : 'NULL');

async function toldBy(
  { check }: CompiledTable,
  [text = null, seconds = null]: readonly (string | null)[],
  rows: number,
  asked: Asked,
): Promise<Told> {
  const nothing: Told = { some: 0, different: 0, latest: null, type: null };
  switch (check.kind) {
    case 'completeness': {
      const nulls = asked.known?.get(check.column)?.nulls;
      return { ...nothing, some: nulls === undefined ? Number(text) : rows - nulls };
    }
    case 'freshness':
      return { ...nothing, latest: text === null ? null : { text, epoch: Number(seconds) } };
    case 'type': {
      const found = sameAsWanted(asked.rows.schema, check.column, asked.types.get(check.type));
      return { ...nothing, type: found && { name: typeName(found.type), same: found.same } };
    }
    case 'uniqueness':
      return { ...nothing, ...(await differentValues(check.columns, asked)) };
    default:
      return nothing;
  }
}

async function makeBeside(one: CompiledRows, asked: Asked): Promise<void> {
  const { beside } = one;
  if (beside?.kind === 'reference') return asked.reference(one);
  if (beside === null) return;
  const values = beside.columns.map((column, i) => `${identifier(column)} AS hygge_value_${i}`).join(', ');
  // Finding out which come twice is the dearest of all that is asked; most often none does.
  const repeated = (await areDifferent(beside.columns, asked))
    ? `0 AS hygge_rows FROM (${asked.rows.sql}) WHERE false`
    : `count(*) AS hygge_rows ${grouped(beside.columns, asked.rows.sql)} HAVING count(*) > 1`;
  await asked.session.run(
    `CREATE OR REPLACE TABLE ${beside.table} AS SELECT ${values}, ${repeated}`,
    asked.options,
  );
}

/** What looks into another table is counted by itself: most often there is nothing in it to look for. */
async function countApart({ beside, broken }: CompiledRows, asked: Asked): Promise<number> {
  const sql =
    beside?.kind === 'repeated'
      ? `SELECT coalesce(sum(hygge_rows), 0) FROM ${beside.table}`
      : `SELECT count(*) FROM (${asked.rows.sql}) WHERE ${broken}`;
  const [row] = await asked.session.rows(sql, asked.options);
  return Number(row?.[0]);
}

async function sampleOf(
  { broken, columns }: CompiledRows,
  key: readonly string[],
  { session, rows, options }: Asked,
): Promise<SampleRows> {
  const shown = [...new Set([...key, ...columns])];
  const names = shown.length === 0 ? rows.schema.slice(0, 6).map(({ name }) => name) : shown;
  const select = names.map(identifier).join(', ');
  const sql = `SELECT ${select} FROM (${rows.sql}) WHERE ${broken} LIMIT ${mostShown}`;
  return { columns: names, rows: await session.rows(sql, options) };
}

/** The names of the checks that a row breaks, as a list; and a condition for those that break any. */
export function reasonsOf(broken: readonly CompiledRows[]): {
  readonly reasons: string;
  readonly any: string;
} {
  const names = broken.map(({ check, broken: sql }) => ({ name: check.name, sql }));
  const list = names.map(({ name, sql }) => `CASE WHEN ${sql} THEN '${name.replaceAll("'", "''")}' END`);
  return {
    reasons: `list_filter([${list.join(', ')}], lambda hygge_reason: hygge_reason IS NOT NULL)`,
    any: names.map(({ sql }) => `(${sql})`).join(' OR '),
  };
}

/** Those of some checks that rows break, in SQL. */
export const brokenOf = (
  { rows }: CompiledContract,
  results: readonly CheckResult[],
): readonly CompiledRows[] =>
  rows.filter(({ check }) =>
    results.some(
      ({ name, kind, status }) => name === check.name && kind === check.kind && status !== 'passed',
    ),
  );

/** Whether a check looks at rows that are put aside. */
export const putsAside = (check: Check): boolean => isRowCheck(check) && check.on_fail === 'quarantine';
