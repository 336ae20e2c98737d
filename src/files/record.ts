import { createHash } from 'node:crypto';
import { fail } from '../errors/index.js';
import { isPartName, unfitName } from './names.js';

/** A file that hygge has put into a store. */
export interface StoredFile {
  /** Relative to the store, with `/` between folders. */
  readonly name: string;
  readonly rows: number;
  readonly bytes: number;
  /** The run that put it there. */
  readonly run_id: string;
  /** Of its content, in hex; left out where it was not asked for. */
  readonly sha256?: string;
}

export interface AddedFile extends StoredFile {
  /** What it is called in `.hygge/files` until it is in place. */
  readonly part: string;
}

export interface RemovedFile extends StoredFile {
  /** false for a foreign file, removed because the run was told to. Its rows are 0: nobody knows them. */
  readonly own: boolean;
  /** What it is called in `.hygge/files`, from before it is taken out; null where it need not come back. */
  readonly slot: string | null;
  /** A second name in `.hygge/files` that it may still have, to know it by. */
  readonly part: string | null;
}

/**
 * What a store holds, and by which change it came to that. As `intent-<run>.json` it says what is to be done; the
 * same file becomes `manifest.json` when it is done. So it carries everything: the files that result, the change
 * that leads there, the way back, and whatever the run wants to be durable with its data.
 */
export interface StoreRecord {
  readonly version: 1;
  /** Grows with every record of a store. A record that is not newer than the manifest is out of date. */
  readonly fence: number;
  /** The run whose data this is; null for a store as it was before its first run. */
  readonly run_id: string | null;
  /** The run that was taken back to come here; null for a run's own record. */
  readonly undoes: string | null;
  /** The run in `undoes` failed while it was published, and the manifest was never touched by it. */
  readonly abandons: boolean;
  readonly written_at: string;
  /** All files of hygge's in the store, by name. */
  readonly files: readonly StoredFile[];
  readonly added: readonly AddedFile[];
  readonly removed: readonly RemovedFile[];
  /** Whatever the run keeps with its data, as JSON. */
  readonly record: unknown;
  /** What an undo goes back to; null where there is no way back. */
  readonly previous: { readonly run_id: string | null; readonly record: unknown } | null;
}

/** The state of a store that hygge has never published into. */
export const emptyRecord: StoreRecord = {
  version: 1,
  fence: 0,
  run_id: null,
  undoes: null,
  abandons: false,
  written_at: '',
  files: [],
  added: [],
  removed: [],
  record: null,
  previous: null,
};

export const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : 0;

/** The change that takes a record's change back. The record must have a `previous`. */
export function inverse(record: StoreRecord, fence: number, abandons: boolean): StoreRecord {
  const gone = new Set(record.added.map((file) => file.name));
  const back = record.removed.flatMap((file) => {
    const { slot, own, part: _, ...stored } = file;
    return slot === null ? [] : [{ own, file: stored, part: slot }];
  });
  return {
    version: 1,
    fence,
    run_id: record.previous?.run_id ?? null,
    undoes: record.run_id,
    abandons,
    written_at: new Date().toISOString(),
    files: record.files
      .filter((file) => !gone.has(file.name))
      .concat(back.filter(({ own }) => own).map(({ file }) => file))
      .sort(byName),
    added: back.map(({ file, part }) => ({ ...file, part })),
    removed: record.added.map((file) => ({ ...file, own: true, slot: null })),
    record: record.previous?.record ?? null,
    previous: null,
  };
}

/** A record as the bytes of its file: JSON with a checksum over all of it. */
export function encodeRecord(record: StoreRecord): Uint8Array {
  return Buffer.from(`${JSON.stringify({ ...record, checksum: checksumOf(record) }, null, 1)}\n`);
}

/** Reads a record back. RECORD_DAMAGED for anything but what {@link encodeRecord} wrote. */
export function decodeRecord(bytes: Uint8Array, path: string): StoreRecord {
  const damaged = (reason: string, cause?: unknown) => fail('RECORD_DAMAGED', { path, reason }, { cause });
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw damaged(bytes.length === 0 ? 'it is empty' : 'it is cut short or changed', error);
  }
  if (typeof parsed !== 'object' || parsed === null || !('checksum' in parsed) || !('version' in parsed))
    throw damaged('it has no checksum');
  if (typeof parsed.version === 'number' && parsed.version > 1)
    throw fail('RECORD_TOO_NEW', { path, version: parsed.version });
  const { checksum, ...content } = parsed;
  if (checksum !== checksumOf(content)) throw damaged('its checksum does not fit what it says');
  const record = content as StoreRecord;
  for (const { name } of [...record.files, ...record.added, ...record.removed]) {
    const reason = unfitName(name);
    if (reason !== null) throw damaged(`it names a file "${name}", and ${reason}`);
  }
  for (const part of partsOf(record)) {
    if (!isPartName(part)) throw damaged(`it names a staged file "${part}"`);
  }
  return record;
}

/** The files in `.hygge/files` that a record speaks of. */
export function partsOf(record: StoreRecord): string[] {
  return [...record.added.map((file) => file.part), ...slotsOf(record)];
}

/** The files in `.hygge/files` that an undo needs. */
export function slotsOf(record: StoreRecord): string[] {
  return record.removed.flatMap((file) => (file.slot === null ? [] : [file.slot]));
}

function checksumOf(content: object): string {
  return createHash('sha256').update(canonical(content)).digest('hex');
}

/** JSON with sorted keys and no space, so that equal contents have equal texts. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
