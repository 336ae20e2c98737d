import { dirname, join } from 'node:path';
import { formatKeptSchema, parseKeptSchema } from '../config/index.js';
import type { EntityConfig } from '../core/entity-config.js';
import type { KeptSchema } from '../core/kept-schema.js';
import { makeFolders, nodeFileSystem, readIfThere, writeFileDurably } from '../files/index.js';
import type { KeptSchemas } from '../flow/index.js';

/** The folder of the kept schemas within a project's own. */
const folder = 'schemas';

/**
 * The columns that entities settled with, one file each, made to be committed: `schemas/<flow>/<entity>.yml`, or
 * `schemas/<flow>.yml` for a flow without entities. The columns stand in their own order, and nothing of a run does.
 */
export class SchemaFiles implements KeptSchemas {
  readonly #state: string;

  /** @param state the folder that a project keeps for itself, absolute */
  constructor(state: string) {
    this.#state = state;
  }

  /** Where the schema of an entity lies, or would. */
  path({ flow, entity, schema }: EntityConfig): string {
    const root = schema.path ?? join(this.#state, folder);
    return entity === null ? join(root, `${flow}.yml`) : join(root, flow, `${entity}.yml`);
  }

  async read(config: EntityConfig): Promise<KeptSchema | null> {
    const path = this.path(config);
    const bytes = await readIfThere(nodeFileSystem, path);
    return bytes === null ? null : parseKeptSchema(Buffer.from(bytes).toString('utf8'), path);
  }

  async write(config: EntityConfig, schema: KeptSchema): Promise<void> {
    const path = this.path(config);
    const bytes = Buffer.from(formatKeptSchema(config.name, schema));
    const there = await readIfThere(nodeFileSystem, path);
    if (there !== null && bytes.equals(there)) return;
    await makeFolders(nodeFileSystem, dirname(path));
    await writeFileDurably(path, bytes);
  }
}
