import type { HyggeError } from '../errors/index.js';
import type { Plan } from './plan.js';
import type { EntityResult, RunResult } from './result.js';

/** Which entity an event is about: its name, and its place in the run (from 1). */
export interface EntityRef {
  readonly name: string;
  readonly flow: string;
  readonly entity: string | null;
  readonly index: number;
  readonly total: number;
}

/** Everything that happens in a run, in one typed map. Progress, log lines, JSON and journal listen to it. */
export interface EventMap {
  'run.started': { readonly run_id: string; readonly project: string; readonly entities: number };
  /** Something about no entity in particular that a person should know, such as what was swept after a crash. */
  'run.notice': { readonly message: string };
  'flow.started': { readonly ref: EntityRef };
  'flow.planned': { readonly ref: EntityRef; readonly plan: Plan };
  /** Rows and bytes so far; totals null where nobody knows. A few times a second at most. */
  'flow.progress': {
    readonly ref: EntityRef;
    readonly rows: number;
    readonly total_rows: number | null;
    readonly bytes: number;
    readonly total_bytes: number | null;
  };
  'flow.staged': { readonly ref: EntityRef; readonly rows: number; readonly bytes: number };
  'flow.published': { readonly ref: EntityRef; readonly files: number; readonly removed: number };
  /** Something that a person should know, such as what was swept after a crash. */
  'flow.notice': { readonly ref: EntityRef; readonly message: string };
  /** A try failed with an error that may pass; after the pause the entity is run again from the beginning. */
  'flow.retrying': {
    readonly ref: EntityRef;
    /** The try that failed, from 1, and how many there may be. */
    readonly attempt: number;
    readonly attempts: number;
    readonly pause_s: number;
    readonly error: HyggeError;
  };
  'flow.finished': {
    readonly ref: EntityRef;
    readonly result: EntityResult;
    readonly error: HyggeError | null;
  };
  'run.finished': { readonly result: RunResult };
}

export type EventName = keyof EventMap;
export type Listener<N extends EventName> = (event: EventMap[N]) => void;

/**
 * A typed stream of events. Listeners are called in the order they were added, and at once. One that throws disturbs
 * neither the run nor the other listeners: it becomes a warning of the process.
 */
export class Events {
  readonly #listeners = new Map<EventName, Set<Listener<never>>>();

  /** Listens to one kind of event. The function that is returned stops listening. */
  on<N extends EventName>(name: N, listener: Listener<N>): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners);
    listeners.add(listener as Listener<never>);
    return () => listeners.delete(listener as Listener<never>);
  }

  emit<N extends EventName>(name: N, event: EventMap[N]): void {
    for (const listener of this.#listeners.get(name) ?? []) {
      try {
        (listener as Listener<N>)(event);
      } catch (error) {
        process.emitWarning(error instanceof Error ? error : String(error));
      }
    }
  }
}
