/** A value that is never shown: as text, as JSON and for debugging it is `(secret)`. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself, for the one place that needs it. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '(secret)';
  }

  toJSON(): string {
    return '(secret)';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '(secret)';
  }
}
