import { spawnSync } from 'node:child_process';
import { freemem } from 'node:os';

const piece = 256 * 1024 * 1024;

/**
 * Takes so many bytes from the system and lets go of them. A virtual machine gives memory that is free for some seconds
 * back to its host, and waits for each page of it later on: a `cp` of 1 GB took 1.1 s after a pause of 5 s, and 0.27 s
 * without. That would be charged to whoever comes after a pause, and to those most who use many threads.
 */
export function readyMemory(bytes) {
  const pieces = Math.ceil(Math.min(bytes, freemem() / 2) / piece);
  const text = `const all = []; for (let i = 0; i < ${pieces}; i++) all.push(Buffer.alloc(${piece}, 1));`;
  spawnSync(process.execPath, ['-e', text]);
}

/** What a process takes that makes a file of so many bytes: the file, what it holds itself, and what the engine may. */
export const needed = (bytes) => 2 * bytes + 2 ** 31;
