import type { Field } from '../../core/types.js';
import { literal, pathList } from '../../engine/index.js';
import { usualLine } from '../text/bad-row.js';
import type { TextCompression } from '../text/compression.js';
import type { Likeness } from '../text/source.js';
import { type Token, textToken, tokenOf } from '../text/token.js';
import { floatToken, keptDigits } from '../text/token-kinds.js';
import type { FoundOf } from './alike.js';
import { asJson } from './lines.js';

/** What a value of a type looks like where the engine reads it out of JSON; null where nothing is said of that type. */
function memberToken({ name, type }: Field, found: FoundOf): Token | null {
  const known = found.get(name);
  if (asJson.has(type.kind)) return null;
  // What is read as text is held against what was found afterwards, but for whether it was a text.
  if (known?.isEmpty === true) return textToken;
  if (type.kind === 'varchar' && known !== undefined)
    return known.as === 'strings' ? { ...textToken, isStrict: true } : null;
  const token = tokenOf(type, known !== undefined);
  // What has a fraction comes by way of floating point, which is to hold all digits that the column does.
  if (type.kind === 'decimal') return { ...token, most: Math.max(0, keptDigits - type.scale) };
  // By way of a text, since the nearest one to the nearest double may not be the nearest one.
  if (type.kind === 'float') return { ...textToken, kind: floatToken, most: keptDigits + 1 };
  return token;
}

/** The tokens of the columns; null where there are some that cannot be seen in that way. */
export function memberTokens(columns: readonly Field[], found: FoundOf): readonly Token[] | null {
  const tokens: Token[] = [];
  for (const column of columns) {
    const token = memberToken(column, found);
    if (token === null) return null;
    tokens.push(token);
  }
  return tokens;
}

/** Lines read by the engine as JSON; what it casts itself, and the rest as text. */
export function readMembers(
  groups: ReadonlyMap<TextCompression, readonly string[]>,
  columns: readonly Field[],
  tokens: readonly Token[],
  maxLine: number | null,
): Required<Pick<Likeness, 'select' | 'native'>> {
  const native = new Set<string>();
  const types = columns.map(({ name }, i) => {
    const reads = tokens[i]?.reads ?? null;
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
