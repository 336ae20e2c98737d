import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OwnedFolder, sweepOwned, thisHost } from '../../src/files/index.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hygge-owned-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a folder that says whose it is', () => {
  it('goes with the folders that were made for it, and is for its owner alone', async () => {
    const owned = await OwnedFolder.make(join(folder, 'a', 'b', 'spill'));
    expect(statSync(owned.path).mode & 0o777).toBe(0o700);
    writeFileSync(join(owned.path, 'rows'), '');
    await owned.remove();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('keeps the folders above it that others came to use', async () => {
    const owned = await OwnedFolder.make(join(folder, 'a', 'b', 'spill'));
    writeFileSync(join(folder, 'a', 'other'), '');
    await owned.remove();
    expect(readdirSync(join(folder, 'a'))).toEqual(['other']);
  });

  it('is not swept while its process lives, nor where nobody can tell, nor without an owner', async () => {
    const { path } = await OwnedFolder.make(join(folder, 'living'));
    const self = await thisHost.identity();
    const others = {
      elsewhere: JSON.stringify({ ...self, host: 'another', pid: 1 }),
      torn: JSON.stringify(self).slice(0, 20),
      nobody: null,
    };
    for (const [name, owner] of Object.entries(others)) {
      mkdirSync(join(folder, name));
      if (owner !== null) writeFileSync(join(folder, name, 'owner.json'), owner);
    }
    expect(await sweepOwned(folder)).toEqual([]);
    expect(existsSync(path)).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(['elsewhere', 'living', 'nobody', 'torn']);
  });
});
