import type { Events } from '../core/events.js';
import type { Plan } from '../core/plan.js';
import { oneLine, paint } from '../errors/text.js';
import { count, counted, duration } from './format.js';
import { entityLabel, noticeLine, outcomeLine, retryLine } from './lines.js';
import type { Messenger, Output } from './output.js';

export interface PlainOptions {
  /** Also says how each entity travels. Default: false. */
  readonly verbose?: boolean;
  /** Milliseconds, from any start. Default: the process's own clock. */
  readonly now?: () => number;
}

/** Rows between two lines about one entity, unless its home says otherwise. */
const million = 1_000_000;

interface Milestones {
  readonly since: number;
  /** Rows from one to the next. */
  every: number;
  passed: number;
}

/**
 * Tells of a run in plain lines, for pipes, logs and CI: one as each entity starts, one for every million rows, one
 * as it ends. Nothing moves the cursor.
 */
export function plainMessages(events: Events, output: Output, options: PlainOptions = {}): Messenger {
  const now = options.now ?? (() => performance.now());
  const brush = paint(output.color);
  const running = new Map<number, Milestones>();
  const say = (line: string): void => output.write(`${line}\n`);

  const stops = [
    events.on('run.started', (event) => {
      say(
        `${brush.strong(oneLine(event.project))}: ${counted(event.entities, 'entity', 'entities')} to move`,
      );
    }),
    events.on('run.notice', ({ message }) => {
      say(noticeLine(message, brush));
    }),
    events.on('flow.started', ({ ref }) => {
      running.set(ref.index, { since: now(), every: million, passed: 0 });
      say(`${entityLabel(ref, brush)} started`);
    }),
    events.on('flow.planned', ({ ref, plan }) => {
      const state = running.get(ref.index);
      if (state !== undefined) state.every = rowsBetween(plan, options.verbose ?? false);
      if (options.verbose === true) {
        say(`${entityLabel(ref, brush)} ${oneLine(plan.reason)}`);
      }
    }),
    events.on('flow.progress', ({ ref, rows, total_rows }) => {
      const state = running.get(ref.index);
      if (state === undefined) return;
      const passed = Math.floor(rows / state.every);
      if (passed <= state.passed) return;
      state.passed = passed;
      const of = total_rows === null ? '' : ` of ${count(total_rows)}`;
      const seconds = (now() - state.since) / 1000;
      say(`${entityLabel(ref, brush)} ${count(passed * state.every)}${of} rows after ${duration(seconds)}`);
    }),
    events.on('flow.notice', ({ ref, message }) => {
      say(`${entityLabel(ref, brush)} ${brush.warn('note:')} ${oneLine(message)}`);
    }),
    events.on('flow.retrying', (event) => {
      const state = running.get(event.ref.index);
      if (state !== undefined) state.passed = 0;
      say(retryLine(event, brush));
    }),
    events.on('flow.finished', ({ ref, result }) => {
      running.delete(ref.index);
      say(outcomeLine(ref, result, brush));
    }),
  ];
  return {
    say,
    stop: () => {
      for (const stop of stops) stop();
    },
  };
}

/** A home's `row_multiplier` counts where it asks for fewer lines than one a million rows, or somebody wants more. */
function rowsBetween({ home }: Plan, verbose: boolean): number {
  const asked = home.row_multiplier;
  if (typeof asked !== 'number' || !(asked >= 1)) return million;
  return verbose ? asked : Math.max(asked, million);
}
