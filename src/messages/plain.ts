import type { Events } from '../core/events.js';
import { oneLine, paint } from '../errors/text.js';
import { count, counted, duration } from './format.js';
import { entityLabel, outcomeLine } from './lines.js';
import type { Messenger, Output } from './output.js';

export interface PlainOptions {
  /** Also says how each entity travels. Default: false. */
  readonly verbose?: boolean;
  /** Milliseconds, from any start. Default: the process's own clock. */
  readonly now?: () => number;
}

/** Rows between two lines about one entity. */
const milestone = 1_000_000;

/**
 * Tells of a run in plain lines, for pipes, logs and CI: one as each entity starts, one for every million rows, one
 * as it ends. Nothing moves the cursor.
 */
export function plainMessages(events: Events, output: Output, options: PlainOptions = {}): Messenger {
  const now = options.now ?? (() => performance.now());
  const brush = paint(output.color);
  const running = new Map<number, { readonly since: number; milestones: number }>();
  const say = (line: string): void => output.write(`${line}\n`);

  const stops = [
    events.on('run.started', (event) => {
      say(
        `${brush.strong(oneLine(event.project))}: ${counted(event.entities, 'entity', 'entities')} to move`,
      );
    }),
    events.on('flow.started', ({ ref }) => {
      running.set(ref.index, { since: now(), milestones: 0 });
      say(`${entityLabel(ref, brush)} started`);
    }),
    events.on('flow.planned', ({ ref, plan }) => {
      if (options.verbose === true) {
        say(`${entityLabel(ref, brush)} ${plan.route} route: ${oneLine(plan.reason)}`);
      }
      for (const warning of plan.warnings) {
        say(`${entityLabel(ref, brush)} ${brush.warn('note:')} ${oneLine(warning)}`);
      }
    }),
    events.on('flow.progress', ({ ref, rows, total_rows }) => {
      const state = running.get(ref.index);
      const reached = Math.floor(rows / milestone);
      if (state === undefined || reached <= state.milestones) return;
      state.milestones = reached;
      const of = total_rows === null ? '' : ` of ${count(total_rows)}`;
      const seconds = (now() - state.since) / 1000;
      say(`${entityLabel(ref, brush)} ${count(reached * milestone)}${of} rows after ${duration(seconds)}`);
    }),
    events.on('flow.notice', ({ ref, message }) => {
      say(`${entityLabel(ref, brush)} ${brush.warn('note:')} ${oneLine(message)}`);
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
