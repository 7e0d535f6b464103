/** The public entry of speckit-capsule: the same import on Node, Bun and Deno. */

export type * from "../runtimes/contract.js";
export type { DecryptOptions } from "./age/detect.js";
export type { Branch } from "./branch-list.js";
export { Capsule } from "./capsule.js";
export type { CompactOptions, CompactResult } from "./compact/compact.js";
export { type CapsuleConfig, type Config, type LoadConfigOptions, loadConfig } from "./config.js";
export {
  type Diagnostic,
  type DiagnosticCode,
  type DiagnosticLevel,
  type DoctorOptions,
  worstLevel,
} from "./diagnostics.js";
export type { Change, Difference, DiffOptions } from "./diff.js";
export type {
  Document,
  Entry,
  EntryKind,
  GetOptions,
  HashedEntry,
  ListOptions,
  PhysicalPosition,
  PutContent,
  PutManyOptions,
  PutOptions,
  PutPath,
  PutTarget,
  StoredDocument,
  WholeContent,
} from "./entries.js";
export {
  CapsuleError,
  type CapsuleErrorCode,
  type CapsuleErrorOptions,
  capsuleErrorCodes,
  type ErrorDetails,
} from "./errors.js";
export {
  type BackendFigures,
  type GateCheck,
  type Latency,
  type ParityOptions,
  type ParityReport,
  type ParityResult,
  parseGoldenSuite,
  type QueryFigures,
  runParity,
} from "./eval/parity.js";
export { parityMarkdown } from "./eval/parity-markdown.js";
export { checkEventType, type EventType, eventTypeNumbers, eventTypes, isAuditEvent } from "./event-types.js";
export type { CapsuleEvent, EventFilters, EventInput, EventOptions } from "./events.js";
export type { AutomaticExportOptions, AutomaticExportResult } from "./export/automatic.js";
export { checkGolden, type GoldenFailure, type GoldenReport } from "./export/golden.js";
export { readManifest } from "./export/manifest.js";
export type { ExportFormat, ExportOptions, ExportPlace, ExportResult, Omission, OpenExport } from "./export/options.js";
export type { GcDeletion, GcOptions, GcResult, PinOptions, PinResult } from "./gc/options.js";
export type {
  CapsuleStats,
  Checkpoint,
  CommitOptions,
  CommitResult,
  LoggedCommit,
  LogOptions,
  StageOptions,
  ViewStats,
} from "./history.js";
export type {
  Highlight,
  Hit,
  HitExplanation,
  QueryTerm,
  SearchOptions,
  SearchResult,
  TermExplanation,
} from "./hits.js";
export type { ImportOptions, ImportResult, MountCounts } from "./import/options.js";
export type {
  Memory,
  MemoryFallback,
  MemoryHit,
  MemoryPutOptions,
  MemorySearchOptions,
} from "./memory/memory.js";
export { type OpenMemoryOptions, openMemory } from "./memory/open.js";
export { type MergeCandidate, type MergeMode, type MergeOptions, type MergeResult, mergeModes } from "./merge.js";
export type { Mount, MountStatus } from "./mounts/list.js";
export type { OpenMountOptions } from "./mounts/open.js";
export type { MountFormat } from "./mounts/places.js";
export type {
  FusedHit,
  FusedSearchOptions,
  FusedSearchResult,
  HitPlacing,
  MountSearchOptions,
  SearchedSource,
} from "./mounts/search.js";
export { searchTogether } from "./mounts/search-mounts.js";
export {
  getCard,
  getEdge,
  getPolicy,
  listCards,
  listEdges,
  type ObjectFilter,
  type ObjectPlace,
  type PolicyReference,
  putCard,
  putEdge,
  type StoredObject,
  setPolicy,
} from "./objects.js";
export type {
  AnalyzerName,
  CapsuleInfo,
  CaptureMode,
  CloseOptions,
  CreateOptions,
  ExportMode,
  Injection,
  MemoryBackend,
  OpenOptions,
  WriterOptions,
} from "./options.js";
export {
  type Pipeline,
  type PipelineOptions,
  type PipelineStage,
  type PipelineUnlock,
  pipeline,
  type StageContext,
  type StageResult,
  type StageWork,
  type UnlockResult,
} from "./pipeline.js";
export type { Readable } from "./readable.js";
export type {
  ModelAnswer,
  ModelCall,
  Patch,
  RecordedSearch,
  RecordedSearchOptions,
  Recorder,
  RecorderOptions,
  ToolCall,
} from "./recording/recorder.js";
export { loadMasker } from "./redact/load.js";
export type { Finding, JsonFinding, MaskedJson, MaskedText, Masker, MaskerConfig } from "./redact/masker.js";
export { replayMarkdown } from "./replay/replay-markdown.js";
export {
  type ReplayCheck,
  type ReplayCheckName,
  type ReplayReport,
  replayChecks,
  type TimelineEntry,
  type UncheckedEvent,
} from "./replay/report.js";
export type { ReplayOptions } from "./replay/run-events.js";
export { storeReplay } from "./replay/store-replay.js";
export type { EventPayloads } from "./schema/events.js";
export type { ExportManifest, GoldenQuery } from "./schema/export.js";
export type { GoldenSuite } from "./schema/golden.js";
export type { Card, Edge, Policy } from "./schema/objects.js";
export type {
  CapsuleVerification,
  CheckedSignature,
  SignatureReport,
  SignatureState,
  VerifySignaturesOptions,
} from "./signature/report.js";
export type { CapsuleSignature } from "./signature/sign.js";
export type { VerifyCapsuleOptions } from "./signature/verify-capsule.js";
export {
  checkUri,
  DEFAULT_RUN,
  DEFAULT_SPEC,
  formatUri,
  isUri,
  normalizeRunId,
  parseUri,
  type Uri,
  type UriParts,
  type UriType,
  uriTypes,
} from "./uri.js";
export { View } from "./view.js";
export type { Writable } from "./writable.js";
