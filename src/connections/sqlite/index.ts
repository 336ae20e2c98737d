export { type BringRequest, bring, bringParts } from './bring.js';
export { isSQLiteThere, SQLiteDatabase, type SQLiteValue } from './database.js';
export { readBatches, readIntoEngine, type SQLiteSource } from './read.js';
export {
  findSQLiteTable,
  foldedName,
  hasRowid,
  type SQLiteTable,
  sqliteColumns,
  sqliteTableNotFound,
  sqliteTables,
} from './tables.js';
export { whyNotAsText } from './text-blocks.js';
export { affinity, declaredType, keptAs } from './types.js';
