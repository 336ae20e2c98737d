import { type ErrorCode, fail, HyggeError, HyggeErrors, type Position } from '../errors/index.js';

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

  has(code: ErrorCode): boolean {
    return [...this.#found.values()].some((error) => error.code === code);
  }

  /**
   * Throws all of them: first those without a place, then file by file, each from top to bottom.
   * @param files The files in the order they were read.
   */
  throwIfAny(files: readonly string[] = []): void {
    if (!this.any) return;
    const rank = ({ at }: HyggeError): number => (at === null ? -1 : files.indexOf(at.file));
    throw new HyggeErrors(
      this.#withoutConsequences().sort(
        (a, b) =>
          rank(a) - rank(b) ||
          (a.at?.line ?? 0) - (b.at?.line ?? 0) ||
          (a.at?.column ?? 0) - (b.at?.column ?? 0),
      ),
    );
  }

  /** Where a plugin could not be loaded, an unknown type that is like no other is probably one of its types. */
  #withoutConsequences(): HyggeError[] {
    const all = [...this.#found.values()];
    if (!all.some(({ code }) => code === 'PLUGIN_FAILED')) return all;
    return all.filter(({ code, facts }) => code !== 'UNKNOWN_TYPE' || facts.nearest !== undefined);
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
