import type { EntityConfig } from '../core/entity-config.js';
import type { EntityResult } from '../core/result.js';
import { asRunRecord, type EarlierRun } from '../core/run-record.js';
import type { Compacted } from '../core/store.js';
import type { KeptWatermark } from '../core/watermark.js';
import type { FinishedRun, Recorder } from '../flow/index.js';
import type { Journal, JournalEntry } from '../journal/index.js';
import {
  compactEntry,
  journalEntry,
  lostEntry,
  recoveredEntry,
  skippedEntry,
  undoneEntry,
  watermarkEntry,
} from './record.js';

/** Keeps the journal of a project's runs. */
export class JournalRecorder implements Recorder {
  readonly #journal: Journal;
  readonly #project: string;
  readonly #runId: string;

  /** `runId`: the run that goes on now; what stores tell of it itself is not recorded as an earlier one. */
  constructor(journal: Journal, project: string, runId: string) {
    this.#journal = journal;
    this.#project = project;
    this.#runId = runId;
  }

  async finished(finished: FinishedRun): Promise<void> {
    await this.#journal.append(journalEntry(finished));
  }

  async skipped(config: EntityConfig, result: EntityResult): Promise<void> {
    await this.#journal.append(skippedEntry(this.#project, config, this.#runId, result));
  }

  async undone(config: EntityConfig, runId: string, record: unknown): Promise<void> {
    await this.#journal.append(undoneEntry(this.#project, config, { runId, undoing: this.#runId, record }));
  }

  /** Somebody set a watermark, or cleared it. */
  async watermark(config: EntityConfig, kept: KeptWatermark | null): Promise<void> {
    await this.#journal.append(watermarkEntry(this.#project, config, this.#runId, kept));
  }

  /** The files of a store were joined. */
  async compacted(config: EntityConfig, compacted: Compacted): Promise<void> {
    await this.#journal.append(compactEntry(this.#project, config, this.#runId, compacted));
  }

  /** Adds what the journal lacks. Gives the entries that were added. */
  async earlier(config: EntityConfig, runs: readonly EarlierRun[]): Promise<readonly JournalEntry[]> {
    const added: JournalEntry[] = [];
    for (const run of runs) {
      if (run.runId === null || run.runId === this.#runId) continue;
      const missing = [
        this.#missing(config, run, await this.#known(config, run)),
        await this.#compaction(config, run),
      ];
      for (const entry of missing) {
        if (entry === null) continue;
        await this.#journal.append(entry);
        added.push(entry);
      }
    }
    return added;
  }

  /** The entry of a compaction that published, and did not live to record it; null where there is none to add. */
  async #compaction(config: EntityConfig, { runId, record: kept, message }: EarlierRun) {
    const record = asRunRecord(kept);
    const compacted = record?.compacted;
    if (record === null || compacted === undefined || compacted.run_id !== runId) return null;
    if (record.project !== this.#project) return null;
    // one run may have compacted the stores of several entities
    const known = await this.#journal.about(runId);
    if (known.some(({ name }) => name === record.name || name === config.name)) return null;
    const entry = compactEntry(this.#project, { ...config, name: record.name }, runId, compacted);
    return { ...entry, message: [entry.message, message].filter((part) => part !== null).join('; ') };
  }

  /** What the journal has of a run in this store. The record knows better than we under which name it ran. */
  async #known(config: EntityConfig, run: EarlierRun): Promise<readonly JournalEntry[]> {
    const record = asRunRecord(run.record);
    const entries = await this.#journal.about(record?.run_id ?? run.runId ?? '');
    const name = record?.name ?? config.name;
    return entries.filter((entry) => entry.name === name);
  }

  #missing(config: EntityConfig, run: EarlierRun, known: readonly JournalEntry[]): JournalEntry | null {
    const { what, runId, record: kept } = run;
    switch (what) {
      case 'published':
      case 'rolled-forward': {
        const record = asRunRecord(kept);
        // What another project published, and lived to record, is in that project's journal.
        const foreign = what === 'published' && record?.project !== this.#project;
        if (record === null || foreign) return null;
        return known.some(({ status, action }) => status === 'success' && action !== 'undo')
          ? null
          : recoveredEntry(config, record, run);
      }
      case 'undone':
        return known.some(({ undoes }) => undoes === runId)
          ? null
          : undoneEntry(this.#project, config, { runId: runId ?? '', undoing: this.#runId, record: null });
      case 'rolled-back':
      case 'swept':
        return known.length > 0 ? null : lostEntry(this.#project, config, run);
    }
  }
}
