import type { Batch } from '../core/batch.js';
import type { EngineSession, EngineTable, StatementOptions } from '../core/engine.js';
import type { ColumnFingerprint, Fingerprint } from '../core/fingerprint.js';
import { type LogicalType, type Schema, type TypeKind, typeName, wholeKinds } from '../core/types.js';

/** A text that is kept of the least and the greatest value. */
const longestText = 100;

/** Types whose values the engine hashes as they are, so that equal hashes mean equal values. */
const hashedAsTheyAre: ReadonlySet<TypeKind> = new Set([
  ...wholeKinds,
  ...(['boolean', 'decimal', 'uuid', 'varchar', 'blob', 'date', 'time'] as const),
  ...(['timestamp_s', 'timestamp_ms', 'timestamp', 'timestamp_ns', 'timestamptz'] as const),
]);
/** Types that have no least value, or several that are equal and have different texts. */
const unordered: ReadonlySet<TypeKind> = new Set([
  ...(['list', 'array', 'struct', 'map', 'union'] as const),
  ...(['null', 'blob', 'bit', 'json', 'variant', 'geometry', 'interval'] as const),
]);

/**
 * A value in a form that is the same before and after it was in a file: the type that the column had in the home.
 * An enum becomes its text, since its order is not kept in every format.
 */
function typedValue(column: string, type: LogicalType): string {
  if (type.kind === 'enum' || type.kind === 'null') return `CAST(${column} AS VARCHAR)`;
  return `CAST(${column} AS ${typeName(type)})`;
}

/** A hash of a value that is not NULL. 0 and -0, which are equal, have two; all NaN have one. */
function hashOf(value: string, type: LogicalType): string {
  if (type.kind === 'float' || type.kind === 'double')
    return `CASE WHEN ${value} = 0 THEN hash(signbit(${value})) ELSE hash(${value}) END`;
  if (type.kind === 'enum' || hashedAsTheyAre.has(type.kind)) return `hash(${value})`;
  // some formats keep a document, but not its white space or how its numbers are spelled
  if (type.kind === 'json')
    return `hash(coalesce(CAST(TRY(json(${value})) AS VARCHAR), CAST(${value} AS VARCHAR)))`;
  // the engine gives [], [NULL] and NULL one hash, but three texts
  if (type.kind === 'union') return `hash(union_tag(${value})::VARCHAR, CAST(${value} AS VARCHAR))`;
  return `hash(CAST(${value} AS VARCHAR))`;
}

/** One row for some rows: sums that can be added up. `n`, `r`, `q`; of column i `n<i>`, `s<i>`, `x<i>`, `a<i>`, `b<i>`. */
function partialSql(sql: string, schema: Schema): string {
  const names = schema.map((_, i) => `c${i}`);
  const values = schema.map(({ type }, i) => `${typedValue(`c${i}`, type)} AS v${i}`);
  const hashes = schema.map(
    ({ type }, i) => `CASE WHEN v${i} IS NULL THEN NULL ELSE ${hashOf(`v${i}`, type)} END AS h${i}`,
  );
  const sums = schema.flatMap(({ type }, i) => {
    // 0 and -0 are equal, so which of them is found first must not matter
    const ordered = type.kind === 'float' || type.kind === 'double' ? `v${i} + 0` : `v${i}`;
    const [least, greatest] = unordered.has(type.kind)
      ? ['NULL::VARCHAR', 'NULL::VARCHAR']
      : [`min(${ordered})`, `max(${ordered})`];
    return [
      `count(h${i}) AS n${i}, sum(h${i}) AS s${i}, bit_xor(h${i}) AS x${i}`,
      `${least} AS a${i}, ${greatest} AS b${i}`,
    ];
  });
  const row = `hash(${schema.map((_, i) => `h${i}`).join(', ')})`;
  return `SELECT count(*) AS n, sum(r) AS s, bit_xor(r) AS x, ${sums.join(', ')}
    FROM (SELECT *, ${row} AS r FROM (SELECT *, ${hashes.join(', ')}
      FROM (SELECT ${values.join(', ')} FROM (${sql}\n) AS relation(${names.join(', ')}))))`;
}

/** The sum of such rows. */
function totalSql(partials: string, schema: Schema): string {
  const columns = schema.map(
    (_, i) =>
      `sum(n${i}), sum(s${i}), bit_xor(x${i}), CAST(min(a${i}) AS VARCHAR), CAST(max(b${i}) AS VARCHAR)`,
  );
  return `SELECT sum(n), sum(s), bit_xor(x), ${columns.join(', ')} FROM (${partials}\n)`;
}

/** The fingerprint of a relation's rows, in one pass. `schema`: the types to look at the values as. */
export async function fingerprintOf(
  session: EngineSession,
  sql: string,
  schema: Schema,
  options: StatementOptions = {},
): Promise<Fingerprint> {
  const [row = []] = await session.rows(totalSql(partialSql(sql, schema), schema), options);
  return read(row, schema);
}

function read(row: readonly (string | null)[], schema: Schema): Fingerprint {
  const rows = Number(row[0] ?? 0);
  const columns = schema.map(({ name }, i): ColumnFingerprint => {
    const [count, sum, xor, min, max] = row.slice(3 + 5 * i, 8 + 5 * i);
    const values = Number(count ?? 0);
    return {
      name,
      count: values,
      nulls: rows - values,
      min: cut(min),
      max: cut(max),
      hash: hex(sum) + hex(xor),
    };
  });
  return { by: 'values', rows, hash: hex(row[1]) + hex(row[2]), columns };
}

const cut = (text: string | null | undefined): string | null =>
  text == null ? null : [...text.slice(0, 2 * longestText)].slice(0, longestText).join('');

const hex = (number: string | null | undefined): string =>
  BigInt.asUintN(64, BigInt(number ?? 0))
    .toString(16)
    .padStart(16, '0');

/** The fingerprint of rows that come as batches. Closed by whoever opened it. */
export class BatchFingerprint {
  readonly #session: EngineSession;
  readonly #schema: Schema;
  /** Holds one row for each batch. */
  readonly #sums: string;
  #table: EngineTable | null = null;
  static #opened = 0;

  constructor(session: EngineSession, schema: Schema) {
    this.#session = session;
    this.#schema = schema;
    BatchFingerprint.#opened += 1;
    this.#sums = `hygge_sums_${BatchFingerprint.#opened}`;
  }

  async add(batch: Batch): Promise<void> {
    const first = this.#table === null;
    this.#table ??= await this.#session.table(this.#schema);
    await this.#table.append(batch);
    const { sql } = await this.#table.relation();
    const into = first ? `CREATE TEMP TABLE ${this.#sums} AS` : `INSERT INTO ${this.#sums}`;
    await this.#session.run(`${into} ${partialSql(sql, this.#schema)}`);
    await this.#table.clear();
  }

  async end(): Promise<Fingerprint> {
    if (this.#table === null) return read([], this.#schema);
    const [row = []] = await this.#session.rows(totalSql(`SELECT * FROM ${this.#sums}`, this.#schema));
    return read(row, this.#schema);
  }

  async close(): Promise<void> {
    if (this.#table === null) return;
    await this.#session.run(`DROP TABLE IF EXISTS ${this.#sums}`);
    await this.#table.drop();
    this.#table = null;
  }
}
