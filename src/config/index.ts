export type { ColumnInput, ColumnsInput } from './columns.js';
export { parseConnections } from './connections.js';
export { type ContractInput, parseContract } from './contract.js';
export { describeTypes, type KeyDescription, type TypeDescription } from './describe.js';
export { type JsonSchema, jsonSchema, jsonSchemas } from './json-schema.js';
export { type Loaded, type LoadOptions, loadWorkspace, type Overrides } from './load.js';
export { type ParseOptions, parseHome, parseStore } from './place.js';
export type { Plugin } from './plugins.js';
export { type MaskInput, type PolishInput, parseShaping } from './shaping.js';
