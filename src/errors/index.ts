export { type Catalogue, catalogue, type ErrorCode, type FactsOf } from './catalogue/index.js';
export type { ErrorEntry, ErrorKind, Position } from './entry.js';
export { asHyggeError, type ErrorReport, type FailOptions, fail, HyggeError, HyggeErrors } from './error.js';
export { withoutPasswords } from './secrets.js';
