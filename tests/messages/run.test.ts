import { describe, expect, it } from 'vitest';
import { Events } from '../../src/core/events.js';
import { fail } from '../../src/errors/index.js';
import { plainMessages, quietMessages, remember, summaryText } from '../../src/messages/index.js';
import { captured, entityResult, plan, ref, runResult } from './helpers.js';

const failure = fail('NOT_PARQUET', { path: '/project/x.parquet', reason: 'it is text' });
const failed = (name: string, parts = {}) =>
  entityResult({ name, flow: name, status: 'fail', rows: 0, error: failure.toJSON(), route: null, ...parts });

describe('plain lines', () => {
  it('tell of a run from its start to its end, with a line for each million rows', () => {
    const events = new Events();
    const output = captured();
    let clock = 0;
    plainMessages(events, output, { now: () => clock });
    const orders = ref(1, 2, 'orders');
    events.emit('run.started', { run_id: '1', project: 'cosy', entities: 2 });
    events.emit('flow.started', { ref: orders });
    events.emit('flow.planned', { ref: orders, plan: plan() });
    for (const rows of [400_000, 999_999, 1_000_000, 1_100_000, 3_400_000]) {
      clock += 500;
      events.emit('flow.progress', { ref: orders, rows, total_rows: 3_400_000, bytes: 0, total_bytes: null });
    }
    events.emit('flow.notice', { ref: orders, message: 'swept\nwhat a dead run left' });
    events.emit('flow.finished', { ref: orders, result: entityResult({ rows: 3_400_000 }), error: null });
    events.emit('flow.finished', { ref: ref(2, 2, 'tea'), result: failed('tea'), error: failure });
    expect(output.lines()).toEqual([
      'cosy: 2 entities to move',
      '[1 of 2] orders: started',
      '[1 of 2] orders: 1,000,000 of 3,400,000 rows after 1.5 s',
      '[1 of 2] orders: 3,000,000 of 3,400,000 rows after 2.5 s',
      '[1 of 2] orders: note: swept what a dead run left',
      '[1 of 2] orders: settled, 3,400,000 rows in 2.0 s (1,700,000 rows/s, engine)',
      '[2 of 2] tea: failed after 2.0 s: NOT_PARQUET  /project/x.parquet is not a parquet file: it is text',
    ]);
  });

  it.each([
    [300_000, false, ['1,000,000', '2,000,000']],
    [300_000, true, ['900,000', '1,800,000', '2,400,000']],
    [2_000_000, false, ['2,000,000']],
    ['odd', true, ['1,000,000', '2,000,000']],
  ])('come every so many rows as the home says: %j, verbose: %s', (row_multiplier, verbose, milestones) => {
    const events = new Events();
    const output = captured();
    plainMessages(events, output, { verbose, now: () => 0 });
    const one = ref(1, 1);
    events.emit('flow.started', { ref: one });
    events.emit('flow.planned', { ref: one, plan: plan({ home: { type: 'parquet', row_multiplier } }) });
    for (const rows of [1_000_000, 2_000_000, 2_400_000]) {
      events.emit('flow.progress', { ref: one, rows, total_rows: null, bytes: 0, total_bytes: null });
    }
    expect([...output.text().matchAll(/: ([\d,]+) rows after/g)].map((match) => match[1])).toEqual(
      milestones,
    );
  });

  it('say the route and its reason when verbose, and nothing after they were stopped', () => {
    const events = new Events();
    const output = captured();
    const messenger = plainMessages(events, output, { verbose: true });
    events.emit('flow.planned', { ref: ref(1, 1), plan: plan() });
    messenger.stop();
    events.emit('flow.planned', { ref: ref(1, 1), plan: plan() });
    expect(output.lines()).toEqual(['[1 of 1] flow_1: both ends can be reached by the engine']);
  });

  it('say why something was skipped', () => {
    const events = new Events();
    const output = captured();
    plainMessages(events, output);
    const result = entityResult({ status: 'skip', reason: 'tea failed before' });
    events.emit('flow.finished', { ref: ref(1, 1), result, error: null });
    expect(output.text()).toBe('[1 of 1] flow_1: skipped: tea failed before\n');
  });
});

