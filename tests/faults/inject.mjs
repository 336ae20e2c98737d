// Loaded into a run by `node --import`: it counts what the run does with files, and at one chosen call it kills the
// process, lets the call fail, or changes something behind the run's back. What the engine does with files by its own
// means is not seen here.
//
// HYGGE_FAULT      { kind, at, how, where?, times?, share? }  see Fault in support/fault.ts
// HYGGE_FAULT_LOG  a file that gets what was counted, when the process ends by itself
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { promisify } from 'node:util';

const promises = fs.promises;
const plain = { ...promises };
const own = { ...fs };
const fault = process.env.HYGGE_FAULT === undefined ? null : JSON.parse(process.env.HYGGE_FAULT);
const log = process.env.HYGGE_FAULT_LOG;
const where = fault?.where === undefined ? null : new RegExp(fault.where);
const calls = [];
/** Milliseconds that a call in place takes on a slow file system: far more than are borne there. */
const slowMs = 10;
let seen = 0;
let fired = 0;

/** 0 <= number < 1, the same for one seed and one place. */
function drawn(seed, place) {
  const hash = createHash('sha256').update(`${seed} ${place}`).digest();
  return hash.readUInt32LE() / 2 ** 32;
}

function die() {
  process.kill(process.pid, 'SIGKILL');
  // nothing more is done, however long the signal takes
  for (;;);
}

function broken(kind, path) {
  const text = `${fault.how}: injected, ${kind} '${path}'`;
  return Object.assign(new Error(text), { code: fault.how, syscall: kind, path });
}

/** Counts a call; tells whether something is to be done to it. */
function strikes(kind, path, inPlace) {
  if (log !== undefined) calls.push({ kind, path, inPlace });
  const meant =
    fault !== null && (fault.kind === kind || fault.kind === 'any') && (where === null || where.test(path));
  if (!meant) return false;
  seen += 1;
  const struck =
    fault.share === undefined
      ? seen >= fault.at && seen < fault.at + (fault.times ?? 1)
      : drawn(fault.at, seen) < fault.share;
  if (struck) fired += 1;
  return struck;
}

/** Counts a call, and does to it what was ordered. `half` does a part of it, for calls that can be cut in two. */
async function meet(kind, path, call, half) {
  if (!strikes(kind, path, false)) return call();
  switch (fault.how) {
    case 'kill':
      return die();
    case 'kill-after': {
      await call();
      return die();
    }
    case 'kill-half':
      await half?.();
      return die();
    case 'change': {
      change(fault.change);
      return call();
    }
    default:
      await half?.();
      throw broken(kind, path);
  }
}

/** The same for a call in place. */
function meetSync(kind, path, call, half) {
  if (fault?.slow) for (const begun = performance.now(); performance.now() - begun < slowMs; );
  if (!strikes(kind, path, true)) return call();
  if (fault.how === 'kill') die();
  if (fault.how === 'change') change(fault.change);
  if (fault.how === 'change' || fault.how === 'kill-after') {
    const result = call();
    if (fault.how === 'kill-after') die();
    return result;
  }
  half?.();
  if (fault.how === 'kill-half') die();
  throw broken(kind, path);
}

/** What somebody else does to a file meanwhile. */
function change({ what, path, by }) {
  if (what === 'replace') own.renameSync(by, path);
  else if (what === 'rewrite') own.copyFileSync(by, path);
  else if (what === 'remove') own.rmSync(path);
  else if (what === 'cut') own.truncateSync(path, Math.floor(own.statSync(path).size / 2));
  else if (what === 'grow') {
    const file = own.openSync(path, 'a');
    own.writeSync(file, Buffer.alloc(1000, 7));
    own.closeSync(file);
  } else throw new Error(`there is no change "${what}"`);
}

const paths = new WeakMap();
const handle = await plain.open(process.execPath, 'r');
const prototype = Object.getPrototypeOf(handle);
await handle.close();

