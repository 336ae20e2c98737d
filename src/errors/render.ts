import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Position } from './entry.js';
import type { HyggeError } from './error.js';
import { withoutPasswords, withoutSecrets } from './secrets.js';
import { displayWidth, oneLine, paint, printable, shorten } from './text.js';

export interface RenderOptions {
  /** Colours. Default: false. */
  readonly color?: boolean;
  /** Also where in the code it happened, and what lies below it. Default: false. */
  readonly verbose?: boolean;
  /** The folder that relative file names start from. Default: the current one. */
  readonly cwd?: string;
}

/** How much of a source line is shown, in cells. */
const sourceWidth = 96;
const largestSource = 10_000_000;

/**
 * An error as a person reads it, without a line break at its end: code and message, where, the line it is about,
 * and what to try.
 */
export function renderError(error: HyggeError, options: RenderOptions = {}): string {
  const { good, bad, strong, faint } = paint(options.color ?? false);
  const [first = '', ...rest] = printable(error.message).split('\n');
  const lines = [`${bad('✗')} ${bad(error.code)}  ${strong(first)}`, ...rest.map((line) => `    ${line}`)];
  if (error.at !== null) {
    lines.push(faint(`  at ${positionText(error.at)}`));
    lines.push(...sourceLines(error.at, options.cwd ?? process.cwd()).map((line) => faint(line)));
  }
  if (error.hint !== null) {
    lines.push(`  ${good('try:')} ${printable(error.hint).replaceAll('\n', '\n       ')}`);
  }
  if (options.verbose === true) lines.push(...stackLines(error).map((line) => faint(`  ${line}`)));
  return lines.join('\n');
}

/** Several errors with a blank line between them. */
export function renderErrors(errors: readonly HyggeError[], options: RenderOptions = {}): string {
  return errors.map((error) => renderError(error, options)).join('\n\n');
}

/** A place as editors and terminals understand it: `file:line:column`. */
export function positionText(at: Position): string {
  return oneLine([at.file, at.line, at.column].filter((part) => part !== null).join(':'));
}

/** The line of the file that a position names, and a caret below it; nothing where the file cannot be read. */
function sourceLines(at: Position, cwd: string): string[] {
  if (at.line === null) return [];
  const line = readLine(resolve(cwd, at.file), at.line);
  if (line === null) return [];
  const source = withoutSecrets(line);
  const number = String(at.line);
  const gutter = ' '.repeat(number.length);
  const column = (at.column ?? 1) - 1;
  const before = oneLine(source.slice(0, column));
  // A long line is shown from shortly before the place.
  const skipped = displayWidth(before) > sourceWidth - 24 ? Math.max(0, column - 40) : 0;
  const shown = (skipped > 0 ? '…' : '') + oneLine(source.slice(skipped)).trimEnd();
  const lead = (skipped > 0 ? 1 : 0) + displayWidth(oneLine(source.slice(skipped, column)));
  const lines = [`    ${number} | ${shorten(shown, sourceWidth)}`];
  if (at.column !== null) lines.push(`    ${gutter} | ${' '.repeat(lead)}^`);
  return lines;
}

function readLine(file: string, line: number): string | null {
  try {
    const stats = statSync(file);
    if (!stats.isFile() || stats.size > largestSource) return null;
    return readFileSync(file, 'utf8').split(/\r?\n/)[line - 1] ?? null;
  } catch {
    return null;
  }
}

/** The stack of an error and of every error below it. */
function stackLines(error: Error): string[] {
  const lines: string[] = [];
  let current: unknown = error;
  for (let depth = 0; current !== undefined && depth < 8; depth++) {
    const text = current instanceof Error ? (current.stack ?? current.message) : String(current);
    const [first = '', ...rest] = printable(withoutPasswords(text)).split('\n');
    lines.push(depth === 0 ? first : `because of ${first}`, ...rest);
    current = current instanceof Error ? current.cause : undefined;
  }
  return lines;
}
