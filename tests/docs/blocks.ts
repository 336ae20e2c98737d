import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of the project. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[/\\]$/, '');

/** A block of code in a page. */
export interface Block {
  readonly page: string;
  /** The line of its first fence, from 1. */
  readonly line: number;
  /** The heading that it stands under. */
  readonly section: string;
  readonly language: string;
  readonly text: string;
  /**
   * What an HTML comment before it says, `key: value` divided by `;`:
   * `file` the name that it is kept under, `fails` the code of the error that it is an example of,
   * `env` NAME=value for its references, `output of` the command that prints it, `exits` that command's exit code.
   */
  readonly says: ReadonlyMap<string, string>;
}

/** Every page that people read, relative to the project. */
export const pages: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync(`${root}/docs`, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name.replaceAll('\\', '/')}`)
    .sort(),
];

export const pageText = (page: string): string => readFileSync(`${root}/${page}`, 'utf8');

/** The blocks of all pages, in order. */
export const blocks: readonly Block[] = pages.flatMap(blocksOf);

function blocksOf(page: string): Block[] {
  const found: Block[] = [];
  let section = page;
  let says = new Map<string, string>();
  let open: { line: number; language: string; fence: string; lines: string[] } | null = null;
  for (const [index, line] of pageText(page).split('\n').entries()) {
    if (open !== null) {
      if (line.trim() !== open.fence) open.lines.push(line);
      else {
        const { line: start, language, lines } = open;
        found.push({ page, line: start, section, language, text: `${lines.join('\n')}\n`, says });
        open = null;
        says = new Map();
      }
      continue;
    }
    const fence = /^\s*(`{3,})(\w*)/.exec(line);
    const comment = /^<!--\s*(.*?)\s*-->$/.exec(line);
    const heading = /^#+ (.*)$/.exec(line);
    if (fence !== null)
      open = { line: index + 1, language: fence[2] ?? '', fence: fence[1] ?? '', lines: [] };
    else if (comment !== null) says = new Map((comment[1] ?? '').split(/;\s*/).map(pair));
    else if (heading !== null) section = heading[1] ?? '';
    else if (line.trim() !== '') says = new Map();
  }
  if (open !== null) throw new Error(`${page}:${open.line}: a block that is never closed`);
  return found;
}

function pair(text: string): [string, string] {
  const [, key = text, value = ''] = /^([a-z ]+): *(.*)$/.exec(text) ?? [];
  return [key, value];
}

/** Where a block is, as editors understand it. */
export const place = ({ page, line }: Block): string => `${page}:${line}`;

/** What `env: A=b, C=d` sets. */
export function environmentOf(group: readonly Block[]): Record<string, string> {
  const settings = group.flatMap(({ says }) => says.get('env')?.split(/,\s*/) ?? []);
  return Object.fromEntries(
    settings.map((one) => [one.split('=')[0] ?? '', one.slice(one.indexOf('=') + 1)]),
  );
}

/**
 * The blocks of a section that are files of one project: those with `file`. A name that comes a second time begins
 * another project.
 */
export function projects(all: readonly Block[]): Block[][] {
  const found: Block[][] = [];
  for (const block of all.filter(({ says }) => says.has('file'))) {
    const last = found.at(-1);
    const [first] = last ?? [];
    const same = first?.page === block.page && first.section === block.section;
    const again = last?.some(({ says }) => says.get('file') === block.says.get('file')) ?? false;
    if (last !== undefined && same && !again) last.push(block);
    else found.push([block]);
  }
  return found;
}
