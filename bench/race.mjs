import { closeSync, mkdirSync, openSync, readdirSync, readSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { compare } from './check.mjs';
import { measure, median } from './measure.mjs';
import { output } from './paths.mjs';
import { readyMemory } from './ready-memory.mjs';

/** Whoever needs more seconds than this runs once, unless a race says otherwise. */
const usualPatience = 5;
/** Whoever needs less than this runs twice as often: where all is short, a difference of a tenth may be noise. */
const short = 2;

/**
 * Lets contenders do the same job in turn, several rounds: A B C, C B A, A B C, and as many again for those who need
 * little time, unless there is but one. What each writes is compared with
 * the source once, and removed between the rounds, outside of the time that is taken.
 * Gives for each `{ name, missing, seconds (the median), stopped, rounds, peak, bytes, checked }`.
 * @param limit seconds after which a contender is stopped
 */
export async function race(contenders, job, { rounds, select, patience = usualPatience, limit = null }) {
  const rows = contenders.map(({ name, missing }) => ({
    name,
    missing,
    times: [],
    stopped: false,
    peak: null,
    bytes: 0,
    checked: null,
  }));
  for (const file of matching(job.input ?? job.source)) warm(file);
  const most = rounds > 1 ? 2 * rounds : 1;
  for (let round = 0; round < most; round++) {
    const order = contenders.map((_, i) => (round % 2 === 0 ? i : contenders.length - 1 - i));
    for (const i of order) {
      const row = rows[i];
      if (row.missing !== null || row.times[0] > patience) continue;
      if (round >= rounds && median(row.times) >= short) continue;
      try {
        await runOnce(contenders[i], job, { select, limit }, row);
      } catch (error) {
        row.missing = reasonOf(error.message);
      }
      const figure = row.missing ?? `${row.times.at(-1).toFixed(2)} s`;
      console.log(`  ${round + 1} ${row.name}: ${figure}`);
    }
  }
  rmSync(output, { recursive: true, force: true });
  return rows.map(({ times, ...row }) => ({
    ...row,
    rounds: times.length,
    seconds: times.length === 0 ? null : median(times),
  }));
}

async function runOnce(contender, job, { select, limit }, row) {
  rmSync(output, { recursive: true, force: true });
  mkdirSync(output, { recursive: true });
  const { files, ...command } = contender.run({ ...job, output });
  readyMemory(sizeOf(matching(job.input ?? job.source)));
  const { seconds, peak, stopped } = await measure(command, { limit });
  row.times.push(seconds);
  row.peak = Math.max(row.peak ?? 0, peak ?? 0) || null;
  if (stopped) Object.assign(row, { stopped, checked: 'stopped' });
  if (row.checked !== null) return;
  const written = matching(files);
  row.bytes = sizeOf(written);
  row.checked = contender.bytesOnly ? 'bytes only' : await compare(job.source, written, select);
}

const sizeOf = (files) => files.reduce((sum, file) => sum + statSync(file).size, 0);

/** The files of a path whose last part may hold a star. */
function matching(path) {
  const expression = new RegExp(`^${basename(path).replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
  return readdirSync(dirname(path))
    .filter((name) => expression.test(name))
    .sort()
    .map((name) => join(dirname(path), name));
}

/** Reads a file once, so that whoever comes first does not read it from the disk for all others. */
function warm(path) {
  const buffer = Buffer.allocUnsafe(1024 * 1024);
  const file = openSync(path, 'r');
  while (readSync(file, buffer) > 0);
  closeSync(file);
}

/** Of what a program said when it failed, the line that says why. */
function reasonOf(text) {
  const lines = text.split('\n').map((line) => line.trim());
  return (lines.find((line) => /(error|exception)\b/i.test(line)) ?? lines.at(-1) ?? '').slice(0, 100);
}
