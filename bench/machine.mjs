import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, statfsSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { withDuck } from './duck.mjs';
import { packageVersions } from './packages.mjs';
import { data, root } from './paths.mjs';
import { pythonVersions } from './python.mjs';

const lines = (file, args) => {
  const { status, stdout } = spawnSync(file, args, { encoding: 'utf8' });
  return status === 0 ? stdout.trim().split('\n') : [];
};
const first = (file, args) => lines(file, args)[0] ?? null;
const last = (file, args) => lines(file, args).at(-1) ?? null;

/** What the figures were taken on and with, as pairs of a name and a text. */
export async function machine() {
  mkdirSync(data, { recursive: true });
  const [{ v: duckdb }] = await withDuck((ask) => ask('SELECT version() AS v'));
  const { version } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'));
  const fileSystem = last('df', ['--output=fstype', data]) ?? 'unknown';
  const { bavail, bsize } = statfsSync(data);
  return [
    ['processor', `${availableParallelism()} cores, ${cpus()[0]?.model.trim() ?? 'unknown'}`],
    ['memory', `${(totalmem() / 2 ** 30).toFixed(0)} GiB`],
    ['disk', `${fileSystem}, ${Math.round((bavail * bsize) / 2 ** 30)} GiB free`],
    ['system', `${type()} ${release().split('.').slice(0, 2).join('.')}`],
    ['hygge', version],
    ['Node', process.version],
    ['DuckDB', `${duckdb}, for hygge and beside it`],
    ['cp', first('cp', ['--version']) ?? 'unknown'],
    ...packageVersions(),
    ...pythonVersions(),
  ];
}
