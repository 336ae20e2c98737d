import type { EntityRef, Events } from '../core/events.js';
import { displayWidth, oneLine, paint, shorten } from '../errors/text.js';
import { nameColumn, type Progress, progressLine } from './bar.js';
import { count, counted, duration } from './format.js';
import { entityLabel, noticeLine, outcomeLine, retryLine } from './lines.js';
import { LiveBlock } from './live-block.js';
import type { Messenger, Output } from './output.js';

export interface ProgressOptions {
  /** Also says how each entity travels. Default: false. */
  readonly verbose?: boolean;
  /** Milliseconds, from any start. Default: the process's own clock. */
  readonly now?: () => number;
  /** Milliseconds between two drawings. Default: 100. 0: only as things happen. */
  readonly interval?: number;
}

/** Lines about entities under way, at most; the screen may allow fewer. */
const mostLines = 8;
/** In a run of more entities than this, only those that did not succeed get a line that stays. */
const manyEntities = 100;

interface Running {
  readonly ref: EntityRef;
  readonly since: number;
  rows: number;
  totalRows: number | null;
  bytes: number;
  totalBytes: number | null;
}

/**
 * Shows a run on a terminal: a line that moves for each entity under way, one line for all, and a line that stays
 * for each that is done.
 */
export function liveProgress(events: Events, output: Output, options: ProgressOptions = {}): Messenger {
  const now = options.now ?? (() => performance.now());
  const brush = paint(output.color);
  const block = new LiveBlock(output);
  const running = new Map<number, Running>();
  const start = now();
  let total = 0;
  let finished = 0;
  let failed = 0;
  let rowsFinished = 0;
  let lastDrawn = Number.NEGATIVE_INFINITY;

  const lines = (): { text: string; width: number }[] => {
    // The last column stays free: some terminals wrap when it is filled.
    const width = Math.max(10, (output.columns ?? 80) - 1);
    const room = Math.max(1, Math.min(mostLines, (output.rows ?? 24) - 3));
    const all = [...running.values()];
    const shown = all.length > room ? all.slice(0, Math.max(1, room - 1)) : all;
    const names = nameColumn(
      shown.map((entity) => entity.ref.name),
      width,
    );
    const texts = shown.map((entity) => progressLine(progressOf(entity, now()), width, names));
    if (all.length > shown.length) texts.push(`… and ${count(all.length - shown.length)} more under way`);
    const rows = all.reduce((sum, entity) => sum + entity.rows, rowsFinished);
    const sum = [
      `${count(finished)} of ${counted(total, 'entity', 'entities')} done`,
      ...(failed > 0 ? [`${count(failed)} failed`] : []),
      counted(rows, 'row'),
      duration((now() - start) / 1000),
    ].join(' · ');
    const plain = (text: string): { text: string; width: number } => ({ text, width: displayWidth(text) });
    const last = plain(shorten(sum, width));
    return [
      ...texts.map((text) => plain(shorten(text, width))),
      ...(total > 1 ? [{ ...last, text: brush.faint(last.text) }] : []),
    ];
  };

  const draw = (): void => {
    lastDrawn = now();
    if (running.size > 0) block.draw(lines());
  };
  const drawSoon = (): void => {
    if (now() - lastDrawn >= (options.interval ?? 100)) draw();
  };
  const say = (text: string): void => {
    block.above(`${text}\n`);
    draw();
  };
  const timer = options.interval === 0 ? null : setInterval(draw, options.interval ?? 100);
  timer?.unref();

  const stops = [
    events.on('run.started', (event) => {
      total = event.entities;
    }),
    events.on('run.notice', ({ message }) => {
      say(noticeLine(message, brush));
    }),
    events.on('flow.started', ({ ref }) => {
      total = ref.total;
      running.set(ref.index, { ref, since: now(), rows: 0, totalRows: null, bytes: 0, totalBytes: null });
      drawSoon();
    }),
    events.on('flow.planned', ({ ref, plan }) => {
      if (options.verbose === true) say(`${entityLabel(ref, brush)} ${oneLine(plan.reason)}`);
    }),
    events.on('flow.progress', ({ ref, rows, total_rows, bytes, total_bytes }) => {
      const entity = running.get(ref.index);
      if (entity === undefined) return;
      Object.assign(entity, { rows, totalRows: total_rows, bytes, totalBytes: total_bytes });
      drawSoon();
    }),
    events.on('flow.notice', ({ ref, message }) => {
      say(`${entityLabel(ref, brush)} ${brush.warn('note:')} ${oneLine(message)}`);
    }),
    events.on('flow.retrying', (event) => {
      const entity = running.get(event.ref.index);
      if (entity !== undefined) Object.assign(entity, { rows: 0, bytes: 0 });
      say(retryLine(event, brush));
    }),
    events.on('flow.finished', ({ ref, result }) => {
      running.delete(ref.index);
      finished++;
      if (result.status === 'fail') failed++;
      rowsFinished += result.rows;
      if (result.status !== 'success' || ref.total <= manyEntities) say(outcomeLine(ref, result, brush));
      else drawSoon();
      if (running.size === 0) block.clear();
    }),
  ];
  return {
    say,
    stop: () => {
      for (const stop of stops) stop();
      if (timer !== null) clearInterval(timer);
      block.clear();
    },
  };
}

const progressOf = (entity: Running, now: number): Progress => ({
  name: entity.ref.name,
  rows: entity.rows,
  totalRows: entity.totalRows,
  bytes: entity.bytes,
  totalBytes: entity.totalBytes,
  elapsed: (now - entity.since) / 1000,
});
