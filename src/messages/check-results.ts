import type { CheckResult, Contract } from '../core/contract.js';
import type { EntityResult } from '../core/result.js';
import { oneLine, type Paint } from '../errors/text.js';
import { quoted } from './command-line.js';
import { count, counted, shortPath } from './format.js';
import type { Output } from './output.js';
import { tableLines } from './table.js';

/** Rows of a failed check that a summary shows, at most; `--json` has up to 20. */
const mostRows = 20;

const marks = {
  passed: (brush: Paint) => brush.good('✓'),
  failed: (brush: Paint) => brush.bad('✗'),
  warned: (brush: Paint) => brush.warn('!'),
  quarantined: (brush: Paint) => brush.warn('→'),
} as const;

const outcomes = {
  passed: '',
  failed: '',
  warned: ', a warning',
  quarantined: ', put aside',
} as const;

/** Some checks, a line each, and the rows that break them below. `all`: also those that passed. */
export function checkLines(
  checks: readonly CheckResult[],
  output: Output,
  brush: Paint,
  options: { readonly all: boolean },
): string[] {
  const shown = checks.filter(({ status }) => options.all || status !== 'passed');
  return shown.flatMap(({ name, status, found, violations, sample }) => {
    const head = `${marks[status](brush)} ${brush.strong(oneLine(name))}`;
    const said = status === 'passed' && violations !== null ? '' : `  ${oneLine(found)}${outcomes[status]}`;
    if (sample === null || sample.rows.length === 0) return [`${head}${said}`];
    const columns = sample.columns.map((title) => ({ title: oneLine(title), cuts: true }));
    const rows = sample.rows.slice(0, mostRows).map((row) => row.map((value) => value ?? 'NULL'));
    const width = output.columns === null ? null : Math.max(20, output.columns - 6);
    const lines = tableLines(columns, rows, width, brush.faint).map((line) => `    ${line}`);
    const more = (violations ?? 0) - rows.length;
    return [
      `${head}${said}`,
      ...lines,
      ...(more > 0 ? [brush.faint(`    … and ${counted(more, 'more row', 'more rows')}`)] : []),
    ];
  });
}

/** What the contracts of some entities found: those that something is to be said of. */
export function contractText(
  flows: readonly EntityResult[],
  output: Output,
  brush: Paint,
  { cwd, path }: { readonly cwd: string; readonly path?: string | undefined },
): string {
  const blocks = flows.flatMap(({ name, checks = [], rows_quarantined: aside = 0, quarantine = null }) => {
    const lines = checkLines(checks, output, brush, { all: false });
    if (lines.length === 0) return [];
    const good = checks.filter(({ status }) => status === 'passed').length;
    const title = `${brush.strong(oneLine(name))}: ${count(good)} of ${counted(checks.length, 'check')} passed`;
    const where =
      quarantine === null
        ? []
        : [
            `${counted(aside, 'row was', 'rows were')} put aside in ${oneLine(shortPath(quarantine, cwd))}; see: hygge quarantine show ${[name, ...(path === undefined ? [] : [path])].map(quoted).join(' ')}`,
          ];
    return [[title, ...[...lines, ...where].map((line) => `  ${line}`)].join('\n')];
  });
  return blocks.join('\n\n');
}

/** What a contract asks, in a few words: `12 checks of 5 columns, 2 of the whole; on failure: quarantine, fail`. */
export function contractLine({ checks, columns }: Contract): string {
  const named = new Set([
    ...columns,
    ...checks.flatMap((check) =>
      'column' in check ? [check.column] : 'columns' in check ? check.columns : [],
    ),
  ]);
  const outcomes = [...new Set(checks.map(({ on_fail }) => on_fail))];
  const over = named.size === 0 ? '' : ` over ${counted(named.size, 'column')}`;
  const ends = outcomes.length === 0 ? '' : `; what breaks them: ${outcomes.join(', ')}`;
  return `${counted(checks.length, 'check')}${over}${ends}`;
}
