/** A column as the database describes it. */
export interface FoundColumn {
  readonly name: string;
  /** In the words of the database. */
  readonly type: string;
  readonly nullable: boolean;
}

/** Something in a database that a home could read. */
export interface FoundTable {
  /** null where the database has no schemas. */
  readonly schema: string | null;
  readonly name: string;
  /** In the words of the database: `table`, `view`, … */
  readonly kind: string;
  /** The keys of a home that reads it, besides those that lead to the database. */
  readonly home: Readonly<Record<string, string>>;
  readonly columns: readonly FoundColumn[];
  /** As the database has it in its own statistics, seldom exact; null where it does not know. */
  readonly rows: number | null;
  readonly bytes: number | null;
  /** The columns that name a row; none where nobody has said so. */
  readonly key: readonly string[];
  /** Whether whoever asked may read it. */
  readonly readable: boolean;
}

const isTime = (type: string): boolean => /^(timestamp|datetime|date)/i.test(type);
const isWhole = (type: string): boolean => /^(big|small|tiny|medium|huge)?(int|serial)/i.test(type);
/** Names of columns that change with their row, the likeliest first, and of those that are written once. */
const likely = [
  /(updat|modif|chang|touch|last)/i,
  /(creat|insert|add|load|ingest|event|occur|order|happen)/i,
  /(_at|_on|_ts|_time|_date)$|^(ts|at|time|date|timestamp)$/i,
];

/**
 * Columns whose values are likely to grow with what is new, the likeliest first: times that are named so, then other
 * names for times, then a whole number that alone is the key.
 */
export function likelyWatermarks({ columns, key }: Pick<FoundTable, 'columns' | 'key'>): readonly string[] {
  const times = columns.filter(({ type }) => isTime(type)).map(({ name }) => name);
  const named = likely.flatMap((pattern) => times.filter((name) => pattern.test(name)));
  const [only, second] = key;
  const number = columns.find(({ name, type }) => name === only && second === undefined && isWhole(type));
  return [...new Set([...named, ...(number === undefined ? [] : [number.name])])];
}
