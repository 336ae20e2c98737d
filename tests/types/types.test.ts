import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compile } from '../docs/compile.js';
import { sandbox } from '../docs/sandbox.js';

const text = readFileSync(new URL('plugin.ts', import.meta.url), 'utf8');

describe('a type of another package', () => {
  it('is as well typed as a built-in one', async () => {
    expect(await compile(sandbox(), { 'plugin.ts': text })).toBe('');
  });

  it('is held to that by errors that the compiler really has', async () => {
    const refusals = text.match(/@ts-expect-error/g)?.length ?? 0;
    const bare = text.replaceAll('@ts-expect-error', '');
    const complaints = await compile(sandbox(), { 'plugin.ts': bare });
    expect(complaints.match(/error TS\d+/g)).toHaveLength(refusals);
  });
});
