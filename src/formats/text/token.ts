import { type LogicalType, typeName, wholeKinds } from '../../core/types.js';
import * as kinds from './token-kinds.js';

/**
 * What bytes of a value may look like, so that the engine's own cast gives just what is written. A text that looks otherwise
 * may still be a value, but not one that is taken unseen.
 */
export interface Token {
  /** One of those in token-kinds.ts. */
  readonly kind: number;
  /** Decimals: digits behind the point that count; times: those of a second. */
  readonly places: number;
  /** Decimals: digits before the point, where there is one; floating point: characters; at most. */
  readonly most: number;
  /**
   * Whether it has to look like nothing else, as where its type was found out: no leading zeros, no negative one, no digits
   * behind those that count, no zone left out, and among values of JSON no number for a text.
   */
  readonly isStrict: boolean;
  /** The type that the engine is to read; null: it reads a text, which is looked at more closely afterwards. */
  readonly reads: string | null;
}

/** More digits than there are anywhere. */
const unbounded = 1_000_000_000;

/** Anything, as text. */
export const textToken: Token = {
  kind: kinds.anyToken,
  places: 0,
  most: unbounded,
  isStrict: false,
  reads: null,
};

const places = { timestamp_s: 0, timestamp_ms: 3, timestamp: 6, timestamp_ns: 9, timestamptz: 6 } as const;
const whole: ReadonlySet<string> = new Set(wholeKinds);

/**
 * What values of a type look like whose texts the engine casts itself; for a type that it does not, any text.
 * @param isStrict see {@link Token}
 */
export function tokenOf(type: LogicalType, isStrict = false): Token {
  const token = (kind: number, count = 0, most = unbounded): Token => ({
    kind,
    places: count,
    most,
    isStrict,
    reads: typeName(type),
  });
  if (whole.has(type.kind)) return token(kinds.wholeToken);
  switch (type.kind) {
    case 'decimal':
      return token(kinds.decimalToken, type.scale);
    case 'double':
      return token(kinds.floatToken, 0, isStrict ? kinds.keptDigits : unbounded);
    case 'boolean':
      return token(kinds.booleanToken);
    case 'date':
      return token(kinds.dateToken);
    case 'time':
      return token(kinds.timeToken, 6);
    case 'timestamp':
    case 'timestamp_s':
    case 'timestamp_ms':
    case 'timestamp_ns':
      return token(kinds.stampToken, places[type.kind]);
    case 'timestamptz':
      return token(kinds.zonedToken, places[type.kind]);
    default:
      return textToken;
  }
}
