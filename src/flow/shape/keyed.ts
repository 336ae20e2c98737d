import { createHash } from 'node:crypto';
import type { EngineSession } from '../../core/engine.js';
import type { Secret } from '../../core/secret.js';
import type { LogicalType } from '../../core/types.js';
import { fail } from '../../errors/index.js';

/** Bytes in a block of SHA-256. */
const block = 64;

/**
 * Gives the engine what HMAC needs of a key, in a table of its own, so that no statement, and no error about one, ever
 * has the key in it. The SELECT of the two pads; it holds until the session is closed.
 */
export async function keyTable(session: EngineSession, key: Secret): Promise<string> {
  const given = Buffer.from(key.reveal(), 'utf8');
  const short = given.length > block ? createHash('sha256').update(given).digest() : given;
  const padded = Buffer.alloc(block);
  short.copy(padded);
  const schema = ['inner_pad', 'outer_pad'].map((name) => ({
    name,
    type: { kind: 'blob' } as const,
    nullable: false,
  }));
  const table = await session.table(schema);
  const pad = (byte: number): Uint8Array => padded.map((each) => each ^ byte);
  await table.append({ schema, rows: 1, columns: [[pad(0x36)], [pad(0x5c)]], bytes: 2 * block });
  return (await table.relation()).sql;
}

/** HMAC-SHA256 of some bytes, as text of 64 hexadecimal digits; NULL of NULL. */
export function keyed(key: string | null, bytes: string): string {
  if (key === null) throw fail('INTERNAL', { reason: 'a mask that needs a key has none' });
  const inner = `unhex(sha256((SELECT inner_pad FROM (${key})) || ${bytes}))`;
  return `sha256((SELECT outer_pad FROM (${key})) || ${inner})`;
}

/** A value as bytes to be hashed: text in UTF-8, bytes as they are, all else as the engine writes it. */
export function textAsBytes(value: string, type: LogicalType): string {
  switch (type.kind) {
    case 'blob':
      return value;
    case 'float':
    case 'double':
      // 0 and -0 are equal.
      return `encode(CAST(${value} + 0 AS VARCHAR))`;
    default:
      return `encode(CAST(${value} AS VARCHAR))`;
  }
}
