export { SpoolFolder } from '../spool-folder.js';
export { type CatalogColumn, type CatalogType, columnsOf } from './catalog.js';
export type { PostgresConnection } from './connection.js';
export { postgresConnection } from './definition.js';
export {
  parseTable,
  qualified,
  quoteName,
  quoteText,
  shownTable,
  tableForm,
  unfitName,
} from './names.js';
export { ordered, unordered } from './order.js';
export { withPulse } from './pulse.js';
export type { PostgresSession } from './session.js';
export { exportSnapshot, readOnly } from './snapshots.js';
export { type SpooledColumn, spool, spooledRelation, spoolSelect } from './spool.js';
export { type SpoolFile, SpoolWriter } from './spool-writer.js';
export { type ColumnIn, columnIn } from './types-in.js';
export { type ColumnOut, columnOut, linesSelect } from './types-out.js';
