import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { main } from '../../cli/helpers.js';
import type { Fault } from './fault.js';

const inject = new URL('../inject.mjs', import.meta.url).href;

/** A call that a run made, as the preloaded module counts them. */
export interface Call {
  readonly kind: string;
  readonly path: string;
  /** Whether the thread that the program runs in made it, and not another. */
  readonly inPlace: boolean;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** What it said, on both ways out. */
  readonly said: string;
  /** Whether the fault was met; true of every run that was killed by it. */
  readonly fired: boolean;
  /** Empty for a run that was killed. */
  readonly calls: readonly Call[];
  readonly milliseconds: number;
}

export interface RunOptions {
  readonly fault?: Fault | undefined;
  /** What is put before the command line, such as a shell that sets limits. */
  readonly before?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Sees the process as it starts. */
  readonly watch?: (child: ChildProcess) => void;
  /** Whether calls are counted at all. Default: only with a fault. */
  readonly counted?: boolean;
}

/** Longer than any run of these sizes may take: a run that hangs is a violation. */
const patience = 60_000;
let runs = 0;

/** One real `hygge` in a project, with what is to go wrong in it. */
export function hygge(project: string, args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const { fault, before = [], counted = fault !== undefined } = options;
  const log = join(project, '..', `calls-${++runs}.json`);
  const preload = counted ? ['--import', inject] : [];
  const [command = '', ...rest] = [...before, process.execPath, ...preload, main, ...args];
  const started = performance.now();
  const child = spawn(command, rest, {
    cwd: project,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      ...(counted ? { HYGGE_FAULT_LOG: log } : {}),
      ...(fault === undefined ? {} : { HYGGE_FAULT: JSON.stringify(fault) }),
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: patience,
    killSignal: 'SIGABRT',
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  options.watch?.(child);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const known = existsSync(log) ? JSON.parse(readFileSync(log, 'utf8')) : { calls: [], fired: 0 };
      rmSync(log, { force: true });
      resolve({
        code,
        signal,
        said,
        fired: known.fired > 0 || signal === 'SIGKILL',
        calls: known.calls,
        milliseconds: performance.now() - started,
      });
    });
  });
}
