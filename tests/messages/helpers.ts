import type { EntityRef } from '../../src/core/events.js';
import type { Plan } from '../../src/core/plan.js';
import type { EntityResult, RunResult } from '../../src/core/result.js';
import type { Output } from '../../src/messages/index.js';

/** An output that keeps what is written to it. */
export interface Captured extends Output {
  readonly text: () => string;
  readonly lines: () => string[];
  columns: number | null;
}

export function captured(parts: Partial<Output> = {}): Captured {
  let all = '';
  return {
    terminal: false,
    color: false,
    columns: null,
    rows: null,
    ...parts,
    write: (text) => {
      all += text;
    },
    text: () => all,
    lines: () => all.split('\n').slice(0, -1),
  };
}

/** A terminal as far as hygge uses one: it wraps, goes up, and erases what is below. */
export class Screen implements Output {
  readonly terminal = true;
  readonly color = false;
  columns: number;
  rows: number;
  /** All that was ever written to it. */
  written = '';
  #lines: string[] = [''];
  #row = 0;

  constructor(columns = 80, rows = 24) {
    this.columns = columns;
    this.rows = rows;
  }

  write(text: string): void {
    this.written += text;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the terminal's own
    for (const part of text.match(/\u001b\[\d+A|\u001b\[0J|\n|[^\u001b\n]+/g) ?? []) {
      if (part === '\n') {
        this.#row++;
        this.#lines[this.#row] ??= '';
      } else if (part === '\u001b[0J') {
        this.#lines = [...this.#lines.slice(0, this.#row), ''];
      } else if (part.startsWith('\u001b')) {
        this.#row -= Number(part.slice(2, -1));
        if (this.#row < 0) throw new Error('the cursor went above the first line');
      } else {
        const cells = [...part];
        for (let at = 0; at < cells.length; at += this.columns) {
          if (at > 0) this.#row++;
          this.#lines[this.#row] = cells.slice(at, at + this.columns).join('');
        }
      }
    }
  }

  /** Makes it narrower, and wraps what stands on it. */
  narrowTo(columns: number): void {
    const before = this.shown;
    const { written } = this;
    this.columns = columns;
    this.#lines = [''];
    this.#row = 0;
    this.write(before.map((line) => `${line}\n`).join(''));
    this.written = written;
  }

  /** What a person sees now. */
  get shown(): string[] {
    return this.#lines.at(-1) === '' ? this.#lines.slice(0, -1) : [...this.#lines];
  }
}

export const ref = (index: number, total: number, name = `flow_${index}`): EntityRef => ({
  name,
  flow: name,
  entity: null,
  index,
  total,
});

export function entityResult(parts: Partial<EntityResult> = {}): EntityResult {
  return {
    name: 'orders',
    flow: 'orders',
    entity: null,
    status: 'success',
    run_type: 'full_drop',
    route: 'engine',
    reason: 'both ends can be reached by the engine',
    rows: 1234,
    bytes_read: 5000,
    bytes_written: 4321,
    duration_s: 2,
    attempts: 1,
    files: ['/project/data/store/orders/1.parquet'],
    verified: { by: 'footers', rows: 1234 },
    peak_memory_bytes: 1,
    watermark: null,
    error: null,
    ...parts,
  };
}

export function runResult(flows: readonly EntityResult[], parts: Partial<RunResult> = {}): RunResult {
  return {
    run_id: '01abc',
    status: flows.some((flow) => flow.status === 'fail') ? 'fail' : 'success',
    started_at: '2026-01-31T08:00:00.000Z',
    finished_at: '2026-01-31T08:00:04.000Z',
    duration_s: 4,
    rows: flows.reduce((sum, flow) => sum + flow.rows, 0),
    flows,
    ...parts,
  };
}

export function plan(parts: Partial<Plan> = {}): Plan {
  const schema = [
    { name: 'id', type: { kind: 'bigint' }, nullable: false },
    { name: 'name', type: { kind: 'varchar' }, nullable: true },
  ] as const;
  return {
    version: 1,
    name: 'orders',
    flow: 'orders',
    entity: null,
    home: { type: 'parquet', path: '/project/data/home/orders' },
    store: { type: 'parquet', path: '/project/data/store/orders' },
    run_type: 'full_drop',
    mode: 'replace',
    route: 'engine',
    reason: 'both ends can be reached by the engine',
    schema,
    columns: null,
    added: [],
    where: null,
    limit: null,
    output: schema,
    schema_changes: [],
    settling: null,
    estimate: { rows: 3_000_000, bytes: 21_000_000, files: 2, exact: true },
    contents: { files: 0, rows: 0, bytes: 0, foreign: [] },
    watermark: null,
    contract: null,
    settings: { queue_size: 10, timeout: 300, verify: 'counts', retry: { attempts: 3, delay: 2 } },
    inferred: null,
    warnings: [],
    ...parts,
  };
}
