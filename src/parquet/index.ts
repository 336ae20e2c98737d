export type { Annotation, TimeUnit } from './annotation.js';
export type { ByteRange, ColumnChunk, ColumnOrder, Footer, KeyValue, RowGroup } from './footer.js';
export { columnNames, logicalSchema } from './logical-schema.js';
export type { Codec, ConvertedType, Encoding, PhysicalType, Repetition } from './names.js';
export { type ReadFooterOptions, readFooter } from './read-footer.js';
export type { SchemaElement } from './schema-tree.js';
