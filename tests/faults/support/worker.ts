import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../flow-worker.mjs', import.meta.url));

export interface Job {
  readonly path: string;
  readonly store: string;
  readonly route: 'engine' | 'splice';
}

export type Answer =
  | { readonly ok: true; readonly rows: number }
  | { readonly ok: false; readonly code: string | null; readonly message: string }
  /** The process broke down, or did not answer in time and was stopped. */
  | { readonly ok: null; readonly message: string };

/** Milliseconds that a flow over a small file may take, whatever is in it. */
const patience = 30_000;

/** A process that runs flows, one after the other; started anew when one has brought it down. */
export class Worker {
  #child: ChildProcess | null = null;

  run(job: Job): Promise<Answer> {
    this.#child ??= fork(script, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    const child = this.#child;
    return new Promise((resolve) => {
      const end = (answer: Answer): void => {
        clearTimeout(timer);
        child.off('message', onMessage);
        child.off('exit', onExit);
        resolve(answer);
      };
      const onMessage = (message: unknown): void => end(message as Answer);
      const onExit = (code: number | null, signal: string | null): void => {
        this.#child = null;
        end({ ok: null, message: `the process ended with ${signal ?? code}` });
      };
      const timer = setTimeout(() => {
        this.stop();
        end({ ok: null, message: `there was no answer for ${patience / 1000} s` });
      }, patience);
      child.once('message', onMessage);
      child.once('exit', onExit);
      child.send(job);
    });
  }

  stop(): void {
    this.#child?.kill('SIGKILL');
    this.#child = null;
  }
}
