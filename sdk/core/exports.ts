/**
 * What the module exports, as asm/index.ts states it: numbers in, a result of 0 or more or a negative status out. A test
 * compares the names with those of the compiled module.
 *
 * Arguments that are bytes lie in the IO area, which `ioReserve` gives; answers lie at `resultPointer` until the next call.
 */
export interface CoreExports {
  readonly memory: WebAssembly.Memory;

  ioReserve(byteCount: number): number;
  resultPointer(): number;
  resultLength(): number;
  failurePointer(): number;
  configure(pageCacheBytes: number, horizontalKernel: number): void;
  compressThoroughly(thorough: number): void;
  deferIndex(deferred: number): void;

  createCapsule(createdAtMs: number, analyzerId: number, workspaceLength: number): number;
  openCapsule(fileBytes: number): number;
  capsuleInfo(): number;
  recoverBegin(): number;
  recoverCutTo(): number;

  put(
    kind: number,
    tag: number,
    flags: number,
    branch: number,
    atMs: number,
    uriLength: number,
    titleLength: number,
    attributesLength: number,
    contentLength: number,
  ): number;
  forkBranch(
    parent: number,
    sequence: number,
    atMs: number,
    uriLength: number,
    nameLength: number,
    attributesLength: number,
  ): number;
  promote(recordNumber: number, branch: number, atMs: number, isDry: number): number;
  contentBegin(): number;
  contentRepeat(length: number): number;
  contentWrite(length: number): number;
  contentAbort(): void;
  commit(atMs: number): number;
  commitSynced(): number;
  pendingRecords(): number;
  lastRecord(): number;
  closeNote(): number;
  prepareSigning(): number;
  appendSignatures(count: number, atMs: number): number;

  resolve(uriLength: number, branch: number, sequence: number): number;
  record(recordNumber: number): number;
  content(recordNumber: number, from: number, length: number): number;
  fetch(uriLength: number, branch: number, sequence: number, maxBytes: number): number;
  contentHash(recordNumber: number): number;
  list(prefixLength: number, afterLength: number, branch: number, sequence: number, limit: number): number;
  scan(kind: number, tag: number, fromRecord: number, limit: number, branch: number, sequence: number): number;
  scanPosition(): number;
  changes(branch: number, sequence: number, fromRecord: number, limit: number): number;
  changesPosition(): number;
  ownVersion(uriLength: number, branch: number, sequence: number): number;
  branchByName(nameLength: number): number;
  branchRecord(branch: number): number;
  totals(fromRecord: number, limit: number): number;
  findName(keyLength: number, branch: number, sequence: number): number;
  commits(beforeOffset: number, limit: number): number;
  signatures(beforeOffset: number, limit: number): number;
  search(queryLength: number, branch: number, sequence: number, limit: number, flags: number): number;
  snippet(recordNumber: number, queryLength: number, maxBytes: number): number;

  hash(length: number): number;

  verifyBegin(): void;
  verifyStep(maxBytes: number): number;
  verifyPosition(): number;
  indexCheckBegin(): number;
  indexCheckStep(maxBytes: number): number;
  indexCheckPosition(): number;
  memoryInUse(): number;

  ageSetKey(): number;
  ageSeal(length: number, chunk: number, isLast: number): number;
  ageOpen(length: number, chunk: number, isLast: number): number;
  ageWipe(): void;
  ageScrypt(passwordLength: number, saltLength: number, workFactor: number): number;
}

/** Record kinds of docs/format.md part 6. */
export const RecordKind = {
  REVISION: 1,
  REMOVAL: 2,
  ALIAS: 3,
  EVENT: 4,
  CHECKPOINT: 5,
  PROMOTION: 6,
  BRANCH: 7,
} as const;

/** Flags of `put`. */
export const PutFlag = { DOCUMENT: 1, NO_DEDUPLICATION: 2, STREAMED: 4, UNCONDITIONAL: 8 } as const;

/** Flags of `search`. */
export const SearchFlag = { COUNT: 1, EXPLAIN: 2 } as const;

/** Analyzer ids of docs/text-analysis.md. */
export const AnalyzerId = { english: 1, plain: 2 } as const;

/** A branch and a moment on it. */
export interface CoreView {
  /** A branch's number; its complement (below 0) for what is its own, without what it sees of its parents. */
  readonly branch: number;
  /** A commit's number, or {@link AT_HEAD} or {@link WITH_PENDING}. */
  readonly sequence: number;
}

export const AT_HEAD = -1;
export const WITH_PENDING = -2;
export const MAIN_BRANCH = 0;
