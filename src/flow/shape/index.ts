export { type Compiled, compileShape } from './compile.js';
export { checkFilter } from './filter.js';
export { placedInFlow } from './placed.js';
export { type Shape, shapeBatches, shapeRelation, shapeSelect, unshaped } from './select.js';
export { checkComparable } from './watched.js';
