import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  entitySchema,
  flowSchema,
  journalSchema,
  runOptionsSchema,
  watermarkSchema,
  workspaceSchema,
} from '../../src/config/schemas.js';
import { root } from './blocks.js';
import { node } from './sandbox.js';

describe('reference pages', () => {
  it('are what the definitions make', async () => {
    const { exitCode, err } = await node(['scripts/reference.mjs', '--check'], root);
    expect(err).toBe('');
    expect(exitCode).toBe(0);
  });
});

describe('docs/configuration.md', () => {
  // Without the spaces that line up the cells of tables.
  const text = readFileSync(`${root}/docs/configuration.md`, 'utf8').replace(/ +/g, ' ');
  const names = (schema: { readonly shape: object }): string[] => Object.keys(schema.shape);
  const keys = [
    ...names(workspaceSchema),
    ...names(runOptionsSchema).map((key) => `options.${key}`),
    ...names(journalSchema).map((key) => `journal.${key}`),
    ...names(flowSchema),
    ...names(entitySchema),
    ...names(watermarkSchema),
  ];

  it.each([...new Set(keys)])('tells of %s', (key) => {
    expect(text).toMatch(new RegExp(`\`${key}[\`:.]`));
  });

  it('has the defaults that hygge has', () => {
    const flow = flowSchema.parse({ home: 'a', store: 'b' });
    const options = runOptionsSchema.parse({});
    expect(text).toContain(`| \`queue_size\` | ${flow.queue_size} |`);
    expect(text).toContain(`| \`timeout\` | ${flow.timeout} |`);
    expect(text).toContain(`| \`run_type\` | \`${flow.run_type}\` |`);
    expect(text).toContain(`| \`options.concurrency\` | ${options.concurrency} |`);
    expect(text).toContain(`| \`options.continue_on_error\` | \`${options.continue_on_error}\` |`);
    expect(text).toContain(`| \`options.log_level\` | \`${options.log_level}\` |`);
  });
});
