export { ConnectionTable } from './connections.js';
export { type FlowContext, LazySession } from './context.js';
export { Home, HomeConfig, type HomeInput, Store, StoreConfig, type StoreInput } from './ends.js';
export { Flow, type FlowOptions, type StartOptions, type WatermarkOptions } from './flow.js';
export { type Prepared, prepare } from './prepare.js';
export { type Preview, preview } from './preview.js';
export { configDigest, type FinishedRun, type Recorder, type RunIdentity } from './record.js';
export { runEntity, skippedResult } from './run.js';
export { checkedWatermark } from './window/open.js';
