import type { LogicalType, Schema } from '../../core/types.js';
import { identifier, literal } from '../../engine/index.js';
import { readLines } from '../csv/dialect.js';
import { countRecords, longestRow, plainLines } from '../csv/scan.js';
import { compressionOf, type TextCompression } from '../text/compression.js';
import { jsonSpelling } from '../text/exact.js';
import { packedEnding } from '../text/keys.js';
import type { TextWriter } from '../text/store.js';
import { valuesOf } from '../text/typed.js';
import { textsOfLines } from './lines.js';

/** Writes rows as one JSON object a line: numbers with all their digits, NULL as null. */
export class NdjsonWriter implements TextWriter {
  readonly suffix: string;
  readonly #compression: TextCompression;
  /** Bytes in the longest line; null: the engine's own limit. */
  #maxLine: number | null = null;

  constructor({ compression }: { readonly compression: TextCompression }) {
    this.suffix = `.ndjson${packedEnding[compression]}`;
    this.#compression = compression;
  }

  copy(select: string, schema: Schema, path: string): string {
    const fields = schema.map(
      ({ name, type }) =>
        `${literal(`${JSON.stringify(name)}:`)}, coalesce(${jsonOf(identifier(name), type)}, 'null')`,
    );
    const line = `concat('{', ${fields.join(", ',', ")}, '}')`;
    return `COPY (SELECT ${line} AS line FROM (${select})) TO ${literal(path)} (${[
      'FORMAT csv',
      'HEADER false',
      "DELIMITER '\u0001'",
      "QUOTE ''",
      "ESCAPE ''",
      `COMPRESSION ${this.#compression}`,
    ].join(', ')})`;
  }

  read(paths: readonly string[], schema: Schema): string {
    const lines = readLines(paths, { compression: this.#compression, maxLine: this.#maxLine });
    return valuesOf({ select: textsOfLines(lines, schema, null), columns: schema, spelling: jsonSpelling });
  }

  async measure(paths: readonly string[]): Promise<void> {
    const files = paths.map((path) => ({ path, compression: this.#compression }));
    this.#maxLine = 1 + Math.max(this.#maxLine ?? 0, await longestRow(files, plainLines));
  }

  count(path: string, signal: AbortSignal): Promise<number> {
    // Files of earlier runs may be packed in another way.
    return countRecords({ path, compression: compressionOf(path, 'auto') }, plainLines, signal);
  }

  async readHeld(paths: readonly string[], schema: Schema): Promise<string> {
    return this.read(paths, schema);
  }
}

/** A value as JSON text; NULL for NULL. */
function jsonOf(value: string, type: LogicalType): string {
  const text = `CAST(${value} AS VARCHAR)`;
  switch (type.kind) {
    case 'boolean':
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
    case 'hugeint':
    case 'utinyint':
    case 'usmallint':
    case 'uinteger':
    case 'ubigint':
    case 'uhugeint':
    case 'bignum':
    case 'decimal':
      return text;
    case 'float':
    case 'double':
      return `CASE WHEN isfinite(${value}) THEN ${text} ELSE '"' || ${text} || '"' END`;
    case 'json':
      // White space between values may be a line end, which would end the row.
      return `translate(${text}, E'\\n\\r', '  ')`;
    case 'list':
    case 'array':
    case 'struct':
    case 'map':
      return `CAST(to_json(${value}) AS VARCHAR)`;
    default:
      return `CAST(to_json(${text}) AS VARCHAR)`;
  }
}
