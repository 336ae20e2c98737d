import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { missingPath } from '../../src/files/index.js';

const root = mkdtempSync(join(tmpdir(), 'hygge-test-'));
afterAll(() => rmSync(root, { recursive: true }));
mkdirSync(join(root, 'data/home/orders'), { recursive: true });
writeFileSync(join(root, 'data/home/orders/2026.parquet'), '');
mkdirSync(join(root, 'data/.hygge'));

const hintFor = async (path: string): Promise<string> =>
  (await missingPath('the home', join(root, path))).hint ?? '';

describe('a path that does not exist', () => {
  it.each([
    ['data/home/oders', 'data/home/orders'],
    ['data/hom/orders', 'data/home/orders'],
    ['Data/Home/Orders/2025.parquet', 'data/home/orders/2026.parquet'],
    ['data/home/ordersx/nothing-like-it', 'data/home/orders'],
  ])('%s was most likely meant as %s', async (written, meant) => {
    expect(await hintFor(written)).toContain(`Did you mean ${join(root, meant)}?`);
  });

  it.each(['data/home/customers', 'data/hygge', 'x/y/z'])('%s resembles nothing', async (written) => {
    expect(await hintFor(written)).toMatch(/^Check the spelling; relative paths/);
  });
});
