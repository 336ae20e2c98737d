export { isThere, lookInto, openDuckDB } from './file.js';
export { qualifyQuery } from './query.js';
export { duckdbEntity, duckdbKeys, tableForm } from './settings.js';
export { folded, parseTable, quotedTable, shownTable } from './table-name.js';
export {
  columnsOf,
  findTable,
  isPlain,
  type KnownTable,
  qualified,
  tableNotFound,
  tablesOf,
} from './tables.js';
