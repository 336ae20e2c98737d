export { type EngineOptions, openEngine } from './engine.js';
export { BatchFingerprint, fingerprintOf } from './fingerprint.js';
export { identifier, literal, pathList, withoutPattern } from './quoting.js';
export { inferSchema, rowsToBatch } from './rows.js';
export { type TranslateContext, translateEngineError } from './translate.js';
export { typeNamed } from './type-named.js';
export { coerce } from './values-in.js';
