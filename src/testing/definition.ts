import assert from 'node:assert/strict';
import { z } from 'zod';
import { type Form, forms } from '../core/capabilities.js';

interface AnyDefinition {
  readonly type: string;
  readonly summary: string;
  readonly config: z.ZodObject;
  readonly paths?: readonly string[];
}

/** What every definition owes to the people who meet it in `hygge types`, in their editor, and in errors. */
export function checkDefinition(definition: AnyDefinition, config: Readonly<Record<string, unknown>>): void {
  const { type, summary } = definition;
  assert.match(type, /^[a-z][a-z0-9_]*$/, 'the name of a type is of small letters, digits and _');
  assert.ok(summary.trim() !== '' && !summary.includes('\n'), 'the summary is one line that says something');
  const schema = z.toJSONSchema(definition.config, { io: 'input', unrepresentable: 'any' });
  const keys = Object.entries(schema.properties ?? {});
  for (const [key, property] of keys) {
    const description = typeof property === 'object' ? property.description : undefined;
    assert.ok(description !== undefined && description.trim() !== '', `the key "${key}" has a description`);
  }
  for (const key of definition.paths ?? []) {
    assert.ok(
      keys.some(([known]) => known === key),
      `"${key}" in paths is a key of the configuration`,
    );
  }
  const { type: _, ...settings } = config;
  assert.equal(definition.config.safeParse(settings).success, true, 'the configuration given is valid');
  const misspelt = { ...settings, hygge_no_such_key: 1 };
  assert.equal(
    definition.config.safeParse(misspelt).success,
    false,
    'a key that is not known is refused: make the configuration with z.strictObject',
  );
}

/** The forms that capabilities name are those that a session has functions for. */
export function checkForms(
  named: readonly Form[],
  offered: Readonly<Record<Form, boolean>>,
  what: string,
): void {
  assert.ok(named.length > 0, `capabilities name at least one form that it ${what}`);
  assert.equal(new Set(named).size, named.length, 'capabilities name each form once');
  for (const form of forms) {
    assert.equal(
      offered[form],
      named.includes(form),
      `capabilities ${named.includes(form) ? '' : 'do not '}say that it ${what} ${form}, and its session agrees`,
    );
  }
}
