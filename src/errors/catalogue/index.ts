import type { ErrorEntry } from '../entry.js';
import { checkErrors } from './checks.js';
import { cliErrors } from './cli.js';
import { configErrors } from './config.js';
import { connectionErrors } from './connections.js';
import { databaseErrors } from './database.js';
import { fileErrors } from './files.js';
import { journalErrors } from './journal.js';
import { parquetErrors } from './parquet.js';
import { publishingErrors } from './publishing.js';
import { rowErrors } from './rows.js';
import { runErrors } from './run.js';
import { schemaErrors } from './schema.js';
import { shapingErrors } from './shaping.js';
import { textErrors } from './text.js';
import { verifyErrors } from './verify.js';
import { watermarkErrors } from './watermark.js';
import { workspaceErrors } from './workspace.js';

/** Every error that hygge can make, by code. The reference page and `fail` are made from it. */
export const catalogue = {
  ...checkErrors,
  ...cliErrors,
  ...configErrors,
  ...connectionErrors,
  ...databaseErrors,
  ...fileErrors,
  ...journalErrors,
  ...parquetErrors,
  ...publishingErrors,
  ...rowErrors,
  ...runErrors,
  ...schemaErrors,
  ...shapingErrors,
  ...textErrors,
  ...watermarkErrors,
  ...verifyErrors,
  ...workspaceErrors,
};

export type Catalogue = typeof catalogue;
export type ErrorCode = keyof Catalogue;
/** The facts that an error of this code is made from. */
export type FactsOf<C extends ErrorCode> = Catalogue[C] extends ErrorEntry<infer F> ? F : never;
