import type { Batch, Row } from '../core/batch.js';
import type { HomeSession } from '../core/home.js';
import type { Schema } from '../core/types.js';
import { rowsToBatch } from '../engine/index.js';
import { fail, HyggeError } from '../errors/index.js';
import { mayPass } from './retry.js';

export interface Reading {
  /** The entity's name. */
  readonly name: string;
  /** The home's type, for errors of its own code. */
  readonly type: string;
  readonly schema: Schema;
  /** What was begun already to learn the types, and what it gave first. */
  readonly read: AsyncIterator<Batch | readonly Row[]> | null;
  readonly first: Batch | readonly Row[] | null;
  readonly signal: AbortSignal;
}

/** What a home's `read` yields, as batches of the planned schema. Errors of its own code are told as such. */
export async function* batchesOfHome(
  home: HomeSession,
  { name, type, schema, read, first, signal }: Reading,
  onPiece: () => void = () => {},
): AsyncGenerator<Batch> {
  const iterator = read ?? home.read?.({ signal })[Symbol.asyncIterator]();
  if (iterator === undefined) return;
  let row = 0;
  let piece: Batch | readonly Row[] | null = first;
  try {
    for (;;) {
      if (piece !== null) {
        const batch = toBatch(name, schema, piece, row);
        row += batch.rows;
        yield batch;
      }
      const next = await iterator.next();
      if (next.done === true) return;
      piece = next.value;
      onPiece();
    }
  } catch (error) {
    throw typeError(name, 'home', type, error);
  } finally {
    void iterator.return?.().catch(() => {});
  }
}

function toBatch(name: string, schema: Schema, piece: Batch | readonly Row[], firstRow: number): Batch {
  if (!isBatch(piece)) return rowsToBatch(piece, schema, { name, firstRow });
  const same =
    piece.schema.length === schema.length && piece.schema.every((c, i) => c.name === schema[i]?.name);
  if (same) return piece;
  const found = piece.schema.map((column) => column.name).join(', ');
  throw new Error(`a batch has the columns ${found}, not those that schema() told`);
}

export function isBatch(piece: Batch | readonly Row[]): piece is Batch {
  return !Array.isArray(piece);
}

/** What the code of a type threw, as an error that says whose it is. */
export function typeError(name: string, role: 'home' | 'store', type: string, thrown: unknown): HyggeError {
  if (thrown instanceof HyggeError) return thrown;
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return fail('TYPE_FAILED', { name, role, type, reason }, { cause: thrown, retryable: mayPass(thrown) });
}
