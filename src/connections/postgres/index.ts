export { type CatalogColumn, type CatalogType, columnsOf } from './catalog.js';
export type { PostgresConnection } from './connection.js';
export { postgresConnection } from './definition.js';
export { isLost } from './errors.js';
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
export type { PostgresSession } from './session.js';
export { type SpooledColumn, SpoolFolder, spool } from './spool.js';
export { type ColumnIn, columnIn } from './types-in.js';
export { type ColumnOut, columnOut, writeSelect } from './types-out.js';
