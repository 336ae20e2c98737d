/** Somewhere to write for people: standard output or standard error, or a test's own. */
export interface Output {
  write(text: string): void;
  /** Whether a person watches it on a terminal that can move its cursor. */
  readonly terminal: boolean;
  readonly color: boolean;
  /** Cells in a line; null where there is no terminal, and lines may be as long as they like. */
  readonly columns: number | null;
  /** Lines on the screen; null as above. */
  readonly rows: number | null;
}

/** Somebody who tells of a run while it goes on. */
export interface Messenger {
  /** Says something that is not an event, in a line of its own. */
  say(line: string): void;
  /** Stops listening, and takes away what moves. */
  stop(): void;
}

/** What of a stream of Node's an {@link Output} needs. */
export interface OutputStream {
  write(text: string): unknown;
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * A stream as an Output. Colours only on a terminal, unless FORCE_COLOR or NO_COLOR say otherwise. Lines are plain
 * where CI is set. After an error of the stream, what would have been written is dropped, and what runs goes on. A
 * reader that went away (EPIPE) is no error; any other is told to `lost`.
 */
export function openOutput(
  stream: OutputStream,
  env: Environment,
  lost: (error: Error) => void = () => {},
): Output {
  let gone = false;
  stream.on('error', (error) => {
    if (!gone && error.code !== 'EPIPE') lost(error);
    gone = true;
  });
  const isTerminal = stream.isTTY === true;
  return {
    write: (text) => {
      if (!gone) stream.write(text);
    },
    terminal: isTerminal && env.TERM !== 'dumb' && !isSet(env.CI),
    color: wantsColor(isTerminal, env),
    get columns() {
      return isTerminal ? (stream.columns ?? 80) : null;
    },
    get rows() {
      return isTerminal ? (stream.rows ?? 24) : null;
    },
  };
}

function wantsColor(isTerminal: boolean, env: Environment): boolean {
  const forced = env.FORCE_COLOR;
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  if (isSet(env.NO_COLOR)) return false;
  return isTerminal && env.TERM !== 'dumb';
}

const isSet = (value: string | undefined): boolean =>
  value !== undefined && value !== '' && value !== 'false';
