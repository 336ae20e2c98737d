import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Flow } from '../../src/index.js';

const home = fileURLToPath(new URL('../../data/home/numbers', import.meta.url));
let store: string;
beforeEach(async () => {
  store = await mkdtemp(join(tmpdir(), 'hygge-condition-'));
});
afterEach(() => rm(store, { recursive: true, force: true }));

describe('a condition', () => {
  it.each([
    ['true) UNION ALL (SELECT 1, 2, 3, 4, 5, 6', 'a closing parenthesis'],
    ['true; DROP TABLE x', 'a semicolon'],
    ['square >', 'syntax error'],
    ['no_such_column > 3', 'no_such_column'],
  ])('that is more, or less, than a condition is refused: %s', async (where, reason) => {
    const flow = new Flow({ name: 'f', home, store, where });
    await expect(flow.start()).rejects.toMatchObject({
      code: 'FILTER_INVALID',
      message: expect.stringContaining(reason),
    });
  });

  it.each([
    ["last_digit = ')' or number = 1 -- the first (", 1],
    ["last_digit = ';' or number in (1, 2)", 2],
    ['(number) between 1 and (3)', 3],
  ])('may hold anything in quotes and comments: %s', async (where, rows) => {
    expect((await new Flow({ name: 'f', home, store, where }).start()).rows).toBe(rows);
  });
});
