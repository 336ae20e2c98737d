import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  builtinRegistry,
  Coordinator,
  HyggeError,
  HyggeErrors,
  loadWorkspace,
  tablesOf,
} from '../../src/index.js';
import { type Block, blocks, environmentOf, place, projects } from './blocks.js';
import { compile } from './compile.js';
import { databaseFor } from './database.js';
import { node, sandbox } from './sandbox.js';

const isCode = (block: Block): boolean => block.language === 'ts';
const isYaml = (block: Block): boolean => block.language === 'yaml';
const scriptName = (block: Block): string =>
  `${block.says.get('file')?.replace(/\.ts$/, '') ?? `block${block.line}`}`;

const whole = projects(blocks.filter((block) => isYaml(block) || isCode(block)));
const alone = blocks.filter((block) => isYaml(block) && !block.says.has('file'));

describe('TypeScript in the pages', () => {
  const pages = [...new Set(blocks.filter(isCode).map((block) => block.page))];

  // One program a page: what one page adds to the types of hygge is unknown to the others.
  describe.each(pages)('%s', (page) => {
    const own = blocks.filter((block) => isCode(block) && block.page === page);
    const folder = sandbox();
    let complaints = 'not compiled';
    beforeAll(async () => {
      const sources = Object.fromEntries(own.map((block) => [`${scriptName(block)}.ts`, block.text]));
      complaints = await compile(folder, sources);
    });

    it('is what the compiler accepts', () => {
      expect(complaints).toBe('');
    });

    it.each(own.map((block) => [place(block), block] as const))('%s runs', async (_, block) => {
      const { exitCode, out, err } = await node([join(folder, `${scriptName(block)}.js`)], folder);
      expect(err).toBe('');
      expect(exitCode, out).toBe(0);
    });
  });
});

/** Runs a project, and gives the codes of what went wrong. */
async function run(path: string, cwd: string, env: Record<string, string>): Promise<string[]> {
  try {
    const all = { ...process.env, ...env };
    const loaded = await loadWorkspace({ path, cwd, env: all, registry: builtinRegistry(), tablesOf });
    const { flows } = await new Coordinator(loaded).start();
    expect(flows.length).toBeGreaterThan(0);
    expect(flows.filter(({ status, rows }) => status === 'success' && rows === 0)).toEqual([]);
    return flows.flatMap(({ error }) => error?.code ?? []);
  } catch (error) {
    if (error instanceof HyggeErrors) return error.errors.map(({ code }) => code);
    if (error instanceof HyggeError) return [error.code];
    throw error;
  }
}

const wanted = (group: readonly Block[]): string[] =>
  group.flatMap(({ says }) => says.get('fails')?.split(/,\s*/) ?? []);

describe('YAML in the pages', () => {
  it.each(alone.map((block) => [place(block), block] as const))('%s runs', async (_, block) => {
    const keys = Object.keys(parse(block.text));
    expect(keys, 'a block without flows: says with <!-- file: … --> which file it is').toContain('flows');
    const folder = sandbox({ 'block.yaml': block.text });
    expect(await run('block.yaml', folder, environmentOf([block]))).toEqual(wanted([block]));
  });

  const yamls = whole.filter((group) => group.some(isYaml));
  it.each(yamls.map((group) => [group.map(place).join(', '), group] as const))('%s run', async (_, group) => {
    const files = filesOf(group.filter(isYaml));
    const folder = sandbox(files);
    const scripts = group.filter(isCode);
    if (scripts.length > 0) {
      const sources = Object.fromEntries(scripts.map((block) => [`${scriptName(block)}.ts`, block.text]));
      expect(await compile(folder, sources)).toBe('');
    }
    const [only = '.'] = Object.keys(files).filter((name) => !name.includes('/'));
    const path = 'hygge.yml' in files ? '.' : only;
    const env = { ...environmentOf(group), ...(await databaseFor(group)) };
    expect(await run(path, folder, env)).toEqual(wanted(group));
  });
});

/** The files of a project; where a page shows a part of one, the rest is filled in. */
function filesOf(group: readonly Block[]): Record<string, string> {
  const files = Object.fromEntries(group.map((block) => [block.says.get('file') ?? '', block.text]));
  const names = Object.keys(files);
  const inFlows = names.filter((name) => name.startsWith('flows/'));
  const isWorkspace = inFlows.length > 0 || names.includes('hygge.yml');
  if (!isWorkspace) return files;
  const flow = 'home: data/home/numbers\nstore: data/store/numbers\n';
  for (const name of inFlows) files[`${name.split('/').slice(0, 2).join('/')}/flow.yml`] ??= flow;
  const project = files['hygge.yml'] ?? 'name: docs\n';
  const complete = inFlows.length > 0 || 'flows' in parse(project) || 'flows_dir' in parse(project);
  return { ...files, 'hygge.yml': project, ...(complete ? {} : { 'flows/numbers/flow.yml': flow }) };
}
