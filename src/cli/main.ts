#!/usr/bin/env node
import { readFileSync } from 'node:fs';

const version = (): string =>
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version;

const args = process.argv.slice(2);

// `hygge --version` answers at once: nothing else is loaded for it.
if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
  process.stdout.write(`${version()}\n`);
} else {
  const { main } = await import('./program.js');
  process.exitCode = await main(args, version());
  // A home or store of somebody else's may have left something open: that must not keep the process from ending.
  const end = (): void => void process.stdout.write('', () => process.exit());
  setTimeout(end, 200).unref();
}
