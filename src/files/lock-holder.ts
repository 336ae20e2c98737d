import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { readIfThere } from './durable.js';
import type { FileSystem } from './file-system.js';
import type { Host, ProcessIdentity } from './host.js';

/** Who holds a store: what `lock.json` says. */
export interface Holder extends ProcessIdentity {
  readonly token: string;
  readonly fence: number;
  readonly run_id: string;
  readonly owner: string;
  readonly acquired_at: string;
  readonly lease_seconds: number;
  /** The file cannot be read as a lock, and stays so: what a loss of power left of one. */
  readonly torn?: true;
}

/** Milliseconds between looks at a lock that cannot be read: it may just be being written. */
const looks = [5, 20, 75] as const;

/** The holder that a lock names; null where there is no lock. */
export async function readHolder(fileSystem: FileSystem, host: Host, path: string): Promise<Holder | null> {
  let bytes: Uint8Array | null = null;
  for (const pause of [0, ...looks]) {
    if (pause > 0) await host.pause(pause);
    bytes = await readIfThere(fileSystem, path);
    if (bytes === null) return null;
    const holder = parse(bytes);
    if (holder !== null) return holder;
  }
  return torn(path, bytes ?? new Uint8Array());
}

export const sayHolder = (holder: Holder): string =>
  `${holder.owner} (run ${holder.run_id}, process ${holder.pid} on ${holder.host})`;

function parse(bytes: Uint8Array): Holder | null {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    if (typeof parsed !== 'object' || parsed === null || !('token' in parsed)) return null;
    return typeof parsed.token === 'string' && /^[0-9a-f]{24}$/.test(parsed.token)
      ? (parsed as Holder)
      : null;
  } catch {
    return null;
  }
}

function torn(path: string, bytes: Uint8Array): Holder {
  const digest = createHash('sha256')
    .update(`${basename(path)}\n`)
    .update(bytes)
    .digest('hex');
  return {
    token: `torn-${digest.slice(0, 24)}`,
    fence: 0,
    run_id: 'unknown',
    owner: 'a run that was cut off',
    host: 'unknown',
    machine: null,
    boot: null,
    pid_space: null,
    pid: 0,
    started: null,
    acquired_at: 'an unknown time',
    lease_seconds: 0,
    torn: true,
  };
}
