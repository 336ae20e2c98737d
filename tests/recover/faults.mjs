// Loaded before hygge (node --import): makes a file operation kill the process, or fail, as KILL_AT or FAIL_AT say.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const { promises } = fs;

function die() {
  process.kill(process.pid, 'SIGKILL');
  // nothing more is done, however long the signal takes
  for (;;);
}

/** Kills before a call of an operation whose last path fits, and only the nth such call; however it is made. */
function killBefore(operation, pattern, nth = 1) {
  let calls = 0;
  const watched =
    (original) =>
    (...given) => {
      const paths = given.filter((value) => typeof value === 'string');
      if (pattern.test(paths.at(-1) ?? '') && ++calls === nth) die();
      return original(...given);
    };
  promises[operation] = watched(promises[operation]);
  fs[`${operation}Sync`] = watched(fs[`${operation}Sync`]);
}

const kills = {
  // Rows are put aside, and half of that is done; or all of it, and nothing of the others is staged yet.
  'before the rows aside': () => killBefore('rename', /rows\.parquet$/),
  'before the note about them': () => killBefore('rename', /about\.json$/),
  // Everything is staged, and nothing says that it is to be published.
  'before the intent': () => killBefore('rename', /intent-[^/]*\.json$/),
  // Some of the files are in place.
  'between two files': () => killBefore('link', /\.parquet$/, 2),
  'before the manifest': () => killBefore('rename', /manifest\.json$/),
  // All is published, and nothing is recorded.
  'before the record': () => failJournal(die),
};

const fails = {
  'the journal is full': () =>
    failJournal(async (handle, bytes) => {
      // A full disk takes a part, and then says so.
      await handle.appendFile(Buffer.from(bytes).subarray(0, 40));
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    }),
};

function failJournal(instead) {
  const { open } = promises;
  promises.open = async (path, ...rest) => {
    const handle = await open(path, ...rest);
    if (!String(path).endsWith('journal.jsonl') || rest[0] === 'r') return handle;
    handle.write = (bytes) => instead(handle, bytes);
    return handle;
  };
}

kills[process.env.KILL_AT]?.();
fails[process.env.FAIL_AT]?.();
syncBuiltinESMExports();
