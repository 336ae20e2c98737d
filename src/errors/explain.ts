import { readFileSync } from 'node:fs';
import { catalogue } from './catalogue/index.js';
import type { ErrorKind } from './entry.js';

/** What there is to say of an error that somebody has met. */
export interface Explanation {
  readonly code: string;
  /** A few words that name it. */
  readonly title: string;
  readonly kind: ErrorKind;
  /** Whether the same may succeed the next time. */
  readonly retryable: boolean;
  /** What it looks like, with what to try; null where the page that has it cannot be read. */
  readonly example: string | null;
}

/** All codes, sorted. */
export const errorCodes: readonly string[] = Object.keys(catalogue).sort();

/** What a code means; null for one that is none. Small and large letters are the same. */
export function explainError(asked: string): Explanation | null {
  const code = asked.trim().toUpperCase();
  const entry = Object.entries(catalogue).find(([name]) => name === code)?.[1];
  if (entry === undefined) return null;
  const { title, kind } = entry;
  const retryable = 'retryable' in entry && entry.retryable === true;
  return { code, title, kind, retryable, example: exampleOf(code) };
}

/** From the reference page, which is made from the catalogue and lies in the package. */
function exampleOf(code: string): string | null {
  try {
    const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
    const section = page.split(`\n### ${code}\n`)[1]?.split('\n### ')[0] ?? '';
    return /```text\n([\s\S]*?)\n```/.exec(section)?.[1] ?? null;
  } catch {
    return null;
  }
}
