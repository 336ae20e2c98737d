import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FolderStore } from '../../src/files/index.js';

it('a store that is closed while it is being begun is not held afterwards', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hygge-close-'));
  try {
    const open = () => new FolderStore({ path: join(folder, 'store'), suffix: '.parquet' });
    const left = open();
    const begun = left.begin({ runId: 'r1', name: 'left' });
    await left.close();
    await begun;
    const next = open();
    await next.begin({ runId: 'r2', name: 'next' });
    await next.close();
    expect((await open().inspect()).holder).toBeNull();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
