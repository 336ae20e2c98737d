import type { Field, LogicalType } from '../../core/types.js';
import { literal, pathList } from '../../engine/index.js';
import { usualLine } from '../text/bad-row.js';
import type { TextCompression } from '../text/compression.js';
import type { Likeness } from '../text/source.js';
import { asJson } from './lines.js';
import { keptDigits, Members } from './members.js';
import { type Token, textToken, tokenKinds, tokenOf } from './tokens.js';

/** What a value of a type looks like where the engine reads it out of JSON; null where nothing is said of that type. */
function memberToken(type: LogicalType): Token | null {
  if (asJson.has(type.kind)) return null;
  const token = tokenOf(type);
  // What has a fraction comes by way of floating point, which is to hold all digits that the column does.
  if (type.kind === 'decimal') return { ...token, most: keptDigits - type.scale };
  // By way of a text, since the nearest one to the nearest double may not be the nearest one.
  if (type.kind === 'float') return { ...textToken, kind: tokenKinds.float, most: keptDigits + 1 };
  return token;
}

/** Makes scans of lines with these columns; null where there are some that cannot be seen in that way. */
export function membersOf(columns: readonly Field[], maxLine: number | null): (() => Members) | null {
  const tokens: Token[] = [];
  // A name is looked for by four bytes at a time: it has to have them, with its quotes and the colon.
  if (columns.some(({ name }) => name === '')) return null;
  for (const { type } of columns) {
    const token = memberToken(type);
    if (token === null) return null;
    tokens.push(token);
  }
  const names = columns.map(({ name }) => name);
  return () => new Members(names, tokens, maxLine ?? usualLine);
}

/** Lines read by the engine as JSON; what it casts itself, and the rest as text. */
export function readMembers(
  groups: ReadonlyMap<TextCompression, readonly string[]>,
  columns: readonly Field[],
  maxLine: number | null,
): Required<Pick<Likeness, 'select' | 'native'>> {
  const native = new Set<string>();
  const types = columns.map(({ name, type }) => {
    const reads = memberToken(type)?.reads ?? null;
    if (reads !== null) native.add(name);
    return `${literal(name)}: ${literal(reads ?? 'VARCHAR')}`;
  });
  const parts = [...groups].map(
    ([compression, paths]) =>
      `SELECT * FROM read_json(${pathList(paths)}, ${[
        "format = 'newline_delimited'",
        'records = true',
        `compression = ${literal(compression === 'none' ? 'uncompressed' : compression)}`,
        'hive_partitioning = false',
        // Its buffers are as large as twice the longest line that may be.
        `maximum_object_size = ${maxLine ?? usualLine}`,
        `columns = {${types.join(', ')}}`,
      ].join(', ')})`,
  );
  return { select: parts.join(' UNION ALL '), native };
}
