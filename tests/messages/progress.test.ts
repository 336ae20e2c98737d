import { describe, expect, it } from 'vitest';
import { Events } from '../../src/core/events.js';
import { displayWidth } from '../../src/errors/text.js';
import { bar, fraction, type Progress, progressLine } from '../../src/messages/bar.js';
import { liveProgress } from '../../src/messages/index.js';
import { entityResult, plan, ref, Screen } from './helpers.js';

const progress = (parts: Partial<Progress> = {}): Progress => ({
  name: 'orders',
  rows: 1_200_000,
  totalRows: 3_000_000,
  bytes: 8_000_000,
  totalBytes: 20_000_000,
  elapsed: 4,
  ...parts,
});

describe('a line of progress', () => {
  it('has bar, share, rows, bytes, rate and time left', () => {
    expect(progressLine(progress(), 200, 6)).toBe(
      `orders  ${'█'.repeat(8)}${'░'.repeat(12)}   40 %  1,200,000 rows  8.00 MB  2.00 MB/s  6.0 s left`,
    );
  });

  it('leaves out what has no room, and fits whatever the width', () => {
    expect(progressLine(progress(), 40, 6)).toBe('orders   40 %  1,200,000 rows');
    for (let width = 1; width < 120; width++) {
      expect(displayWidth(progressLine(progress({ name: '東京の注文' }), width, 8))).toBeLessThanOrEqual(
        width,
      );
    }
  });

  it('goes without a bar where nobody knows the end', () => {
    expect(progressLine(progress({ totalRows: null, totalBytes: null, bytes: 0 }), 100, 6)).toBe(
      'orders  1,200,000 rows  300,000 rows/s',
    );
    expect(progressLine(progress({ rows: 0, totalRows: null, totalBytes: null, bytes: 0 }), 100, 6)).toBe(
      'orders  starting, 4.0 s',
    );
  });

  it('tells by bytes where rows do not move, and stays between 0 and 1', () => {
    expect(fraction(progress({ rows: 0 }))).toBe(0.4);
    expect(fraction(progress({ rows: 9_000_000 }))).toBe(1);
    expect(fraction(progress({ totalRows: 0, totalBytes: null }))).toBeNull();
    expect(bar(0, 4) + bar(1, 4)).toBe('░░░░████');
  });
});

describe('live progress', () => {
  function start({ columns = 100, rows = 24, verbose = false } = {}) {
    const events = new Events();
    const screen = new Screen(columns, rows);
    const clock = { now: 0 };
    const messenger = liveProgress(events, screen, { now: () => clock.now, interval: 0, verbose });
    return { events, screen, clock, messenger };
  }
  const report = (events: Events, index: number, total: number, rows: number) =>
    events.emit('flow.progress', {
      ref: ref(index, total),
      rows,
      total_rows: 100,
      bytes: 0,
      total_bytes: null,
    });

  it('keeps one line for each entity under way, and a line that stays for each that is done', () => {
    const { events, screen, clock } = start();
    events.emit('run.started', { run_id: '1', project: 'cosy', entities: 2 });
    events.emit('flow.started', { ref: ref(1, 2) });
    events.emit('flow.started', { ref: ref(2, 2) });
    clock.now = 2000;
    report(events, 1, 2, 50);
    report(events, 2, 2, 10);
    report(events, 1, 2, 60);
    expect(screen.shown).toEqual([
      `flow_1  ${'█'.repeat(12)}${'░'.repeat(8)}   60 %  60 rows  30 rows/s  1.0 s left`,
      `flow_2  ${'█'.repeat(2)}${'░'.repeat(18)}   10 %  10 rows  5 rows/s  18.0 s left`,
      '0 of 2 entities done · 70 rows · 2.0 s',
    ]);
    events.emit('flow.finished', { ref: ref(1, 2), result: entityResult({ rows: 100 }), error: null });
    expect(screen.shown[0]).toBe('[1 of 2] flow_1: settled, 100 rows in 2.0 s (50 rows/s, engine)');
    expect(screen.shown[2]).toBe('1 of 2 entities done · 110 rows · 2.0 s');
    expect(screen.shown).toHaveLength(3);
  });

  it('leaves nothing that moves when it is stopped', () => {
    const { events, screen, messenger } = start();
    events.emit('flow.started', { ref: ref(1, 1) });
    events.emit('flow.notice', { ref: ref(1, 1), message: 'swept what a dead run left' });
    messenger.say('Stopping');
    expect(screen.shown).toHaveLength(3);
    messenger.stop();
    expect(screen.shown).toEqual(['[1 of 1] flow_1: note: swept what a dead run left', 'Stopping']);
    events.emit('flow.started', { ref: ref(1, 1) });
    expect(screen.shown).toHaveLength(2);
  });

  it('is bounded, whatever the number of entities, and fits the screen', () => {
    for (const [columns, rows] of [
      [100, 24],
      [30, 6],
      [12, 4],
    ] as const) {
      const { events, screen } = start({ columns, rows });
      for (let i = 1; i <= 50; i++) events.emit('flow.started', { ref: ref(i, 50) });
      for (let i = 1; i <= 50; i++) report(events, i, 50, i);
      expect(screen.shown.length).toBeLessThan(rows);
      for (const line of screen.shown) expect(displayWidth(line)).toBeLessThan(columns);
    }
  });

  it('erases what a narrower terminal has wrapped', () => {
    const { events, screen, messenger, clock } = start();
    events.emit('flow.started', { ref: ref(1, 1) });
    clock.now = 2000;
    report(events, 1, 1, 40);
    const lines = Math.ceil(displayWidth(screen.shown[0] ?? '') / 40);
    expect(lines).toBe(2);
    const before = screen.written.length;
    screen.narrowTo(40);
    messenger.stop();
    expect(screen.written.slice(before)).toBe(`\u001b[${lines}A\u001b[0J`);
    expect(screen.shown).toEqual([]);
  });

  it('lets successes go by unsaid in a large run, and says the rest', () => {
    const { events, screen, messenger } = start();
    for (let i = 1; i <= 500; i++) {
      events.emit('flow.started', { ref: ref(i, 500) });
      const status = i === 77 ? 'skip' : 'success';
      events.emit('flow.finished', { ref: ref(i, 500), result: entityResult({ status }), error: null });
    }
    messenger.stop();
    expect(screen.shown).toHaveLength(1);
    expect(screen.shown[0]).toContain('[77 of 500]');
  });

  it('says how an entity travels, above what moves, when it is verbose', () => {
    const { events, screen } = start({ verbose: true });
    events.emit('flow.started', { ref: ref(1, 1) });
    events.emit('flow.planned', { ref: ref(1, 1), plan: plan() });
    expect(screen.shown).toEqual([`[1 of 1] flow_1: ${plan().reason}`, 'flow_1  starting']);
  });
});
