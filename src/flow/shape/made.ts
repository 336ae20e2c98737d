import type { AddedColumn } from '../../core/shaping.js';
import type { LogicalType } from '../../core/types.js';
import { literal } from '../../engine/index.js';

/** A value that is made, as an expression of the engine, and its type. */
export interface Made {
  readonly value: string;
  readonly type: LogicalType;
}

/**
 * What an added column holds. `hidden`: the expression of a column of the home, as hidden as it settles; `now`: the
 * time of the run.
 */
export function madeValue(added: AddedColumn, hidden: (column: string) => string, now: Date): Made {
  switch (added.made) {
    case 'hash_id': {
      const texts = added.from_columns.map((column) => `coalesce(CAST(${hidden(column)} AS VARCHAR), '')`);
      const digest = `${added.algo}(encode(concat(${texts.join(", '|', ")})))`;
      return added.hex
        ? { value: digest, type: { kind: 'varchar' } }
        : { value: `unhex(${digest})`, type: { kind: 'blob' } };
    }
    case 'constant':
      return constantValue(added.value);
    case 'timestamp':
      return timestampValue(added, now);
  }
}

function constantValue(value: string | number | boolean | null): Made {
  if (value === null) return { value: 'CAST(NULL AS VARCHAR)', type: { kind: 'varchar' } };
  if (typeof value === 'string') return { value: literal(value), type: { kind: 'varchar' } };
  if (typeof value === 'boolean') return { value: String(value), type: { kind: 'boolean' } };
  if (!Number.isSafeInteger(value)) return { value: `CAST('${value}' AS DOUBLE)`, type: { kind: 'double' } };
  return value === (value | 0)
    ? { value: `CAST(${value} AS INTEGER)`, type: { kind: 'integer' } }
    : { value: `CAST(${value} AS BIGINT)`, type: { kind: 'bigint' } };
}

function timestampValue(
  { source, type, format }: AddedColumn & { readonly made: 'timestamp' },
  now: Date,
): Made {
  const isLocal = source === 'now_local';
  // What the clock on the wall shows, as if it were UTC.
  const shown = isLocal ? new Date(now.getTime() - now.getTimezoneOffset() * 60_000) : now;
  const iso = shown.toISOString().slice(0, -1);
  const local = { value: `CAST('${iso}' AS TIMESTAMP)`, type: { kind: 'timestamp' } } as const;
  if (type === 'string') {
    const text = format === null ? literal(isLocal ? iso : `${iso}+00:00`) : strftime(local.value, format);
    return { value: text, type: { kind: 'varchar' } };
  }
  return isLocal ? local : { value: `CAST('${iso}+00' AS TIMESTAMPTZ)`, type: { kind: 'timestamptz' } };
}

const strftime = (time: string, format: string): string => `strftime(${time}, ${literal(format)})`;
