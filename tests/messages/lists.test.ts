import { describe, expect, it } from 'vitest';
import { fail } from '../../src/errors/index.js';
import { displayWidth } from '../../src/errors/text.js';
import { laterColumns } from '../../src/journal/entry.js';
import type { JournalEntry } from '../../src/journal/index.js';
import { checksText } from '../../src/messages/checks.js';
import { plansText } from '../../src/messages/plans.js';
import { runsText, runText } from '../../src/messages/runs.js';
import { typesText } from '../../src/messages/types.js';
import { captured, plan } from './helpers.js';

const options = { cwd: '/project' };
const error = fail('NO_PARQUET_FILES', { path: '/project/data', found: [] });
const planned = (parts = {}) => [
  { name: 'orders', flow: 'orders', entity: null, plan: plan(parts), error: null },
];

describe('plans', () => {
  it('say everything that would happen', () => {
    const text = plansText(
      planned({
        columns: [
          { from: 'id', name: 'id' },
          { from: 'nm', name: 'name' },
        ],
        where: 'id > 3',
        contents: { files: 2, rows: 1000, bytes: 5000, foreign: [] },
        watermark: { column: 'updated_at', primary_key: ['id'], from: '2026-01-01', to: null },
        warnings: ['a foreign file stays'],
      }),
      captured(),
      options,
    );
    expect(text.split('\n')).toEqual([
      'orders',
      '  home       parquet  data/home/orders  (2 files, 3,000,000 rows, 21.0 MB)',
      '  store      parquet  data/store/orders  (holds 2 files, 1,000 rows, 5.00 kB)',
      '  run type   full_drop: 2 files, 1,000 rows, 5.00 kB will be replaced',
      '  route      both ends can be reached by the engine',
      '  columns    2 of 2: id, name (from nm)',
      '  where      id > 3',
      '  watermark  updated_at from 2026-01-01, primary key id',
      '  note       a foreign file stays',
      '',
      '1 entity would run: 3,000,000 rows, 21.0 MB. Nothing was written.',
      '',
    ]);
  });

  it('say what an empty store and an unknown amount are', () => {
    const estimate = { rows: null, bytes: null, files: null, exact: false };
    const text = plansText(planned({ estimate }), captured(), options);
    expect(text).toContain('(rows not known)');
    expect(text).toContain('(empty now)');
    expect(text).toContain('full_drop: what it will hold is new');
    const about = plansText(planned({ estimate: { ...estimate, rows: 5 } }), captured(), options);
    expect(about).toContain('(about 5 rows)');
  });

  it('name some of two thousand columns, or all with their types when verbose', () => {
    const wide = Array.from({ length: 2000 }, (_, i) => ({
      name: `c${i}`,
      type: { kind: 'double' } as const,
      nullable: true,
    }));
    const outcomes = planned({ schema: wide, output: wide });
    expect(plansText(outcomes, captured(), options)).toContain('all 2,000: c0, c1');
    expect(plansText(outcomes, captured(), options)).toContain('… and 1,988 more');
    expect(plansText(outcomes, captured(), { ...options, verbose: true })).toContain('c1999 DOUBLE');
    const lines = plansText(outcomes, captured({ columns: 60 }), options).split('\n');
    expect(Math.max(...lines.slice(0, -3).map(displayWidth))).toBeLessThanOrEqual(60);
  });

  it('say what stands in the way', () => {
    const failed = { name: 'tea', flow: 'tea', entity: null, plan: null, error };
    const text = plansText([...planned(), failed], captured(), options);
    expect(text).toContain('tea\n✗ NO_PARQUET_FILES  there are no parquet files in /project/data');
    expect(text).toContain('1 could not be planned. 1 entity would run');
  });
});

