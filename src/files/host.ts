import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { errorCode } from './file-system.js';

/** Which process something belongs to, so that another one can tell whether it still runs. */
export interface ProcessIdentity {
  readonly host: string;
  /** Tells hosts of one name apart; null where the platform has no such thing, as below. */
  readonly machine: string | null;
  /** Changes with every start of the machine. */
  readonly boot: string | null;
  /** The space that process ids count in: containers have their own. */
  readonly pid_space: string | null;
  readonly pid: number;
  /** When the process began, in ticks since the machine's start: a process id is used again, this is not. */
  readonly started: string | null;
}

/** What a lock needs to know of the machine that it is on. */
export interface Host {
  identity(): Promise<ProcessIdentity>;
  /** Whether that process still runs; null where that cannot be told from here. */
  isAlive(process: ProcessIdentity): Promise<boolean | null>;
  /** Waits so many milliseconds. */
  pause(milliseconds: number): Promise<void>;
}

async function textOf(path: string): Promise<string | null> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch {
    return null;
  }
}

/** State and start of a process, from Linux's /proc; null where there is none, or no such process. */
async function statusOf(pid: number): Promise<{ state: string; started: string } | null> {
  const stat = await textOf(`/proc/${pid}/stat`);
  // The second field is the program's name in parentheses, and may hold anything: count from behind it.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  const state = fields?.[0];
  const started = fields?.[19];
  return state === undefined || started === undefined ? null : { state, started };
}

let own: Promise<ProcessIdentity> | null = null;

/** Asked for by every lock, and the same as long as this process runs. */
function identity(): Promise<ProcessIdentity> {
  own ??= findIdentity();
  return own;
}

async function findIdentity(): Promise<ProcessIdentity> {
  const [machine, boot, space, status] = await Promise.all([
    textOf('/etc/machine-id'),
    textOf('/proc/sys/kernel/random/boot_id'),
    readlink('/proc/self/ns/pid').catch(() => null),
    statusOf(process.pid),
  ]);
  return {
    host: hostname(),
    machine,
    boot,
    pid_space: space,
    pid: process.pid,
    started: status?.started ?? null,
  };
}

/** Whether a process of this machine, this boot and this space of ids exists. */
function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

async function isAlive(other: ProcessIdentity): Promise<boolean | null> {
  const self = await identity();
  if (other.host !== self.host || other.machine !== self.machine) return null;
  if (other.boot !== self.boot) return other.boot === null || self.boot === null ? null : false;
  if (other.pid_space !== self.pid_space) return null;
  if (!exists(other.pid)) return false;
  const status = await statusOf(other.pid);
  if (status === null || other.started === null) return null;
  // A process that was killed and not yet asked after by its parent is there, but does nothing any more.
  return status.started === other.started && status.state !== 'Z' && status.state !== 'X';
}

/** The machine that this process runs on. */
export const thisHost: Host = {
  identity,
  isAlive,
  pause: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};