const { sync, datasync, write, writev, writeFile, appendFile, truncate } = prototype;
prototype.sync = function () {
  return meet('fsync', paths.get(this), () => sync.call(this));
};
prototype.datasync = function () {
  return meet('fsync', paths.get(this), () => datasync.call(this));
};
prototype.write = function (...args) {
  return meet(
    'write',
    paths.get(this),
    () => write.apply(this, args),
    () => {
      const [data, offset = 0, length = data.length - offset, position = null] = args;
      if (typeof data === 'string') return write.call(this, data.slice(0, data.length / 2));
      return write.call(this, data, offset, Math.floor(length / 2), position);
    },
  );
};
for (const [name, call] of Object.entries({ writev, writeFile, appendFile, truncate })) {
  prototype[name] = function (...args) {
    return meet('write', paths.get(this), () => call.apply(this, args));
  };
}

promises.open = async (path, ...rest) => {
  const opened = await meet('open', String(path), () => plain.open(path, ...rest));
  paths.set(opened, String(path));
  return opened;
};
promises.copyFile = (from, to, ...rest) =>
  meet(
    'write',
    String(to),
    () => plain.copyFile(from, to, ...rest),
    async () => {
      await plain.copyFile(from, to, ...rest);
      await plain.truncate(to, Math.floor((await plain.stat(to)).size / 2));
    },
  );
promises.writeFile = (path, ...rest) => meet('write', String(path), () => plain.writeFile(path, ...rest));
promises.rm = (path, ...rest) => meet('unlink', String(path), () => plain.rm(path, ...rest));
for (const name of ['rename', 'link', 'unlink', 'mkdir', 'rmdir']) {
  promises[name] = (path, ...rest) => {
    const target = name === 'rename' || name === 'link' ? rest[0] : path;
    return meet(name, String(target), () => plain[name](path, ...rest));
  };
}

/** The paths of files that were opened by number. */
const numbered = new Map();
/** Node reads files by its own calls in place, which are not those of the run. */
let inside = false;
fs.readFileSync = (...args) => {
  inside = true;
  try {
    return own.readFileSync(...args);
  } finally {
    inside = false;
  }
};
fs.openSync = (path, ...rest) => {
  if (inside) return own.openSync(path, ...rest);
  const file = meetSync('open', String(path), () => own.openSync(path, ...rest));
  numbered.set(file, String(path));
  return file;
};
fs.writeSync = (file, data, offset, length, position) =>
  meetSync(
    'write',
    numbered.get(file),
    () => own.writeSync(file, data, offset, length, position),
    () => own.writeSync(file, data, offset, Math.floor(length / 2), position),
  );
for (const name of ['rename', 'link', 'unlink', 'mkdir', 'rmdir']) {
  fs[`${name}Sync`] = (path, ...rest) => {
    const target = name === 'rename' || name === 'link' ? rest[0] : path;
    return meetSync(name, String(target), () => own[`${name}Sync`](path, ...rest));
  };
}
/** Calls by number that another thread makes, and that tell of their end by a call back. */
const byCallback = (promise, done) => promise.then((result) => done(null, result), done);
for (const name of ['fsync', 'fdatasync']) {
  fs[name] = (file, done) =>
    byCallback(
      meet('fsync', numbered.get(file), () => promisify(own[name])(file)),
      done,
    );
}
fs.write = (file, data, offset, length, position, done) => {
  const part = (bytes) => promisify(own.write)(file, data, offset, bytes, position);
  const written = meet(
    'write',
    numbered.get(file),
    () => part(length),
    () => part(Math.floor(length / 2)),
  );
  byCallback(
    written.then(({ bytesWritten }) => bytesWritten),
    done,
  );
};
fs.open = (path, flags, done) => {
  const opened = meet('open', String(path), () => promisify(own.open)(path, flags));
  byCallback(
    opened.then((file) => {
      numbered.set(file, String(path));
      return file;
    }),
    done,
  );
};
syncBuiltinESMExports();

if (log !== undefined) {
  process.on('exit', () => {
    inside = true;
    own.writeFileSync(log, JSON.stringify({ calls, fired }));
  });
}
