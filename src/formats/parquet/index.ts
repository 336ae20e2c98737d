export { listParquet, openParquet, type ParquetSource } from './source.js';
export { type Compression, compressions, copyToParquet, readParquet } from './sql.js';
