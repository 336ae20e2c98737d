import type { EngineSession, StatementOptions } from '../../core/engine.js';
import type { Merged } from '../../core/store.js';
import { identifier } from '../../engine/index.js';
import { asHeld, asThere, type Match } from './columns.js';

export interface MergeRequest {
  readonly engine: EngineSession;
  /** The staging table, and the table that is merged into. */
  readonly staged: string;
  readonly target: string;
  readonly matches: readonly Match[];
  /** Columns of the rows. */
  readonly key: readonly string[];
  readonly order: string | null;
  readonly options: StatementOptions;
}

/** The condition that a row of the table `t` has the key of a row `s` that is merged. */
function sameKey({ matches, key }: Pick<MergeRequest, 'matches' | 'key'>): string {
  return matches
    .filter(({ from }) => key.includes(from))
    .map((match) => `t.${identifier(match.to)} = ${asHeld(match, 's.')}`)
    .join(' AND ');
}

/** The staged rows that meet one of the table's, and whether that stays as it is: of this connection alone. */
const hitsTable = 'temp.hygge_hits';

/**
 * Compares the staged rows with the table's, and notes those that change nothing: the table has them just so, or has a
 * later one. The others are inserted or updated.
 */
export async function compare(request: MergeRequest): Promise<Merged> {
  const { engine, staged, target, matches, options } = request;
  const same = matches
    .map((match) => `${asThere(match)} IS NOT DISTINCT FROM ${asHeld(match, 's.')}`)
    .join(' AND ');
  const hits = `SELECT s.rowid AS place, bool_or(${laterThan(request)}) OR bool_and(${same}) AS stays FROM ${target} AS t JOIN ${staged} AS s ON ${sameKey(request)} GROUP BY s.rowid`;
  await engine.run(`CREATE OR REPLACE TEMP TABLE ${hitsTable} AS ${hits}`, options);
  const [row] = await engine.rows(
    `SELECT (SELECT count(*) FROM ${staged}), count(*) FILTER (stays), count(*) FILTER (NOT stays) FROM ${hitsTable}`,
  );
  const [total = 0, unchanged = 0, updated = 0] = (row ?? []).map(Number);
  return { inserted: total - unchanged - updated, updated, unchanged };
}

/** The statement that merges what `compare` has left. Columns that the rows lack stay as they are. */
export function mergeSql(request: Pick<MergeRequest, 'staged' | 'target' | 'matches' | 'key'>): string {
  const { staged, target, matches, key } = request;
  const others = matches.filter(({ from }) => !key.includes(from));
  const set = others.map((match) => `${identifier(match.to)} = ${asHeld(match, 's.')}`).join(', ');
  const update = others.length === 0 ? '' : ` WHEN MATCHED THEN UPDATE SET ${set}`;
  const columns = matches.map(({ to }) => identifier(to)).join(', ');
  const values = matches.map((match) => asHeld(match, 's.')).join(', ');
  const changes = `SELECT * FROM ${staged} AS s WHERE s.rowid NOT IN (SELECT place FROM ${hitsTable} WHERE stays)`;
  return `MERGE INTO ${target} AS t USING (${changes}) AS s ON ${sameKey(request)}${update} WHEN NOT MATCHED THEN INSERT (${columns}) VALUES (${values})`;
}

/** Whether the row of the table is the later one. A value without a place in the order comes before all others. */
function laterThan({ matches, order }: MergeRequest): string {
  const match = matches.find(({ from }) => from === order);
  if (match === undefined) return 'false';
  const { kind } = match.held;
  const isOpen = kind === 'float' || kind === 'double' || kind === 'date' || kind.startsWith('timestamp');
  const [there, given] = [asThere(match), asHeld(match, 's.')].map((value) =>
    isOpen ? `CASE WHEN isfinite(${value}) THEN ${value} END` : value,
  );
  return `${there} IS NOT NULL AND coalesce(${there} > ${given}, true)`;
}
