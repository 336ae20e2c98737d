// Contenders that are packages of npm, in a folder of their own, which is made when one of them is first wanted.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { data } from './paths.mjs';

/** The newest that runs on every Node that hygge runs on. */
const polars = 'nodejs-polars@0.23.5';
const folder = join(data, 'packages');
export const modules = join(folder, 'node_modules');

let answer;

/** Installs the packages where they are not there yet. Gives why there are none, or null. */
export function preparePackages() {
  answer ??= { missing: install() };
  return answer.missing;
}

function install() {
  const stamp = join(folder, polars.replace('@', '-'));
  if (existsSync(stamp)) return null;
  console.log('installing the contenders of npm …');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', polars];
  const { status, stderr, error } = spawnSync('npm', args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) return `could not be installed: ${error?.message ?? stderr.trim().split('\n').at(-1)}`;
  writeFileSync(stamp, '');
  return null;
}

/** The versions of the packages; none where they are not installed. */
export const packageVersions = () =>
  existsSync(join(folder, polars.replace('@', '-'))) ? [polars.split('@')] : [];
