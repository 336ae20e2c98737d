import { Readable } from 'node:stream';
import { linesSelect, type PostgresSession, quoteName } from '../../connections/postgres/index.js';
import type { EngineProgress, EngineSession, Relation } from '../../core/engine.js';
import type { TargetColumn } from './target.js';

export interface CopyRequest {
  readonly relation: Relation;
  readonly columns: readonly TargetColumn[];
  /** The table, in SQL. */
  readonly into: string;
  readonly session: PostgresSession;
  readonly engine: EngineSession;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: EngineProgress) => void;
}

/** Rows that are sent at once. */
const rowsPerPiece = 4_096;

/**
 * Brings the rows of a relation into a table. The engine makes each row one line of csv, and the server takes lines
 * while the engine makes the next ones. Gives how many rows went, and the bytes of their text.
 */
export async function copyRows(request: CopyRequest): Promise<{ rows: number; bytes: number }> {
  const { relation, columns, into, session, engine, signal, onProgress } = request;
  const lines: Relation = {
    sql: linesSelect(relation.sql, columns),
    schema: [{ name: 'line', type: { kind: 'varchar' }, nullable: false }],
  };
  const sent = { rows: 0, bytes: 0 };
  async function* pieces(): AsyncGenerator<Buffer> {
    const options = { signal, onProgress, rowsPerBatch: rowsPerPiece };
    for await (const batch of engine.batches(lines, options)) {
      const [texts = []] = batch.columns;
      const piece = Buffer.from(`${texts.join('\n')}\n`);
      sent.rows += batch.rows;
      sent.bytes += piece.length;
      yield piece;
    }
  }
  const names = columns.map(({ name }) => quoteName(name)).join(', ');
  const copy = `COPY ${into} (${names}) FROM STDIN (FORMAT csv, NULL '', ENCODING 'UTF8')`;
  await session.copyIn(copy, Readable.from(pieces(), { objectMode: true, highWaterMark: 4 }));
  return sent;
}
