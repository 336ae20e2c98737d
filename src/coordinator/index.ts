export { type AsideRows, asideRows } from './aside-rows.js';
export type { CheckOutcome } from './check.js';
export type { StoreCheckOutcome } from './check-store.js';
export type { CompactOutcome } from './compact.js';
export {
  Coordinator,
  type CoordinatorOptions,
  type PlanOutcome,
  type PreviewOutcome,
  type RunRequest,
} from './coordinator.js';
export { type DiscoverRequest, type Discovery, discover, tablesOf } from './discover.js';
export { noDatabase, profileEntity, workspaceOfFiles } from './profile.js';
export { canRetry, chosenRuns, type QuarantinedRun, quarantinedRuns } from './quarantine.js';
export type { RecoverOutcome } from './recover.js';
export { retryAside } from './retry.js';
export { sampleOf, scratchOf } from './sample.js';
export type { SchemaAsk, SchemaOutcome } from './schemas.js';
export { type Selection, select } from './select.js';
export type { PublishedRun, UndoOutcome } from './undo.js';
export type { VerifyOutcome } from './verify.js';
export type { WatermarkOutcome } from './watermark.js';
