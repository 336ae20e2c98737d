// All faults in their full numbers, with the totals at the end. `HYGGE_SEED=…` does the random ones again as they were;
// what stands behind the command goes to vitest, such as the name of one file.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'hygge-totals-'));
const file = join(folder, 'totals.jsonl');
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const { status } = spawnSync(
  process.execPath,
  [vitest, 'run', '--config', 'tests/faults/full/vitest.config.ts', ...process.argv.slice(2)],
  {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, HYGGE_FAULTS: 'full', HYGGE_FAULT_TOTALS: file },
  },
);
const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
const totals = { what: 'in all', faults: 0, recoveries: 0, runs: 0, violations: 0 };
console.log('| what | faults | recoveries | runs | violations |\n| --- | ---: | ---: | ---: | ---: |');
const row = ({ what, faults, recoveries, runs, violations }) =>
  console.log(
    `| ${what} | ${[faults, recoveries, runs, violations].map((n) => n.toLocaleString('en-US')).join(' | ')} |`,
  );
for (const line of lines) {
  const part = JSON.parse(line);
  for (const key of ['faults', 'recoveries', 'runs', 'violations']) totals[key] += part[key];
  row(part);
}
row(totals);
rmSync(folder, { recursive: true });
process.exit(status ?? 1);
