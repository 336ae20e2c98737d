import { spawnSync } from 'node:child_process';
import { freemem } from 'node:os';

const piece = 256 * 1024 * 1024;

/**
 * Takes memory from the system and lets go of it: as much as a process may need that moves so many bytes, which is the
 * file that it writes and what it holds itself. A virtual machine gives memory that is free for some seconds back to
 * its host, and waits for each page of it later on: a `cp` of 1 GB took 1.1 s after a pause of 5 s, and 0.27 s without.
 * That would be charged to whoever comes after a pause, and to those most who use many threads.
 */
export function readyMemory(bytes) {
  const pieces = Math.ceil(Math.min(4 * bytes, freemem() / 2) / piece);
  const text = `const all = []; for (let i = 0; i < ${pieces}; i++) all.push(Buffer.alloc(${piece}, 1));`;
  const { status, stderr } = spawnSync(process.execPath, ['-e', text], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`memory could not be made ready: ${stderr.trim() || 'it was stopped'}`);
}
