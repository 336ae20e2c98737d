// The contenders in Python live in an environment of their own, which is made when one of them is first wanted.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { data, root } from './paths.mjs';

const venv = join(data, 'venv');
const stamp = join(venv, 'complete');
const requirements = join(root, 'bench', 'requirements.txt');
export const python = join(venv, 'bin', 'python');
export const inVenv = (name) => join(venv, 'bin', name);
/** A home of their own, so that nothing lands in the one of whoever runs this. */
export const home = join(data, 'home');

let answer;

/** Makes the environment where it is not there yet. Gives why there is none, or null. */
export function preparePython() {
  answer ??= { missing: install() };
  return answer.missing;
}

function install() {
  const checkout = process.env.HYGGE_PY;
  const wanted = `${readFileSync(requirements, 'utf8')}${checkout ?? ''}`;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return null;
  console.log('installing the contenders in Python …');
  rmSync(venv, { recursive: true, force: true });
  mkdirSync(data, { recursive: true });
  const earlier = checkout === undefined ? [] : [`${checkout}[all]`];
  for (const [file, ...args] of [
    ['python3', '-m', 'venv', venv],
    [
      python,
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      '-r',
      requirements,
      ...earlier,
    ],
  ]) {
    const { status, stderr, error } = spawnSync(file, args, { encoding: 'utf8' });
    if (status !== 0) return `could not be installed: ${error?.message ?? stderr.trim().split('\n').at(-1)}`;
  }
  placeExtensions();
  writeFileSync(stamp, wanted);
  return null;
}

/** DuckDB's extensions come as Python packages; its command line looks for them in the home. */
function placeExtensions() {
  const [version] = readdirSync(join(venv, 'lib'));
  const from = join(venv, 'lib', version, 'site-packages', 'duckdb_ext', 'extensions');
  if (existsSync(from)) cpSync(from, join(home, '.duckdb', 'extensions'), { recursive: true });
}

/** The versions of the contenders in Python; none where they are not installed. */
export function pythonVersions() {
  if (!existsSync(stamp)) return [];
  const pinned = readFileSync(requirements, 'utf8')
    .split('\n')
    .filter((line) => line.includes('=='))
    .map((line) => line.split('=='));
  const { HYGGE_PY: checkout } = process.env;
  if (checkout === undefined) return pinned;
  const [, version] =
    /^version = "(.*)"$/m.exec(readFileSync(join(checkout, 'pyproject.toml'), 'utf8')) ?? [];
  return [...pinned, ['the earlier hygge', version ?? 'unknown']];
}
