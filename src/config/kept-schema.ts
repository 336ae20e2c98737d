import { stringify } from 'yaml';
import { z } from 'zod';
import { type KeptSchema, keptColumns, schemaOf } from '../core/kept-schema.js';
import { asHyggeError, fail, type Position } from '../errors/index.js';
import { check } from './check.js';
import { find, type Node } from './node.js';
import { Problems } from './problems.js';
import { parseYaml } from './yaml.js';

const fileSchema = z.strictObject({
  version: z.literal(1),
  columns: z
    .array(
      z.strictObject({
        name: z.string(),
        type: z.string(),
        nullable: z.boolean(),
        from: z.string().optional(),
        home_type: z.string().optional(),
        made: z.boolean().optional(),
      }),
    )
    .min(1),
});

/** The columns that an entity settled with, as text that is made to be committed: nothing of a run is in it. */
export function formatKeptSchema(name: string, schema: KeptSchema): string {
  const text = stringify({ version: 1, columns: keptColumns(schema) }, { lineWidth: 0 });
  return `# The columns of ${JSON.stringify(name)} as they settle. Written by hygge after a run; made to be committed.\n${text}`;
}

/**
 * The columns in such a text.
 * @param path how errors name the file
 * @throws SCHEMA_FILE_DAMAGED with its place
 */
export function parseKeptSchema(text: string, path: string): KeptSchema {
  const damaged = (reason: string, at: Position | null) =>
    fail('SCHEMA_FILE_DAMAGED', { path, reason }, { at: at ?? { file: path, line: null, column: null } });
  let node: Node;
  try {
    node = parseYaml(text, path);
    const problems = new Problems();
    const found = check(fileSchema, node, { where: 'a kept schema', problems });
    problems.throwIfAny();
    const schema = schemaOf(found?.columns ?? []);
    if (!('unknown' in schema)) return schema;
    const { unknown, key } = schema;
    const index = found?.columns.indexOf(schema.unknown) ?? 0;
    throw damaged(
      `column "${unknown.name}" has the type ${unknown[key]}, which is none`,
      find(node, ['columns', index, key]).node.at,
    );
  } catch (thrown) {
    const error = asHyggeError(thrown);
    throw error.code === 'SCHEMA_FILE_DAMAGED' ? error : damaged(error.message, error.at);
  }
}
