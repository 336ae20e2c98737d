import type { Check, TableRule } from '../../core/contract.js';
import { shareText } from '../../core/share.js';

/** What the checks of the whole are held against. */
export interface Whole {
  readonly rows: number;
  /** Rows of the last run that published; null where there was none. */
  readonly before: number | null;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What one pass over the rows has told of a check of the whole. */
export interface Told {
  /** Of `completeness`: values that are not NULL. Of `uniqueness`: values without a NULL, and different ones. */
  readonly some: number;
  readonly different: number;
  /** Of `freshness`: the latest value, as the engine's text and in seconds since 1970; null: there is none. */
  readonly latest: { readonly text: string; readonly epoch: number } | null;
  /** Of `type`: that of the column, and whether it is the one that is asked for. */
  readonly type: { readonly name: string; readonly same: boolean } | null;
}

const number = (value: number): string => value.toString().replace(/\B(?=(\d{3})+(?!\d))/g, ',');
export const rowsText = (rows: number): string => `${number(rows)} ${rows === 1 ? 'row' : 'rows'}`;

/** How many of all rows break a check, in words. */
export function violationsText(violations: number, rows: number): string {
  if (violations === 0) return 'no row';
  return `${number(violations)} of ${rowsText(rows)} (${shareText(violations / rows)})`;
}

/** Whether the whole is as a check wants it, and what was found, in words. */
export function judge(
  check: Check<TableRule>,
  { rows, before, now }: Whole,
  told: Told,
): { readonly good: boolean; readonly found: string } {
  switch (check.kind) {
    case 'type':
      return { good: told.type?.same === true, found: `it is ${told.type?.name ?? 'not there'}` };
    case 'min_rows':
      return { good: rows >= check.rows, found: rowsText(rows) };
    case 'max_rows':
      return { good: rows <= check.rows, found: rowsText(rows) };
    case 'max_drop':
    case 'max_growth': {
      if (before === null) return { good: true, found: `${rowsText(rows)}, and no run before` };
      const found = `${rowsText(rows)}, and ${number(before)} last time`;
      const limit = before * (check.kind === 'max_drop' ? 1 - check.share : 1 + check.share);
      // a share of a whole number of rows is not always one in floating point
      const slack = before * 1e-12;
      const good = check.kind === 'max_drop' ? rows >= limit - slack : rows <= limit + slack;
      return { good, found };
    }
    case 'freshness': {
      if (told.latest === null) return { good: false, found: 'there is no value' };
      const age = now / 1000 - told.latest.epoch;
      return { good: age <= check.max_age, found: `the latest is ${told.latest.text}, ${ageText(age)}` };
    }
    case 'completeness': {
      const share = rows === 0 ? 1 : told.some / rows;
      return { good: share >= check.at_least, found: `${shareText(share)} of ${rowsText(rows)}` };
    }
    case 'uniqueness': {
      const share = told.some === 0 ? 1 : told.different / told.some;
      return {
        good: share >= check.at_least,
        found: `${number(told.different)} different of ${number(told.some)} values (${shareText(share)})`,
      };
    }
  }
}

/** How old something is, in the largest unit that says it well. */
function ageText(seconds: number): string {
  if (seconds < 0) return 'in the future';
  const units: readonly (readonly [string, number])[] = [
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
    ['second', 1],
  ];
  const [unit, size] = units.find(([, size]) => seconds >= 2 * size) ?? (['second', 1] as const);
  const amount = Math.floor(seconds / size);
  return `${number(amount)} ${unit}${amount === 1 ? '' : 's'} old`;
}
