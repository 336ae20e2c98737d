import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../../..', import.meta.url)),
    include: [
      'tests/faults/**/*.test.ts',
      'tests/faults/full/*.full.ts',
      'tests/postgres/{faults,writers}.test.ts',
      'tests/parquet/{fuzz,splice-property}.test.ts',
    ],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
