import { describe, expect, it } from 'vitest';
import { catalogue } from '../../src/errors/index.js';
import { hygge } from './helpers.js';

describe('hygge explain', () => {
  it('says what an error means, what it looks like, and what to try', async () => {
    const { code, stdout } = await hygge(['explain', 'schema_drift']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^SCHEMA_DRIFT {2}The columns are not those of the last run\n/);
    expect(stdout).toMatch(/could not be done.*Exit code 1/);
    expect(stdout).toMatch(/For example\n {4}crm_accounts: /);
    expect(stdout).toMatch(/try: No row was moved/);
  });

  it('has an example of every error, and lists them all', async () => {
    const { stdout } = await hygge(['explain', '--json']);
    const { errors } = JSON.parse(stdout) as { errors: { code: string; example: string | null }[] };
    expect(errors.map(({ code }) => code)).toEqual(Object.keys(catalogue).sort());
    expect(errors.filter(({ example }) => example === null)).toEqual([]);
    expect((await hygge(['explain'])).stdout.split('\n').length).toBe(errors.length + 2);
  });

  it('knows the nearest of what is no code', async () => {
    const { code, stderr } = await hygge(['explain', 'SCHEMA_DRIFTS']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/CODE_UNKNOWN/);
    expect(stderr).toMatch(/Did you mean "SCHEMA_DRIFT"\?/);
    expect((await hygge(['explain', 'X'])).stderr).toMatch(/hygge explain/);
  });
});
