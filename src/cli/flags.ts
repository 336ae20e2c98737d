import { InvalidArgumentError } from 'commander';
import { parseBytes } from '../config/memory.js';
import { parseSeconds } from '../config/seconds.js';
import type { Route } from '../core/capabilities.js';
import { fail } from '../errors/index.js';

/** Gathers a flag that may be repeated and takes commas: `-f a,b -f c` is a, b, c. */
export function list(value: string, before: readonly string[] = []): readonly string[] {
  const names = value
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.length === 0) throw new InvalidArgumentError('It needs at least one name.');
  return [...before, ...names];
}

/** Gathers a flag that may be repeated; commas are part of the value. */
export function each(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** A whole number from 1. */
export function positive(value: string): number {
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < 1 || !Number.isSafeInteger(number)) {
    throw new InvalidArgumentError('It must be a whole number from 1.');
  }
  return number;
}

/** A size: `500MB`, `1GiB`, or a number of bytes. */
export function size(value: string): number {
  const bytes = parseBytes(value);
  if (bytes === null) throw new InvalidArgumentError('It must be a size such as 128MB.');
  return bytes;
}

/** Seconds from 0: `30`, `30s`, `2m`. */
export function seconds(value: string): number {
  const parsed = parseSeconds(value);
  if (parsed === null) throw new InvalidArgumentError('It must be seconds, or a time such as 30s or 2m.');
  return parsed;
}

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** A moment: a date or time as in ISO 8601, or how long ago (`90m`, `2h`, `7d`, `1w`). */
export function since(value: string): Date {
  const ago = /^(\d+)\s*([smhdw])$/.exec(value);
  const moment = ago
    ? new Date(Date.now() - Number(ago[1]) * (units[ago[2] ?? 's'] ?? 1) * 1000)
    : new Date(/^\d{4}-\d{2}-\d{2}/.test(value) ? value : Number.NaN);
  if (Number.isNaN(moment.getTime())) {
    throw new InvalidArgumentError('It must be a time such as 2h, 7d, 2026-01-31 or 2026-01-31T08:00.');
  }
  return moment;
}

/** The flags that choose and shape what runs, as commander gives them. */
export interface RunFlags {
  readonly flow?: readonly string[];
  readonly entity?: readonly string[];
  readonly incremental?: boolean;
  readonly fullDrop?: boolean;
  readonly concurrency?: number;
  readonly var?: readonly string[];
  readonly route?: Route;
  readonly from?: string;
  readonly to?: string;
  readonly limit?: number;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** The run type that -i or -d ask for; undefined where neither does. Both is an error. */
export function runTypeOf(flags: RunFlags): 'full_drop' | 'incremental' | undefined {
  if (flags.incremental === true && flags.fullDrop === true) {
    throw fail('USAGE', {
      reason: '--incremental (-i) and --full-drop (-d) exclude one another',
      hint: '-i appends what is new, -d replaces what the store holds. Give one of them, or neither to follow run_type.',
    });
  }
  if (flags.incremental === true) return 'incremental';
  return flags.fullDrop === true ? 'full_drop' : undefined;
}
