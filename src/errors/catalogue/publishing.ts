import { entry } from '../entry.js';

/** Problems of publishing into a store: who holds it, what a record says, what stands in the way. */
export const publishingErrors = {
  STORE_LOCKED: entry<{
    path: string;
    owner: string;
    runId: string;
    host: string;
    pid: number;
    since: string;
  }>({
    title: 'Another run holds the store',
    kind: 'run',
    retryable: true,
    message: (f) =>
      `the store ${f.path} is held by ${f.owner} (run ${f.runId}, process ${f.pid} on ${f.host}) since ${f.since}`,
    hint: () =>
      'One run at a time writes into a store. Wait until it is done, or stop it. Nothing was touched.',
  }),
  COMPACT_UNSUPPORTED: entry<{ name: string; type: string }>({
    title: 'A store that has no files to join',
    kind: 'config',
    message: (f) => `${f.name}: a ${f.type} store cannot be compacted`,
    hint: () => 'Name the flows that can with --flow.',
  }),
  COMPACT_IMPOSSIBLE: entry<{ name: string; reason: string }>({
    title: 'The files of a store cannot be joined as they are',
    kind: 'run',
    message: (f) => `${f.name}: the files cannot be joined: ${f.reason}`,
    hint: () => 'With --sort COLUMN the rows are written anew, in that order. Nothing was touched.',
  }),
  LOCK_LOST: entry<{ path: string; owner: string; holder: string }>({
    title: 'The store was taken over by another run',
    kind: 'run',
    retryable: true,
    message: (f) => `${f.owner} no longer holds the store ${f.path}: ${f.holder}`,
    hint: () =>
      'This run stood still for so long that it was taken for dead, and the other run decided what became of its files: all of them were published, or none. `hygge journal` tells which.',
  }),
  RECORD_DAMAGED: entry<{ path: string; reason: string }>({
    title: 'A record of the store is damaged',
    kind: 'run',
    message: (f) => `hygge's record of the store, ${f.path}, cannot be trusted: ${f.reason}`,
    hint: () =>
      'hygge does not guess what is in a store, and touched nothing. Put the file back from a backup. Without one, move it away: the files of the store then count as foreign and are left alone.',
  }),
  RECORD_TOO_NEW: entry<{ path: string; version: number }>({
    title: 'The store was written by a newer hygge',
    kind: 'run',
    message: (f) => `${f.path} was written by a newer hygge (version ${f.version} of the record)`,
    hint: () => 'Use the newer hygge for this store. Nothing was touched.',
  }),
  FILE_NAME_TAKEN: entry<{ path: string; name: string }>({
    title: 'A foreign file has the name of a new one',
    kind: 'run',
    message: (f) =>
      `the store ${f.path} already has a file ${f.name}, and it is not one that this run may replace`,
    hint: () =>
      'hygge leaves files alone that are not its own. Move it away, choose another file_pattern, or set replace_foreign: true where the run replaces.',
  }),
  STAGED_FILE_LOST: entry<{ path: string; name: string; runId: string }>({
    title: 'A file that was about to be published is gone',
    kind: 'run',
    message: (f) =>
      `${f.name} of run ${f.runId} was about to be put into the store ${f.path}, but something removed it`,
    hint: () =>
      'Something other than hygge removed files from the .hygge folder of the store, or from the store itself. Put the file back, or take the intent record out of that folder to go back to what the manifest says.',
  }),
  PUBLISH_UNFINISHED: entry<{ path: string; reason: string }>({
    title: 'A change of a store was begun and could be neither finished nor taken back',
    kind: 'run',
    retryable: true,
    message: (f) =>
      `the change of the store ${f.path} was begun, and could be neither finished nor taken back: ${f.reason}`,
    hint: () =>
      'The old data and the new are safe. The next run into this store settles which of the two it holds, never a mixture.',
  }),
  NOTHING_TO_UNDO: entry<{ path: string; reason: string }>({
    title: 'There is no run that can be taken back',
    kind: 'run',
    message: (f) => `nothing can be taken back in the store ${f.path}: ${f.reason}`,
    hint: () => 'The last published run of a store can be taken back, once.',
  }),
  UNFIT_NAME: entry<{ name: string; reason: string }>({
    title: 'A file name that cannot be used in a store',
    kind: 'run',
    message: (f) => `"${f.name}" cannot be the name of a file in a store: ${f.reason}`,
    hint: () => 'Choose another file_pattern. Names are relative to the store, with / between folders.',
  }),
};
