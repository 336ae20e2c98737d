import { fail, HyggeError, HyggeErrors, type Position } from '../errors/index.js';

/** Gathers everything that is wrong, so that a person can mend it all at once. */
export class Problems {
  readonly #found = new Map<string, HyggeError>();

  /** Takes a problem. The same problem at the same place, met by way of several entities, counts once. */
  add(error: HyggeError): void {
    const key = identity(error);
    if (!this.#found.has(key)) this.#found.set(key, error);
  }

  /** Runs something that may throw; its HyggeErrors are taken, everything else goes on its way. */
  catch<T>(action: () => T, at: Position | null): T | undefined {
    try {
      return action();
    } catch (error) {
      this.take(error, at);
      return undefined;
    }
  }

  /** Takes what was caught, with a place where it has none. */
  take(error: unknown, at: Position | null): void {
    if (error instanceof HyggeErrors) for (const one of error.errors) this.take(one, at);
    else if (error instanceof HyggeError)
      this.add(error.at === null && at !== null ? placed(error, at) : error);
    else throw error;
  }

  get any(): boolean {
    return this.#found.size > 0;
  }

  has(code: string): boolean {
    return [...this.#found.values()].some((error) => error.code === code);
  }

  /** Throws all of them: file by file as they were read, from top to bottom. */
  throwIfAny(): void {
    if (!this.any) return;
    const files = [...new Set([...this.#found.values()].map((error) => error.at?.file))];
    const rank = (error: HyggeError): number => files.indexOf(error.at?.file);
    throw new HyggeErrors(
      [...this.#found.values()].sort(
        (a, b) =>
          rank(a) - rank(b) ||
          (a.at?.line ?? 0) - (b.at?.line ?? 0) ||
          (a.at?.column ?? 0) - (b.at?.column ?? 0),
      ),
    );
  }
}

function identity(error: HyggeError): string {
  const { at, facts } = error;
  if (at === null) return JSON.stringify([error.code, error.message]);
  return JSON.stringify([error.code, at, 'key' in facts ? facts.key : error.message]);
}

function placed(error: HyggeError, at: Position): HyggeError {
  const { code, facts, cause, retryable } = error;
  return fail(code, facts as never, { at, cause, retryable });
}
