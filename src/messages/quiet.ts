import type { Events } from '../core/events.js';
import { renderError } from '../errors/render.js';
import { oneLine, paint } from '../errors/text.js';
import { entityLabel, noticeLine, retryLine } from './lines.js';
import type { Messenger, Output } from './output.js';

export interface QuietOptions {
  /** Also tells of what a person should know that is no error. Default: false. */
  readonly notices?: boolean;
  /** With stack traces. Default: false. */
  readonly verbose?: boolean;
}

/** Tells of failures alone, in full, as they happen. */
export function quietMessages(events: Events, output: Output, options: QuietOptions = {}): Messenger {
  const brush = paint(output.color);
  const stops = [
    events.on('run.notice', ({ message }) => {
      if (options.notices === true) output.write(`${noticeLine(message, brush)}\n`);
    }),
    events.on('flow.notice', ({ ref, message }) => {
      if (options.notices !== true) return;
      output.write(`${entityLabel(ref, brush)} ${brush.warn('note:')} ${oneLine(message)}\n`);
    }),
    events.on('flow.retrying', (event) => {
      if (options.notices === true) output.write(`${retryLine(event, brush)}\n`);
    }),
    events.on('flow.finished', ({ ref, error }) => {
      if (error === null) return;
      const text = renderError(error, { color: output.color, verbose: options.verbose ?? false });
      output.write(`${entityLabel(ref, brush)}\n${text}\n`);
    }),
  ];
  return {
    say: () => {},
    stop: () => {
      for (const stop of stops) stop();
    },
  };
}