describe('quiet', () => {
  it('tells of failures alone, with what to try', () => {
    const events = new Events();
    const output = captured();
    quietMessages(events, output);
    events.emit('run.started', { run_id: '1', project: 'cosy', entities: 2 });
    events.emit('flow.notice', { ref: ref(1, 2), message: 'swept' });
    events.emit('flow.finished', { ref: ref(1, 2), result: entityResult(), error: null });
    events.emit('flow.finished', { ref: ref(2, 2, 'tea'), result: failed('tea'), error: failure });
    expect(output.lines().slice(0, 2)).toEqual([
      '[2 of 2] tea:',
      '✗ NOT_PARQUET  /project/x.parquet is not a parquet file: it is text',
    ]);
    expect(output.text()).toContain('try:');
  });

  it('tells of notices too where the workspace wants warnings', () => {
    const events = new Events();
    const output = captured();
    quietMessages(events, output, { notices: true });
    events.emit('flow.notice', { ref: ref(1, 2), message: 'swept' });
    expect(output.text()).toBe('[1 of 2] flow_1: note: swept\n');
  });
});

describe('the summary', () => {
  const options = { cwd: '/project' };
  const nothing = { plans: new Map(), errors: new Map() };

  it('says what settled where', () => {
    const events = new Events();
    const memory = remember(events);
    events.emit('flow.planned', { ref: ref(1, 1, 'orders'), plan: plan() });
    expect(summaryText(runResult([entityResult()]), memory, captured(), options)).toBe(
      `
✓ It has settled
  1 passed · 0 failed · 0 skipped · 1,234 rows · 4.0 s · 309 rows/s

  orders  1,234 rows  4.32 kB  → data/store/orders
`,
    );
  });

  it('says what failed, why, and what to do next', () => {
    const events = new Events();
    const memory = remember(events);
    const flows = [
      entityResult(),
      failed('tea'),
      failed("it's", { flow: 'a b', entity: 'x' }),
      entityResult({ name: 'late', status: 'skip', rows: 0 }),
    ];
    events.emit('flow.finished', { ref: ref(2, 3, 'tea'), result: failed('tea'), error: failure });
    const text = summaryText(runResult(flows), memory, captured(), options);
    expect(text).toContain(
      '✗ 2 of 4 entities did not settle\n  1 passed · 2 failed · 1 skipped · 1,234 rows',
    );
    expect(text).toContain(
      'tea\n  ✗ NOT_PARQUET  /project/x.parquet is not a parquet file: it is text\n    try: ',
    );
    expect(text).toContain("hygge go --flow tea --entity 'a b.x'");
    expect(text).toContain('hygge debug');
  });

  it('proposes commands that find the workspace again', () => {
    const put = { quarantine: '/project/.hygge/quarantine/tea/1', rows_quarantined: 2 } as const;
    const check = {
      name: 'n is not null',
      kind: 'not_null',
      on_fail: 'quarantine',
      status: 'quarantined',
      rows: 9,
      violations: 2,
      found: '2 of 9 rows',
      sample: null,
    } as const;
    const flows = [failed('tea'), entityResult({ name: 'a b', checks: [check], ...put })];
    const where = { ...options, path: 'my flows.yml' };
    const text = summaryText(runResult(flows), nothing, captured(), where);
    expect(text).toContain("hygge go 'my flows.yml' --flow tea");
    expect(text).toContain("hygge debug 'my flows.yml'");
    expect(text).toContain("hygge quarantine show 'a b' 'my flows.yml'");
  });

  it('stays short when thousands failed', () => {
    const flows = Array.from({ length: 2000 }, (_, i) => failed(`f${i}`));
    const text = summaryText(runResult(flows), nothing, captured(), options);
    expect(text.split('\n').length).toBeLessThan(60);
    expect(text).toContain('… and 1,990 more');
    expect(text).toContain('\n  hygge go     runs what failed');
  });

  it('stays short when thousands settled', () => {
    const flows = Array.from({ length: 2000 }, (_, i) => entityResult({ name: `f${i}` }));
    const text = summaryText(runResult(flows), nothing, captured(), options);
    expect(text).toContain('✓ All 2,000 entities have settled');
    expect(text).toContain('… and 1,990 more');
    expect(text).toContain('→ data/store/orders');
  });

  it('does not call a stopped run a success', () => {
    const flows = [entityResult({ status: 'skip', rows: 0 })];
    const text = summaryText(runResult(flows, { status: 'fail' }), nothing, captured(), options);
    expect(text).toContain('✗ The run was stopped');
  });

  it('fits a narrow terminal', () => {
    const flows = [entityResult({ name: 'a'.repeat(90) })];
    const output = captured({ columns: 50 });
    const lines = summaryText(runResult(flows), nothing, output, options).split('\n');
    expect(lines.find((line) => line.includes('aaa'))?.length).toBeLessThanOrEqual(50);
  });
});
