import { createInterface } from 'node:readline/promises';
import { fail } from '../errors/index.js';

/**
 * Asks a person whether to go on; only "y" or "yes" does. Without a terminal nobody can answer, and the command needs
 * --yes. Gives whether to go on.
 */
export async function confirmed(question: string, yes: boolean | undefined): Promise<boolean> {
  if (yes === true) return true;
  if (process.stdin.isTTY !== true) {
    throw fail('USAGE', {
      reason: 'nobody is there to confirm this',
      hint: 'Add --yes to go on without being asked. Nothing was changed.',
    });
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`${question} [y/N] `);
    return /^\s*y(es)?\s*$/i.test(answer);
  } catch {
    // Ctrl-C, or the end of the input.
    return false;
  } finally {
    terminal.close();
  }
}
