import { type Field, type LogicalType, type SimpleKind, simpleKinds } from './types.js';

const simple = new Map<string, SimpleKind>([
  ...simpleKinds.map((kind) => [kind.toUpperCase(), kind] as const),
  ['TIMESTAMP WITH TIME ZONE', 'timestamptz'],
  ['TIME WITH TIME ZONE', 'timetz'],
  ['"NULL"', 'null'],
]);

/** Reads a type as `typeName` writes it; null for anything else. */
export function parseType(text: string): LogicalType | null {
  const reader = new TypeReader(text.trim());
  const type = reader.type();
  return type !== null && reader.isAtEnd ? type : null;
}

class TypeReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#text.length;
  }

  type(): LogicalType | null {
    let type = this.#plain();
    while (type !== null) {
      const brackets = this.#match(/\[(\d*)\]/y);
      if (brackets === null) return type;
      const length = brackets[1] ?? '';
      type =
        length === ''
          ? { kind: 'list', element: type }
          : { kind: 'array', element: type, length: Number(length) };
    }
    return null;
  }

  #plain(): LogicalType | null {
    const decimal = this.#match(/DECIMAL\((\d+),\s*(\d+)\)/y);
    if (decimal !== null) return { kind: 'decimal', width: Number(decimal[1]), scale: Number(decimal[2]) };
    if (this.#match(/ENUM\(/y) !== null) {
      const values = this.#list(() => this.#quoted("'"));
      return values === null ? null : { kind: 'enum', values };
    }
    if (this.#match(/STRUCT\(/y) !== null) {
      const fields = this.#list(() => this.#field());
      return fields === null ? null : { kind: 'struct', fields };
    }
    if (this.#match(/UNION\(/y) !== null) {
      const members = this.#list(() => this.#field());
      return members === null ? null : { kind: 'union', members };
    }
    if (this.#match(/MAP\(/y) !== null) {
      const [key, value, ...more] = this.#list(() => this.type()) ?? [];
      if (key === undefined || value === undefined || more.length > 0) return null;
      return { kind: 'map', key, value };
    }
    const word = this.#match(/"NULL"|(?:TIMESTAMP|TIME) WITH TIME ZONE|[A-Z_]+/y);
    const kind = simple.get(word?.[0] ?? '');
    return kind === undefined ? null : { kind };
  }

  #field(): Field | null {
    const name = this.#quoted('"');
    if (name === null || this.#match(/\s+/y) === null) return null;
    const type = this.type();
    return type === null ? null : { name, type };
  }

  #quoted(quote: '"' | "'"): string | null {
    const found = this.#match(quote === '"' ? /"((?:[^"]|"")*)"/y : /'((?:[^']|'')*)'/y);
    return found === null ? null : (found[1] ?? '').replaceAll(quote + quote, quote);
  }

  /** What stands up to the closing parenthesis, with commas between. */
  #list<T>(item: () => T | null): T[] | null {
    const items: T[] = [];
    do {
      const next = item();
      if (next === null) return null;
      items.push(next);
    } while (this.#match(/,\s*/y) !== null);
    return this.#match(/\)/y) === null ? null : items;
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found !== null) this.#at += found[0].length;
    return found;
  }
}
