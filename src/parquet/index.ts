export type { Annotation, TimeUnit } from './annotation.js';
export { type BoundValue, compareBounds } from './bound-value.js';
export { type Bounds, boundsOf } from './bounds.js';
export type { ByteRange, ColumnChunk, ColumnOrder, Footer, KeyValue, RowGroup } from './footer.js';
export { leafType } from './leaf-type.js';
export { columnNames, logicalSchema } from './logical-schema.js';
export type { Codec, ConvertedType, Encoding, PhysicalType, Repetition } from './names.js';
export { cutAtChunks, type PlacedChunk, placedChunks } from './pages/chunk-runs.js';
export { PageChecks } from './pages/page-checks.js';
export { type VerifiedPages, type VerifyPagesOptions, verifyPageChecksums } from './pages/verify.js';
export { chunkRange } from './ranges.js';
export { countRows, type ReadFooterOptions, type RowCount, readFooter, readFooters } from './read-footer.js';
export type { SchemaElement } from './schema-tree.js';
export type { CopiedBytes } from './splice/copy.js';
export { type ExecuteSpliceOptions, executeSplice, type SpliceResult } from './splice/execute.js';
export {
  planSplice,
  type SplicedFile,
  type SpliceImpossible,
  type SpliceInput,
  type SpliceOptions,
  type SplicePlan,
} from './splice/plan.js';
export { type Statistics, statisticsOf } from './statistics.js';
