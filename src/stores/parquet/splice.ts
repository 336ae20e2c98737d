import type { Impossible, SourceFile } from '../../core/home.js';
import type { FilesPlan, FilesShape } from '../../core/store.js';
import {
  cutColumns,
  judgeRowGroups,
  parseCondition,
  settingOf,
  type Verdict,
  type WriteCodec,
} from '../../formats/parquet/index.js';
import { type Codec, type Footer, planSplice, type SplicePlan } from '../../parquet/index.js';

/** A part of the rows, in order: row groups to copy as they are, or rows of one file that the engine must look at. */
export type SpliceStep =
  | {
      readonly kind: 'copy';
      readonly plan: SplicePlan;
      /** Of the plan's inputs. */
      readonly footers: readonly Footer[];
      readonly checksums: boolean;
    }
  | {
      readonly kind: 'filter';
      readonly footer: Footer;
      readonly rowGroups: readonly number[];
      readonly checksums: boolean;
      readonly firstRow: number;
      readonly endRow: number;
      readonly codec: WriteCodec;
    };

/** A run of row groups of one file with one verdict. */
interface Run {
  readonly footer: Footer;
  readonly verdict: Exclude<Verdict, 'out'>;
  readonly groups: number[];
  readonly firstRow: number;
  endRow: number;
}

export interface SpliceWish extends FilesShape {
  /** The codec that was asked for; `keep` takes any. */
  readonly compression: string;
  readonly fileRows: number;
}

/** How files are copied into the store, from their footers alone; or why they cannot be. */
export function planFiles(files: readonly SourceFile[], wish: SpliceWish): FilesPlan | Impossible {
  if (files.some(({ format }) => format !== 'parquet'))
    return { impossible: 'the home does not give parquet files' };
  const footers = files.map(({ description }) => description as Footer);
  const checksums = files.every((file) => file.checksums !== false);
  const codec = otherCodec(footers, wish.compression);
  if (codec !== null)
    return { impossible: `compression changes from ${codec.toLowerCase()} to ${wish.compression}` };
  const runs = runsOf(footers, wish);
  if ('impossible' in runs) return runs;
  const steps: SpliceStep[] = [];
  const notes = new Set<string>();
  // Every output has the columns of all files, also where none of those that it is made of has them.
  const models = oneOfEachSchema(footers);
  const options = { columns: wish.columns ?? undefined, targetRows: wish.fileRows, models };
  // At least one copy, if need be of no row group: an empty result has the columns all the same.
  for (const group of joined(runs.length === 0 ? footers.slice(0, 1).map(noRows) : runs)) {
    const [first] = group;
    if (first?.verdict === 'straddles') {
      const { footer, groups, firstRow, endRow } = first;
      steps.push({
        kind: 'filter',
        footer,
        rowGroups: groups,
        checksums,
        firstRow,
        endRow,
        codec: settingOf(codecOf(footer)) ?? 'snappy',
      });
      continue;
    }
    const plan = planSplice(
      group.map(({ footer, groups }) => ({ footer, rowGroups: groups })),
      options,
    );
    if ('impossible' in plan) return plan;
    for (const note of plan.notes) notes.add(note);
    steps.push({ kind: 'copy', plan, footers: group.map(({ footer }) => footer), checksums });
  }
  let largest = 0;
  for (const { footer, groups } of runs) {
    for (const group of groups) largest = Math.max(largest, footer.rowGroups[group]?.rows ?? 0);
  }
  if (largest >= 2 * wish.fileRows) {
    notes.add(
      `row groups have up to ${largest.toLocaleString('en-US')} rows, and files end where they do; --route engine keeps to batch_size`,
    );
  }
  return summary(footers, runs, steps, wish, [...notes]);
}

/** A codec in the files that is not the one that was asked for; null where there is none. */
function otherCodec(footers: readonly Footer[], wanted: string): Codec | null {
  if (wanted === 'keep') return null;
  for (const footer of footers) {
    for (const group of footer.rowGroups) {
      const other = group.columns.find(({ codec }) => settingOf(codec) !== wanted);
      if (other !== undefined) return other.codec;
    }
  }
  return null;
}

