import type { EngineSession, Relation, StatementOptions } from '../../core/engine.js';
import type { Plan } from '../../core/plan.js';
import { hyggeVersion } from '../../core/version.js';
import { identifier, literal } from '../../engine/index.js';
import type { QuarantineFolder } from '../../files/index.js';
import { copyToParquet } from '../../formats/parquet/index.js';
import type { CompiledRows } from './compile.js';
import { reasonsOf } from './evaluate.js';

interface BadRows {
  readonly rows: Relation;
  /** The checks that some of them break. */
  readonly broken: readonly CompiledRows[];
  readonly plan: Plan;
}

/** Writes the rows that break a check into the folder, with the reasons. Gives how many they are. */
export async function setAside(
  folder: QuarantineFolder,
  { rows, broken, plan }: BadRows,
  session: EngineSession,
  options: StatementOptions,
): Promise<number> {
  const { reasons, any } = reasonsOf(broken);
  const column = freeName(rows.schema.map(({ name }) => name));
  const select = `SELECT *, ${reasons} AS ${identifier(column)} FROM (${rows.sql}) WHERE ${any}`;
  let written = 0;
  await folder.put(async (path) => {
    const metadata = { 'hygge.version': hyggeVersion() };
    const settings = { compression: 'zstd', rowGroupRows: 122_880, metadata } as const;
    written = await session.run(copyToParquet(select, path, settings), options);
    const counted = await session.rows(
      `SELECT reason, count(*) FROM (SELECT unnest(${identifier(column)}) AS reason FROM read_parquet(${literal(path)})) GROUP BY reason ORDER BY count(*) DESC, reason`,
      options,
    );
    return {
      version: 1,
      name: plan.name,
      flow: plan.flow,
      entity: plan.entity,
      run_id: folder.runId,
      at: new Date().toISOString(),
      rows: written,
      reasons: Object.fromEntries(counted.map(([reason, count]) => [reason ?? '', Number(count)])),
      reasons_column: column,
    };
  });
  return written;
}

/** A name that no column has. */
function freeName(taken: readonly string[]): string {
  const folded = new Set(taken.map((name) => name.toLowerCase()));
  let name = 'hygge_reasons';
  while (folded.has(name)) name += '_';
  return name;
}
