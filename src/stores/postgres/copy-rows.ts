import { createReadStream } from 'node:fs';
import { stat, unlink } from 'node:fs/promises';
import {
  type PostgresSession,
  quoteName,
  type SpoolFolder,
  writeSelect,
} from '../../connections/postgres/index.js';
import type { EngineProgress, EngineSession, Relation } from '../../core/engine.js';
import { identifier, literal } from '../../engine/index.js';
import type { TargetColumn } from './target.js';

export interface CopyRequest {
  readonly relation: Relation;
  readonly columns: readonly TargetColumn[];
  /** The table, in SQL. */
  readonly into: string;
  readonly session: PostgresSession;
  readonly folder: SpoolFolder;
  readonly engine: EngineSession;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: EngineProgress) => void;
}

/** Brings the rows of a relation into a table, by way of a file. Gives how many, and the bytes of their text. */
export async function copyRows(request: CopyRequest): Promise<{ rows: number; bytes: number }> {
  const { relation, columns, into, session, folder, engine, signal, onProgress } = request;
  const path = await folder.file();
  // Alone on its line, a text such as \. would end the data.
  const [only] = columns;
  const quote = columns.length === 1 && only !== undefined ? `, FORCE_QUOTE (${identifier(only.name)})` : '';
  const rows = await engine.run(
    `COPY (${writeSelect(relation.sql, columns)}) TO ${literal(path)} (FORMAT csv, HEADER false, DELIMITER ',', QUOTE '"', ESCAPE '"', NULLSTR ''${quote})`,
    { signal, onProgress },
  );
  const { size } = await stat(path);
  const names = columns.map(({ name }) => quoteName(name)).join(', ');
  const copy = `COPY ${into} (${names}) FROM STDIN (FORMAT csv, NULL '', ENCODING 'UTF8')`;
  const source = createReadStream(path, { highWaterMark: 1 << 18 });
  let sent = 0;
  source.on('data', (chunk) => {
    sent += chunk.length;
    onProgress({ fraction: size === 0 ? 1 : sent / size, rows });
  });
  await session.copyIn(copy, source);
  await unlink(path);
  return { rows, bytes: size };
}