/** Thousands of files of one writer share a schema in memory. */
function oneOfEachSchema(footers: readonly Footer[]): readonly Footer[] {
  const seen = new Set<Footer['schema']>();
  return footers.filter(({ schema }) => !seen.has(schema) && seen.add(schema));
}

const codecOf = (footer: Footer): Codec => footer.rowGroups[0]?.columns[0]?.codec ?? 'SNAPPY';

const noRows = (footer: Footer): Run => ({ footer, verdict: 'in', groups: [], firstRow: 0, endRow: 0 });

/** The row groups that are wanted, in order, neighbours of one file and one verdict together. */
function runsOf(footers: readonly Footer[], wish: SpliceWish): readonly Run[] | Impossible {
  const parts = [wish.where, wish.window].map((text) => (text === null ? [] : parseCondition(text)));
  if (parts.includes(null))
    return { impossible: 'where is not made of simple comparisons, so every row must be looked at' };
  const condition = parts.flatMap((part) => part ?? []);
  const runs: Run[] = [];
  let copied = 0;
  let filtered = 0;
  for (const footer of footers) {
    let row = 0;
    let last = null as Run | null;
    for (const [group, verdict] of judgeRowGroups(footer, wish.schema, condition).entries()) {
      const rows = footer.rowGroups[group]?.rows ?? 0;
      if (verdict === 'out') last = null;
      else if (last !== null && last.verdict === verdict) {
        last.groups.push(group);
        last.endRow = row + rows;
      } else {
        last = { footer, verdict, groups: [group], firstRow: row, endRow: row + rows };
        runs.push(last);
      }
      if (verdict === 'in') copied += rows;
      if (verdict === 'straddles') filtered += rows;
      row += rows;
    }
  }
  // Where most rows must be decoded anyway, one statement of the engine does it better than many.
  const cut = filtered > 0 ? footers.flatMap(cutColumns)[0] : undefined;
  if (cut !== undefined)
    return { impossible: `rows must be looked at, which would cut the nanoseconds of "${cut}"` };
  if (filtered > copied)
    return { impossible: 'statistics cannot tell for most rows whether they are wanted' };
  return runs;
}

/** Runs that are copied in one go: neighbours whose row groups all settle. */
function joined(runs: readonly Run[]): readonly (readonly Run[])[] {
  const groups: Run[][] = [];
  for (const run of runs) {
    const last = groups.at(-1);
    if (run.verdict === 'in' && last?.[0]?.verdict === 'in') last.push(run);
    else groups.push([run]);
  }
  return groups;
}

function summary(
  footers: readonly Footer[],
  runs: readonly Run[],
  steps: readonly SpliceStep[],
  wish: SpliceWish,
  notes: readonly string[],
): FilesPlan {
  const straddling = runs.filter(({ verdict }) => verdict === 'straddles');
  const copied = runs.reduce((sum, run) => sum + (run.verdict === 'in' ? run.groups.length : 0), 0);
  const groups = footers.reduce((sum, footer) => sum + footer.rowGroups.length, 0);
  const filtered = straddling.reduce((sum, run) => sum + run.groups.length, 0);
  const rows = steps.reduce((sum, step) => sum + (step.kind === 'copy' ? step.plan.rows : 0), 0);
  const bytes = steps.reduce((sum, step) => sum + (step.kind === 'copy' ? step.plan.data_bytes : 0), 0);
  const all = footers.reduce((sum, footer) => sum + footer.fileBytes, 0);
  const parts = [
    `${copied} of ${groups} row groups`,
    `${wish.columns?.length ?? wish.schema.length} of ${wish.schema.length} columns`,
    `${megabytes(bytes)} of ${megabytes(all)} will be copied`,
  ];
  const what =
    filtered === 1
      ? 'row group straddles the condition and goes'
      : 'row groups straddle the condition and go';
  const rest = filtered === 0 ? '' : `; ${filtered} ${what} through the engine`;
  return {
    reason: `spliced: ${parts.join(', ')}${rest}`,
    bytes,
    rows: straddling.length === 0 ? rows : null,
    notes,
    steps,
  };
}

function megabytes(bytes: number): string {
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}