describe('checks', () => {
  const good = {
    name: 'orders',
    role: 'home',
    type: 'parquet',
    where: '/project/data/orders',
    ok: true,
    message: '2 files',
    error: null,
  } as const;

  it('have a line each, and how to mend what is wrong', () => {
    const bad = { ...good, role: 'store', ok: false, message: error.message, error } as const;
    const lines = checksText([good, bad], captured(), options).split('\n');
    expect(lines[0]).toBe('✓ orders home  parquet  data/orders  2 files');
    expect(lines[1]).toBe('✗ orders store  parquet  data/orders');
    expect(lines[2]).toBe('    ✗ NO_PARQUET_FILES  there are no parquet files in /project/data');
    expect(lines[3]).toMatch(/^ {6}try: /);
    expect(lines.at(-2)).toBe('1 of 2 checks failed.');
  });

  it('say that all is well', () => {
    expect(checksText([good], captured(), options)).toContain('The check passed. hygge go can run.');
  });
});

describe('the journal as a table', () => {
  const entry = (parts: Partial<JournalEntry>): JournalEntry => ({
    ...laterColumns,
    schema_version: 1,
    entity_run_id: 'e',
    coordinator_run_id: 'c',
    flow_run_id: 'f',
    coordinator: 'cosy',
    flow: 'orders',
    entity: null,
    name: 'orders',
    start_time: '2026-01-31T08:00:00.000Z',
    finish_time: '2026-01-31T08:00:02.000Z',
    status: 'success',
    run_type: 'full_drop',
    route: 'engine',
    row_count: 1234567,
    bytes_read: 10,
    bytes_written: 118_000_000,
    files: 1,
    duration: 2,
    primary_key: null,
    watermark_column: null,
    watermark_type: null,
    watermark: null,
    peak_memory_bytes: 1,
    hygge_version: '0.1.0',
    message: null,
    error_code: null,
    ...parts,
  });

  it('has a line for each run, and says when there are more', () => {
    const failed = entry({
      status: 'fail',
      route: null,
      row_count: 0,
      bytes_written: 0,
      error_code: 'NOT_PARQUET',
      message: 'it is text\nreally',
    });
    const lines = runsText([entry({}), failed], 7, captured()).split('\n');
    expect(lines[0]).toMatch(/^run +started +flow +status +run type +route +rows +written +time +message$/);
    expect(lines[1]).toMatch(
      /^c {4}2026-01-3\d \d\d:00:00 {2}orders {2}success {2}full_drop {2}engine {2}1,234,567 +118 MB {2}2\.0 s$/,
    );
    expect(lines[2]).toMatch(/fail +full_drop {2}– +0 +0 bytes {2}2\.0 s {2}NOT_PARQUET it is text$/);
    expect(lines.at(-2)).toBe('2 runs, the newest of 7; -n shows more.');
  });

  it('calls an undo an undo, and tells all of one run', () => {
    const undo = entry({ action: 'undo', undoes: 'c', message: 'run c was taken back' });
    expect(runsText([undo], 1, captured()).split('\n')[1]).toMatch(/orders {2}undo +full_drop/);
    const text = runText([entry({}), undo], captured());
    expect(text).toMatch(/^orders {2}success\n/);
    expect(text).toMatch(/\n\norders {2}undo\n/);
    expect(text).toMatch(/\n {2}row_count +1234567\n/);
    expect(text).toMatch(/\n {2}undoes +c\n/);
    expect(text).not.toContain('watermark_type');
  });

  it('fits the terminal', () => {
    const lines = runsText(
      [entry({ name: '🕯️'.repeat(60), message: 'x'.repeat(500) })],
      1,
      captured({ columns: 80 }),
    );
    for (const line of lines.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(80);
  });
});

describe('types', () => {
  it('are listed with their keys, defaults and meanings', () => {
    const keys = [
      { name: 'path', type: 'string', default: undefined, required: true, description: 'A file' },
      {
        name: 'batch_size',
        type: 'integer',
        default: 10000,
        required: false,
        description: 'Rows in a batch',
      },
    ];
    const text = typesText(
      { homes: [{ type: 'parquet', summary: 'Reads files', keys }], stores: [], connections: [] },
      captured(),
    );
    expect(text).toContain('Homes\n  parquet  Reads files\n');
    expect(text).toMatch(/path +string +required +A file\n/);
    expect(text).toMatch(/batch_size +integer +10000 +Rows in a batch\n/);
  });
});
