import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Milliseconds between two looks at the memory of what runs. */
const pause = 20;

/**
 * Runs a program as a process of its own, from its start to its end; one that needs more than `limit` seconds is
 * stopped, with all that it started.
 * Gives seconds, whether it was stopped, peak memory in bytes (of it and all that it started; null where there is no /proc), and its output.
 */
export async function measure({ file, args, env = {}, cwd }, { limit = null } = {}) {
  const begin = performance.now();
  const child = spawn(file, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that it can be stopped whole.
    detached: limit !== null,
  });
  let stopped = false;
  const stop = () => {
    stopped = true;
    process.kill(-child.pid, 'SIGKILL');
  };
  const stopper = limit === null ? undefined : setTimeout(stop, limit * 1000);
  let out = '';
  let err = '';
  child.stdout.on('data', (text) => {
    out += text;
  });
  child.stderr.on('data', (text) => {
    err += text;
  });
  const peaks = new Map();
  const timer = setInterval(() => look(child.pid, peaks), pause);
  look(child.pid, peaks);
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  }).finally(() => {
    clearInterval(timer);
    clearTimeout(stopper);
  });
  const seconds = (performance.now() - begin) / 1000;
  if (code !== 0 && !stopped)
    throw new Error(`${file} ended with ${code}: ${(err || out).trim().slice(-4000)}`);
  const peak = [...peaks.values()].reduce((sum, bytes) => sum + bytes, 0);
  return { seconds, stopped, peak: peak === 0 ? null : peak, out };
}

/** Notes the highest memory so far of a process and its children: the kernel keeps it, so no peak is missed. */
function look(pid, peaks) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const kilobytes = Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0);
    peaks.set(pid, Math.max(peaks.get(pid) ?? 0, kilobytes * 1024));
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const children = readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').trim();
      for (const child of children === '' ? [] : children.split(' ')) look(Number(child), peaks);
    }
  } catch {
    // It has ended.
  }
}

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
