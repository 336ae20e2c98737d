// The validator that definitions are made with, so that a type of one's own needs no second copy of it.
export { z } from 'zod';
export { builtinRegistry } from './builtin.js';
export {
  type ColumnInput,
  type ColumnsInput,
  type ContractInput,
  loadWorkspace,
  type MaskInput,
  type PolishInput,
} from './config/index.js';
export {
  Coordinator,
  type CoordinatorOptions,
  type PlanOutcome,
  type PreviewOutcome,
  type PublishedRun,
  type RecoverOutcome,
  type RunRequest,
  tablesOf,
  type UndoOutcome,
  type VerifyOutcome,
  type WatermarkOutcome,
} from './coordinator/index.js';
export type { AuditProblem, StoreAudit } from './core/audit.js';
export type { Batch, Row } from './core/batch.js';
export type { HomeCapabilities, Route, RunType, StoreCapabilities, WriteMode } from './core/capabilities.js';
export type { Check, CheckResult, Contract, OnFail, Rule, SampleRows } from './core/contract.js';
export type { FoundColumn, FoundTable } from './core/discover.js';
export type { EngineProgress, EngineSession, EngineTable, Relation } from './core/engine.js';
export { type EntityRef, type EventMap, type EventName, Events, type Listener } from './core/events.js';
export type { ColumnFingerprint, Fingerprint, VerifyLevel } from './core/fingerprint.js';
export {
  type CheckRequest,
  type ColumnBounds,
  defineHome,
  type HomeContext,
  type HomeDefinition,
  type HomePart,
  type HomeSession,
  type Impossible,
  type ReadRequest,
  type SourceFile,
} from './core/home.js';
export type { KnownColumns, KnownValues } from './core/known-values.js';
export type {
  Estimate,
  Plan,
  RetrySettings,
  StoreContents,
  TypedConfig,
  WatermarkWindow,
} from './core/plan.js';
export { Registry } from './core/registry.js';
export type { EntityResult, EntityStatus, RunResult } from './core/result.js';
export type { EarlierRun, RunRecord } from './core/run-record.js';
export type { AddedColumn, ColumnChoice, MaskRule } from './core/shaping.js';
export {
  type Commit,
  defineStore,
  type FilesPlan,
  type FilesShape,
  type Merged,
  type Published,
  type Staged,
  type StageRequest,
  type StoreContext,
  type StoreDefinition,
  type StoreSession,
} from './core/store.js';
// Whole, because a type of another package adds itself to these interfaces by declaration merging.
export * from './core/type-map.js';
export {
  type Column,
  type Field,
  type LogicalType,
  type Schema,
  typeName,
  type Value,
} from './core/types.js';
export type { KeptWatermark } from './core/watermark.js';
export type { WorkspaceConfig } from './core/workspace.js';
export { type ErrorReport, fail, HyggeError, HyggeErrors, type Position } from './errors/index.js';
export {
  Flow,
  type FlowOptions,
  Home,
  HomeConfig,
  type HomeInput,
  type Preview,
  type StartOptions,
  Store,
  StoreConfig,
  type StoreInput,
  type WatermarkOptions,
} from './flow/index.js';
export { type Journal, type JournalAction, type JournalEntry, openJournal } from './journal/index.js';
