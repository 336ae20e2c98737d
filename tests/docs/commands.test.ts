import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Block, blocks, environmentOf, pages, pageText, place, projects, root } from './blocks.js';
import { hygge, sandbox } from './sandbox.js';

/** A command as a page names it, with where it does. */
interface Mention {
  readonly at: string;
  readonly text: string;
}

const inBlocks: readonly Mention[] = blocks
  .filter(({ language }) => language === 'sh')
  .flatMap((block) => block.text.split('\n').map((text) => ({ at: place(block), text })));
const inProse: readonly Mention[] = pages.flatMap((page) =>
  [...pageText(page).matchAll(/(?<!`)`((?:hygge|npm) [^`\n]+)`/g)].map((match) => ({
    at: page,
    text: match[1] ?? '',
  })),
);
/** Without the comment behind it. */
const mentions = [...inBlocks, ...inProse].map(({ at, text }) => ({ at, text: text.replace(/\s+#.*$/, '') }));
const known = [
  'init',
  'go',
  'plan',
  'preview',
  'debug',
  'discover',
  'check',
  'compact',
  'journal',
  'profile',
  'quarantine',
  'recover',
  'undo',
  'verify',
  'watermark',
  'types',
  'schema',
  'explain',
  'help',
];

describe('commands in the pages', () => {
  const help = new Map<string, string>();
  beforeAll(async () => {
    const folder = sandbox();
    for (const command of known.filter((name) => name !== 'help')) {
      const { out, exitCode } = await hygge([command, '--help'], folder);
      expect(exitCode).toBe(0);
      help.set(command, out);
    }
    help.set('', (await hygge(['--help'], folder)).out);
  });

  const own = mentions.filter(({ text }) => text.startsWith('hygge '));
  it.each(own.map(({ at, text }) => [`${at}: ${text}`, text] as const))('%s', (_, text) => {
    const words = text.split(/\s+/).slice(1);
    const command = words.find((word) => !word.startsWith('-'));
    if (command !== undefined) expect(known).toContain(command);
    const shown = help.get(command === 'help' ? '' : (command ?? '')) ?? '';
    for (const flag of words.filter((word) => /^--?[a-z]/.test(word)).map((word) => word.split('=')[0] ?? ''))
      expect(`${shown}\n--help,`, text).toMatch(new RegExp(`(^|\\s)${flag}(,|\\s)`, 'm'));
  });

  it('of npm are scripts of the package', () => {
    const { scripts } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'));
    const named = mentions.flatMap(({ at, text }) => {
      const [, name] = /^npm (?:run )?([a-z:]+)/.exec(text) ?? [];
      return name === undefined || ['install', 'ci', 'i'].includes(name) ? [] : [{ at, name }];
    });
    expect(named.filter(({ name }) => !(name in scripts))).toEqual([]);
  });

  it('are all in the table of the readme', () => {
    const table = pageText('README.md');
    const missing = known.filter((name) => name !== 'help' && !table.includes(`| \`hygge ${name}`));
    expect(missing).toEqual([]);
  });
});

/** What differs from run to run, and from machine to machine. */
const volatile = new Set(
  [
    ['run_id', 'started_at', 'finished_at', 'duration_s', 'bytes_read', 'bytes_written', 'peak_memory_bytes'],
    ['entity_run_id', 'coordinator_run_id', 'flow_run_id', 'start_time', 'finish_time', 'duration'],
    ['config_digest', 'node_version', 'engine_version'],
    ['bytes', 'hygge_version'],
  ].flat(),
);

/** A document with the form of what differs in the place of it: keys, their order, and all else stay. */
const stable = (json: string): string =>
  JSON.stringify(
    JSON.parse(json),
    (key, value) =>
      volatile.has(key) ? `a ${value === null ? 'null' : typeof value} that differs from run to run` : value,
    2,
  );

/** The three lines that begin every page. */
const threeLines = `flows:\n  numbers:\n    home: data/home/numbers\n    store: data/store/numbers\n`;

describe('outputs in the pages', () => {
  const shown = blocks.filter(({ says }) => says.has('output of'));
  it('are there', () => {
    expect(shown.length).toBeGreaterThan(0);
  });

  it.each(shown.map((block) => [place(block), block] as const))('%s', async (_, block) => {
    const project = projectAround(block);
    const files = Object.fromEntries(project.map(({ says, text }) => [says.get('file') ?? '', text]));
    const folder = sandbox(project.length === 0 ? { 'numbers.yaml': threeLines } : files);
    const environment = environmentOf(project);
    const all = block.says.get('output of')?.split(' && ') ?? [];
    for (const before of all.slice(0, -1)) await hygge(words(before), folder, environment);
    const { out, err, exitCode } = await hygge(words(all.at(-1) ?? ''), folder, environment);
    expect(`exit code ${exitCode}`).toBe(`exit code ${block.says.get('exits') ?? 0}`);
    if (block.language === 'json') {
      expect(stable(named(out, folder))).toBe(stable(block.text));
    } else {
      expect(named(out + err, folder)).toBe(block.text);
    }
  });
});

const words = (command: string): string[] => command.split(' ').slice(1);
/** The folder as the pages call it. */
const named = (text: string, folder: string): string => text.replaceAll(folder, '/home/ada/project');

/** The project of the same section, which a page shows before what comes out of it. */
function projectAround(block: Block): readonly Block[] {
  const before = projects(blocks).filter(
    ([first]) => first?.page === block.page && first.section === block.section && first.line < block.line,
  );
  return before.at(-1) ?? [];
}
