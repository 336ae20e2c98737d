const placeholder = /\{([a-z_]+)(?::0?(\d+)d)?\}/g;
const known = ['sequence', 'name', 'flow_name'];

/** Why a file pattern cannot be used for files that end in `suffix`; null where it can. */
export function checkPattern(pattern: string, suffix: string): string | null {
  const names = [...pattern.matchAll(placeholder)].map((match) => match[1] ?? '');
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) return `{${unknown}} is not known; known are {sequence}, {name} and {flow_name}`;
  if (/[{}]/.test(pattern.replace(placeholder, '')))
    return 'a brace is not closed, or its format is not known';
  if (!names.includes('sequence')) return 'it must hold {sequence}, so that every file has a name of its own';
  if (/[/\\]/.test(pattern)) return 'it is the name of a file and cannot hold / or \\';
  if (!pattern.endsWith(suffix)) return `it must end in ${suffix}, so that readers find the files`;
  if (pattern.startsWith('.')) return 'it must not start with a dot, since readers pass over hidden files';
  return null;
}

/** Makes the names of new files: each follows the highest sequence that is there already. */
export class FileNames {
  readonly #pattern: string;
  readonly #values: Readonly<Record<string, string>>;
  #next: number;

  constructor(pattern: string, values: { name: string; flowName: string }, existing: readonly string[]) {
    this.#pattern = pattern;
    // A name becomes a part of a file's name, which some of its characters cannot be in.
    this.#values = { name: fileSafe(values.name), flow_name: fileSafe(values.flowName) };
    this.#next = 1 + existing.reduce((highest, file) => Math.max(highest, this.#sequenceOf(file)), 0);
  }

  next(): string {
    const sequence = String(this.#next++);
    return this.#pattern.replace(placeholder, (_, key: string, width: string | undefined) =>
      key === 'sequence' ? sequence.padStart(Number(width ?? 0), '0') : (this.#values[key] ?? ''),
    );
  }

  /** The sequence in the name of a file of this pattern; 0 for other names. */
  #sequenceOf(file: string): number {
    const expression = this.#pattern
      .split(/(\{[^}]*\})/)
      .map((part) => {
        const key = /^\{([a-z_]+)/.exec(part)?.[1];
        if (key === 'sequence') return '(\\d+)';
        return (key === undefined ? part : (this.#values[key] ?? '')).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      })
      .join('');
    const sequence = Number(new RegExp(`^${expression}$`).exec(file)?.[1] ?? 0);
    return Number.isSafeInteger(sequence) ? sequence : 0;
  }
}

function fileSafe(name: string): string {
  return name.replace(/[/\\:*?"<>|]/g, '_');
}
