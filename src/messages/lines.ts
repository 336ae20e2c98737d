import type { EntityRef, EventMap } from '../core/events.js';
import type { EntityResult } from '../core/result.js';
import { oneLine, type Paint } from '../errors/text.js';
import { count, counted, duration, rowRate } from './format.js';

/** `[3 of 12] name:` – which entity a line is about. */
export function entityLabel(ref: EntityRef, brush: Paint): string {
  return `${brush.faint(`[${count(ref.index)} of ${count(ref.total)}]`)} ${brush.strong(oneLine(ref.name))}:`;
}

/** Something that a person should know, about no entity in particular. */
export const noticeLine = (message: string, brush: Paint): string =>
  `${brush.warn('note:')} ${oneLine(message)}`;

/** What became of an entity, in one line. */
export function outcomeLine(ref: EntityRef, result: EntityResult, brush: Paint): string {
  const label = entityLabel(ref, brush);
  switch (result.status) {
    case 'success': {
      const rate = rowRate(result.rows, result.duration_s);
      const how = [rate, mergedText(result), asideText(result), result.route]
        .filter((part) => part !== null)
        .join(', ');
      const what = `settled, ${counted(result.rows, 'row')} in ${duration(result.duration_s)}`;
      return `${label} ${brush.good(what)}${how === '' ? '' : ` (${how})`}`;
    }
    case 'skip':
      return `${label} ${brush.warn('skipped')}${result.reason === null ? '' : `: ${oneLine(result.reason)}`}`;
    case 'fail':
      return `${label} ${brush.bad(`failed after ${duration(result.duration_s)}`)}${failureText(result)}`;
  }
}

/** What a merge did; null for everything else. */
function mergedText({ merged }: EntityResult): string | null {
  if (merged === undefined) return null;
  return `${count(merged.inserted)} inserted, ${count(merged.updated)} updated`;
}

/** How many rows were put aside; null where there are none. */
function asideText({ rows_quarantined = 0, rows_unreadable = 0 }: EntityResult): string | null {
  const rows = rows_quarantined + rows_unreadable;
  return rows === 0 ? null : `${count(rows)} put aside`;
}

/** That an entity is going to be tried again. */
export function retryLine(event: EventMap['flow.retrying'], brush: Paint): string {
  const { ref, attempt, attempts, pause_s: pause, error } = event;
  const what = `${error.code}  ${oneLine(error.message.split('\n')[0] ?? '')}`;
  const tries = `try ${attempt} of ${attempts} failed`;
  return `${entityLabel(ref, brush)} ${brush.warn(tries)}: ${what}; trying again in ${duration(pause)}`;
}

/** The code and the first line of what made an entity fail. */
export function failureText(result: EntityResult): string {
  if (result.error === null) return '';
  return `: ${result.error.code}  ${oneLine(result.error.message.split('\n')[0] ?? '')}`;
}
