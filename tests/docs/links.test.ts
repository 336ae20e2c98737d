import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pages, pageText, root } from './blocks.js';

const withoutCode = (text: string): string =>
  text.replace(/^(`{3,})[\s\S]*?^\1$/gm, '').replace(/`[^`\n]*`/g, '');

/** The anchor of a heading, as the sites that show Markdown make it. */
const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');
const anchorsOf = (page: string): string[] =>
  [...pageText(page).matchAll(/^#+ (.+)$/gm)].map((match) => anchor(match[1] ?? ''));

describe('links', () => {
  it.each(pages)('of %s lead to what is there', (page) => {
    const targets = [...withoutCode(pageText(page)).matchAll(/\]\(([^)]+)\)/g)].map(
      (match) => match[1] ?? '',
    );
    const broken = targets.filter((target) => {
      if (/^https?:/.test(target)) return false;
      const [path = '', section] = target.split('#');
      const file = path === '' ? page : join(dirname(page), path);
      if (!existsSync(join(root, file))) return true;
      return section !== undefined && !anchorsOf(file).includes(section);
    });
    expect(broken).toEqual([]);
  });
});
