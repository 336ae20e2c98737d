import { join } from 'node:path';
import { nearest } from '../../core/nearest.js';
import { asRunRecord } from '../../core/run-record.js';
import type { Compacted, CompactRequest, StoreContext } from '../../core/store.js';
import { hyggeVersion } from '../../core/version.js';
import { identifier } from '../../engine/index.js';
import { fail } from '../../errors/index.js';
import { FolderStore, type StoredFile } from '../../files/index.js';
import { earlierRuns } from '../../formats/folder/earlier.js';
import { copyToParquet, guardTexts, readParquet, settingOf } from '../../formats/parquet/index.js';
import {
  columnNames,
  executeSplice,
  type Footer,
  planSplice,
  readFooter,
  verifyPageChecksums,
} from '../../parquet/index.js';
import type { ParquetStoreConfig } from './index.js';

/** A file of the store, with what it says of itself. */
interface Member {
  readonly file: StoredFile;
  readonly footer: Footer;
}

/** What is rewritten: files that follow one another, and the files that stand for them. */
interface Rewritten {
  readonly members: readonly Member[];
  readonly paths: readonly string[];
}

/** Makes few parquet files of many, under the store's lock, and publishes them as any run does. */
export async function compactParquet(
  config: ParquetStoreConfig,
  context: StoreContext,
  request: CompactRequest,
): Promise<Compacted> {
  const { runId, name, signal } = context;
  const folder = new FolderStore({
    path: config.path,
    suffix: '.parquet',
    keepForUndo: config.retention > 0,
  });
  try {
    for (const run of earlierRuns(folder, await folder.begin({ runId, name }))) context.earlier?.(run);
    const { files, record } = await folder.inspect();
    const members: Member[] = [];
    for (const file of files)
      members.push({ file, footer: await readFooter(join(config.path, file.name), { signal }) });
    const work = new Compaction(config, context, request, folder);
    const rewritten = request.sort.length > 0 ? await work.sort(members) : await work.joinAll(members);
    const add = [];
    for (const { members: from, paths } of rewritten) {
      // The place in the order of names is kept: the first new file is called as the first that it stands for.
      for (const [i, staged] of paths.entries()) {
        const footer = await readFooter(staged, { signal });
        const called = from[i]?.file.name ?? '';
        add.push({ staged, name: called, rows: footer.rows, bytes: footer.fileBytes });
      }
    }
    const old = rewritten.flatMap(({ members: from }) => from.map(({ file }) => file));
    const [rows, staged] = [sum(old, 'rows'), sum(add, 'rows')];
    if (rows !== staged) throw fail('ROWS_DIFFER', { name, read: rows, staged });
    const compacted = {
      files_before: files.length,
      files_after: files.length - old.length + add.length,
      rows,
      bytes_before: sum(old, 'bytes'),
      bytes_after: sum(add, 'bytes'),
      reason: add.length === 0 ? 'there are no small files to join' : work.how,
    };
    if (add.length > 0) {
      const last = asRunRecord(record);
      await folder.publish({
        runId,
        mode: 'append',
        add,
        remove: old.map((file) => file.name),
        // what the last run kept stays; should this process die now, the journal is completed from it
        record: last === null ? record : { ...last, compacted: { run_id: runId, ...compacted } },
      });
    }
    return compacted;
  } finally {
    await folder.close();
  }
}

class Compaction {
  readonly #config: ParquetStoreConfig;
  readonly #context: StoreContext;
  readonly #request: CompactRequest;
  readonly #folder: FolderStore;
  /** Why some neighbours are not joined; null where all that have room are. */
  #apart: string | null = null;

  constructor(
    config: ParquetStoreConfig,
    context: StoreContext,
    request: CompactRequest,
    folder: FolderStore,
  ) {
    this.#config = config;
    this.#context = context;
    this.#request = request;
    this.#folder = folder;
  }

  get how(): string {
    const { sort } = this.#request;
    if (sort.length > 0) return `engine: sorted by ${sort.join(', ')}`;
    const apart = this.#apart === null ? '' : `; files stay apart where a ${this.#apart}`;
    return `spliced: row groups were copied as they are${apart}`;
  }

