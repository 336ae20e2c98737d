import type { SchemaElement } from '../schema-tree.js';
import { encodeThrift } from '../thrift/encode.js';
import { struct, type ThriftField, thriftType } from '../thrift/tree.js';

/** The numbers of what stands in the page's header. */
const dataPage = 0;
export const plain = 0;
export const runLength = 3;

/** A page counts its values in 32 bits. */
export const mostNulls = 0x7fff_ffff;

/**
 * A page, header and all, that says of so many rows that a leaf's column is NULL in each: what stands for the chunk of
 * a file that lacks the column. It is not compressed: it has some twenty bytes, however many rows there are.
 */
export function nullPage({ maxDefinition, maxRepetition }: SchemaElement, rows: number): Uint8Array {
  const body = Buffer.concat([zeros(maxRepetition, rows), zeros(maxDefinition, rows)]);
  const { i32, struct: structType } = thriftType;
  const number = (id: number, value: number): ThriftField => ({ id, type: i32, value });
  const about = struct([number(1, rows), number(2, plain), number(3, runLength), number(4, runLength)]);
  const header = encodeThrift(
    struct([
      number(1, dataPage),
      number(2, body.length),
      number(3, body.length),
      { id: 5, type: structType, value: about },
    ]),
  );
  return Buffer.concat([header, body]);
}

/** So many levels of 0, as one run; nothing where there are no levels above it. */
function zeros(highest: number, rows: number): Uint8Array {
  if (highest === 0) return new Uint8Array();
  const run: number[] = [];
  let rest = 2 * rows;
  for (; rest >= 128; rest = Math.floor(rest / 128)) run.push((rest % 128) | 128);
  // the level itself: no schema is so deep that it would need more than a byte
  run.push(rest, 0);
  const bytes = Buffer.alloc(4 + run.length);
  bytes.writeUInt32LE(run.length);
  bytes.set(run, 4);
  return bytes;
}
