export { withAllColumns } from './all-columns.js';
export { checkPages } from './check-pages.js';
export { columnBounds } from './column-bounds.js';
export { type Comparison, parseCondition } from './condition.js';
export { readSource } from './grown.js';
export { checkHoldable, guardValues } from './holdable.js';
export { knownValues } from './known-values.js';
export { cutColumns, refuseCuts } from './precision.js';
export { judgeRowGroups, type Verdict } from './select.js';
export { listParquet, openParquet, type ParquetSource } from './source.js';
export {
  type Compression,
  compressions,
  copyToParquet,
  readParquet,
  readParquetRows,
  settingOf,
  type WriteCodec,
} from './sql.js';
export { guardTexts } from './texts.js';