  /** Joins neighbours that fit together into one file of the size that was asked for. */
  async joinAll(members: readonly Member[]): Promise<Rewritten[]> {
    const { signal, name } = this.#context;
    const rewritten: Rewritten[] = [];
    const groups = this.#neighbours(members);
    if (groups.length === 0 && this.#apart !== null)
      throw fail('COMPACT_IMPOSSIBLE', { name, reason: this.#apart });
    for (const group of groups) {
      const plan = planSplice(
        group.map(({ footer }) => ({ footer, rowGroups: footer.rowGroups.map((_, i) => i) })),
      );
      if ('impossible' in plan) throw fail('COMPACT_IMPOSSIBLE', { name, reason: plan.impossible });
      await this.#checkPages(group);
      const paths = plan.outputs.map(() => this.#folder.allocate());
      await executeSplice(plan, paths, { signal });
      for (const path of paths) this.#folder.sync(path).catch(() => {});
      rewritten.push({ members: group, paths });
    }
    return rewritten;
  }

  /** Writes all rows anew, sorted; one file, since the row groups of a sorted file tell readers where to look. */
  async sort(members: readonly Member[]): Promise<Rewritten[]> {
    const [first] = members;
    if (first === undefined) return [];
    const { name } = this.#context;
    const known = [...new Set(members.flatMap(({ footer }) => columnNames(footer)))];
    for (const column of this.#request.sort) {
      if (known.some((other) => other.toLowerCase() === column.toLowerCase())) continue;
      throw fail('COLUMN_NOT_FOUND', { name, column, known, nearest: nearest(column, known) });
    }
    const { compression } = this.#config;
    const codec = first.footer.rowGroups[0]?.columns[0]?.codec;
    const kept = codec === undefined ? null : settingOf(codec);
    const footers = members.map(({ footer }) => footer);
    const paths = footers.map((footer) => footer.path);
    const select = guardTexts(readParquet(paths, { unionByName: true, hive: false }), footers);
    await this.#checkPages(members);
    const path = this.#folder.allocate();
    const order = this.#request.sort.map(identifier).join(', ');
    const engine = await this.#context.engine();
    await engine.run(
      copyToParquet(`${select} ORDER BY ${order}`, path, {
        compression: compression === 'keep' ? (kept ?? 'snappy') : compression,
        rowGroupRows: 122_880,
        metadata: { 'hygge.version': hyggeVersion() },
      }),
      { signal: this.#context.signal },
    );
    return [{ members, paths: [path] }];
  }

  /** Whether a file can be joined with the one before it. */
  #fit(before: Member | undefined, member: Member): boolean {
    const why = before === undefined ? null : whyApart(before.footer, member.footer);
    this.#apart ??= why;
    return why === null;
  }

  /** What is damaged is not passed on: once it is written anew, no checksum would tell. PAGE_CORRUPT. */
  async #checkPages(members: readonly Member[]): Promise<void> {
    const { signal } = this.#context;
    for (const { footer } of members) await verifyPageChecksums(footer, { signal });
  }

  /**
   * Groups of at least two files, one behind the other, that together are no larger than was asked for. Where columns
   * are stored in another way than in the file before, as after a change of their types, a new group begins.
   */
  #neighbours(members: readonly Member[]): Member[][] {
    const maxRows = this.#request.rows ?? Number.POSITIVE_INFINITY;
    const maxBytes = this.#request.bytes ?? Number.POSITIVE_INFINITY;
    const groups: Member[][] = [];
    let [rows, bytes] = [0, 0];
    for (const member of members) {
      const { file } = member;
      const last = groups.at(-1);
      const hasRoom = rows + file.rows <= maxRows && bytes + file.bytes <= maxBytes;
      if (last !== undefined && hasRoom && this.#fit(last.at(-1), member)) last.push(member);
      else {
        groups.push([member]);
        [rows, bytes] = [0, 0];
      }
      rows += file.rows;
      bytes += file.bytes;
    }
    return groups.filter((group) => group.length > 1);
  }
}

/** Files of one writer share their schema in memory. */
const whyApart = (one: Footer, other: Footer): string | null => {
  if (one.schema === other.schema) return null;
  const plan = planSplice([one, other].map((footer) => ({ footer, rowGroups: [] })));
  return 'impossible' in plan ? plan.impossible : null;
};

function sum(
  files: readonly { readonly rows: number; readonly bytes: number }[],
  key: 'rows' | 'bytes',
): number {
  return files.reduce((total, file) => total + file[key], 0);
}
