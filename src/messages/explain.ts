import type { ErrorKind } from '../errors/entry.js';
import type { Explanation } from '../errors/explain.js';
import { paint } from '../errors/text.js';
import type { Output } from './output.js';
import { tableLines } from './table.js';

const means: Readonly<Record<ErrorKind, string>> = {
  config: 'What was asked for is wrong: a key, a value, a flag. Nothing was tried. Exit code 2.',
  run: 'What was asked for is right, but could not be done. Stores keep what they held before. Exit code 1.',
  interrupt: 'Somebody stopped it. Nothing of what was stopped was published. Exit code 130.',
};

/** What an error means, for people. */
export function explanationText(explanation: Explanation, output: Output): string {
  const { code, title, kind, retryable, example } = explanation;
  const { strong, faint, good } = paint(output.color);
  const again = retryable
    ? 'It may be gone the next time: a run tries it again, as retry: says.'
    : 'The same would fail again: something has to be mended first.';
  const lines = [`${strong(code)}  ${title}`, '', `  ${means[kind]}`, `  ${again}`];
  if (example !== null) {
    lines.push('', faint('  For example'));
    for (const line of example.split('\n')) {
      const tried = /^try: ([\s\S]*)$/.exec(line);
      lines.push(tried === null ? `    ${line}` : `    ${good('try:')} ${tried[1] ?? ''}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

/** All codes with their titles. */
export function codesText(explanations: readonly Explanation[], output: Output): string {
  const rows = explanations.map(({ code, title }) => [code, title]);
  const columns = [{ title: 'code' }, { title: 'what it is', cuts: true }] as const;
  return `${tableLines(columns, rows, output.columns).join('\n')}\n`;
}
