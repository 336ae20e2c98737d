#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import * as module from 'node:module';

const version = (): string =>
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version;

const args = process.argv.slice(2);

// `hygge --version` answers at once: nothing else is loaded for it.
if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
  process.stdout.write(`${version()}\n`);
} else {
  // Node 22 and later keep what they have compiled for the next start; Node 20 does not know this.
  (module as { enableCompileCache?: () => void }).enableCompileCache?.();
  const { main } = await import('./program.js').catch(cannotLoad);
  process.exitCode = await main(args, version());
  // A home or store of somebody else's may have left something open: that must not keep the process from ending.
  const end = (): void => void process.stdout.write('', () => process.exit());
  setTimeout(end, 200).unref();
}

/** With too few files that may be open, not even the errors can be loaded. */
function cannotLoad(error: NodeJS.ErrnoException): never {
  if (error.code !== 'EMFILE' && error.code !== 'ENFILE') throw error;
  process.stderr.write(
    `✗ TOO_MANY_FILES  hygge cannot be loaded: ${error.message}\n  try: Raise the limit, such as with: ulimit -n 1024.\n`,
  );
  process.exit(1);
}
