/** One comparison of a column with a constant; the rows for which all of them hold are wanted. */
export interface Comparison {
  readonly column: string;
  readonly test: Test;
}

export type Test =
  | { readonly op: '=' | '<' | '<=' | '>' | '>='; readonly literal: Literal }
  | { readonly op: 'is null' | 'is not null' };

/** `number`: as written, such as -12.50. `text`: the contents of a quoted string. */
export interface Literal {
  readonly kind: 'number' | 'text' | 'boolean';
  readonly text: string;
}

type Token = {
  readonly kind: 'name' | 'number' | 'text' | 'sign';
  readonly text: string;
  readonly quoted?: boolean;
};

const pattern =
  /\s*(?:"((?:[^"]|"")*)"|'((?:[^']|'')*)'|(-?\d+(?:\.\d+)?(?![\w.]))|([A-Za-z_][A-Za-z0-9_]*)|(<=|>=|==|=|<|>))/y;

/**
 * Reads an SQL condition that is made of comparisons joined by AND: `a >= 3 and b = 'x' and c is not null`,
 * `between`, and a bare column for a boolean. null for everything else: it then takes the engine to tell.
 */
export function parseCondition(where: string): readonly Comparison[] | null {
  const tokens = tokenize(where);
  if (tokens === null) return null;
  const reader = new TokenReader(tokens);
  const comparisons: Comparison[] = [];
  do {
    const next = readComparison(reader);
    if (next === null) return null;
    comparisons.push(...next);
  } while (reader.word('and'));
  return reader.done ? comparisons : null;
}

function tokenize(text: string): Token[] | null {
  const tokens: Token[] = [];
  pattern.lastIndex = 0;
  const end = text.trimEnd().length;
  while (pattern.lastIndex < end) {
    const match = pattern.exec(text);
    if (match === null) return null;
    const [, quotedName, quotedText, number, name, sign] = match;
    if (quotedName !== undefined)
      tokens.push({ kind: 'name', text: quotedName.replaceAll('""', '"'), quoted: true });
    else if (quotedText !== undefined) tokens.push({ kind: 'text', text: quotedText.replaceAll("''", "'") });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else if (name !== undefined) tokens.push({ kind: 'name', text: name });
    else tokens.push({ kind: 'sign', text: sign === '==' ? '=' : (sign ?? '') });
  }
  return tokens;
}

class TokenReader {
  readonly #tokens: readonly Token[];
  #place = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get done(): boolean {
    return this.#place === this.#tokens.length;
  }

  next(): Token | undefined {
    return this.#tokens[this.#place++];
  }

  /** Takes the next token if it is this word. */
  word(word: string): boolean {
    const token = this.#tokens[this.#place];
    const found = token?.kind === 'name' && token.quoted !== true && token.text.toLowerCase() === word;
    if (found) this.#place++;
    return found;
  }

  peek(): Token | undefined {
    return this.#tokens[this.#place];
  }
}

/** Words of SQL that are no columns; a condition with them is left to the engine. */
const reserved = new Set([
  'not',
  'or',
  'and',
  'in',
  'like',
  'case',
  'exists',
  'true',
  'false',
  'null',
  'cast',
]);

function readComparison(reader: TokenReader): Comparison[] | null {
  const name = reader.next();
  if (name?.kind !== 'name') return null;
  if (name.quoted !== true && reserved.has(name.text.toLowerCase())) return null;
  const column = name.text;
  const sign = reader.peek();
  if (sign?.kind === 'sign') {
    reader.next();
    const literal = readLiteral(reader);
    return literal === null ? null : [{ column, test: { op: sign.text as '=', literal } }];
  }
  if (reader.word('is')) {
    const not = reader.word('not');
    return reader.word('null') ? [{ column, test: { op: not ? 'is not null' : 'is null' } }] : null;
  }
  if (reader.word('between')) {
    const low = readLiteral(reader);
    const high = reader.word('and') ? readLiteral(reader) : null;
    if (low === null || high === null) return null;
    return [
      { column, test: { op: '>=', literal: low } },
      { column, test: { op: '<=', literal: high } },
    ];
  }
  return [{ column, test: { op: '=', literal: { kind: 'boolean', text: 'true' } } }];
}

function readLiteral(reader: TokenReader): Literal | null {
  if (reader.word('true')) return { kind: 'boolean', text: 'true' };
  if (reader.word('false')) return { kind: 'boolean', text: 'false' };
  const typed = reader.word('date') || reader.word('timestamp');
  const token = reader.next();
  if (token?.kind === 'number' && !typed) return { kind: 'number', text: token.text };
  return token?.kind === 'text' ? { kind: 'text', text: token.text } : null;
}
