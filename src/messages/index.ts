export { bytes, count, counted, duration, shortPath } from './format.js';
export { failureDocument, type JsonError, type JsonFailure, jsonText, runDocument } from './json.js';
export { type Messenger, type Output, type OutputStream, openOutput } from './output.js';
export { placeOf } from './place.js';
export { type PlainOptions, plainMessages } from './plain.js';
export { liveProgress, type ProgressOptions } from './progress.js';
export { type QuietOptions, quietMessages } from './quiet.js';
export { type RunMemory, remember, type SummaryOptions, summaryText } from './summary.js';
export { type TableColumn, tableLines } from './table.js';
