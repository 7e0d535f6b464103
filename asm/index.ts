/**
 * The core's exports: all that the host may call. Only numbers cross; what is more than a number lies in the IO area on the way in and
 * in the result on the way out, little-endian. Answers below 0 are those of `status.ts`, with details in the failure record.
 *
 * A view is (branch, sequence), where sequence -1 is the head and -2 the head with what is queued behind it; a branch that is the
 * complement of a number (below 0) stands for what is that branch's own, without what it sees of its parents. Reading calls may answer
 * PENDING: nothing has changed then, and the call is repeated once `host.read` can answer.
 */
import { TAG_BYTES } from "./age/aead";
import { scrypt as scryptKey, scryptKnowsAnswer } from "./age/scrypt";
import { isChunk, KEY_BYTES, openChunk, sealChunk, setKey, wipeKey } from "./age/stream";
import { batchRecords, nextRecord, openBatch } from "./capsule/batch";
import { beginBranch, countBranch, findBranch, findBranchRecord } from "./capsule/branches";
import { changesStoppedAt, listChanges, listTotals } from "./capsule/changes";
import {
  appendCommit,
  deferIndex as deferIndexing,
  commitSynced as settleCommit,
  closeNote as writeCloseNote,
} from "./capsule/commit";
import { hashContent, readContent, releaseBlob } from "./capsule/content";
import { abortStream, beginStream, isRepeat, isStreaming, writeStream } from "./capsule/content-writer";
import { createSuperblock } from "./capsule/create";
import { beginHistoryCheck, continueHistoryCheck, historyBytesChecked, listCommits } from "./capsule/history";
import { beginIndexCheck, continueIndexCheck, indexCheckedBytes } from "./capsule/index-check";
import { appendInfo } from "./capsule/info";
import { lineageLimit, setLineage } from "./capsule/lineage";
import { listUris } from "./capsule/list";
import { findName as findNamed, namedRecord } from "./capsule/names";
import { cutDeadTail, openCapsuleFile, rewriteLastBatch } from "./capsule/open";
import { promoteRecord } from "./capsule/promote";
import { putIsDuplicate, putNumber, putRecord, repeatContent } from "./capsule/put";
import { loadRecord } from "./capsule/records";
import { aliasesFollowed, resolveUri } from "./capsule/resolve";
import { appendRecord, result, startResult } from "./capsule/results";
import { scanRecords, scanStoppedAt } from "./capsule/scan";
import { searchView, snippetOf } from "./capsule/search";
import {
  appendSignatures as addSignatures,
  prepareSigning as findSignedPart,
  listSignatures,
} from "./capsule/signatures";
import { findVersion, versionRecord, versionSequence, versionWhat } from "./capsule/versions";
import { setView } from "./capsule/view";
import { setThorough } from "./codec/lz4";
import { failurePointer as failureRecord } from "./failure";
import { MAX_CONTENT_BYTES, Record, RecordKind } from "./format/record";
import { SIGNATURE_BYTES } from "./format/signature";
import { blake3, setHorizontalKernel } from "./hash/blake3";
import { branchCount, headSequence } from "./log/head";
import { Buffer } from "./memory/buffer";
import { chunkBytesInUse } from "./memory/chunks";
import { configurePages } from "./segment/page-frames";
import { startSegmentReading } from "./segment/reader";
import { CORRUPT, INVALID_ARGUMENT, NOT_FOUND, OK, OUT_OF_MEMORY, WRONG_STATE } from "./status";

const io: Buffer = Buffer.create();
const loaded: Record = Record.create();
/** The IO area is given back when it grew beyond this. */
const KEPT_IO_BYTES: u32 = 1 << 21;
/** The most that one call reads of a content. */
const MAX_READ_BYTES: i32 = 1 << 20;
/** scrypt's table is one chunk of memory, at most 1 GiB. */
const MAX_WORK_FACTOR: u32 = 20;

// Memory and failures

/** Room for `bytes` bytes of arguments; 0 when memory is exhausted. */
export function ioReserve(bytes: u32): usize {
  if (io.length > KEPT_IO_BYTES && bytes <= KEPT_IO_BYTES) io.release();
  io.clear();
  // Kernels read a few bytes beyond their input.
  if (!io.reserve(<usize>bytes + 64)) return 0;
  io.length = bytes;
  return io.data;
}

/** Whether arguments of these lengths, one behind the other, fit in what was reserved. */
function ioHolds(total: u64): bool {
  return total <= <u64>io.length;
}

export function resultPointer(): usize {
  return result.data;
}
export function resultLength(): u32 {
  return <u32>result.length;
}
export function failurePointer(): usize {
  return failureRecord();
}
/** Bytes of linear memory that are taken, static data aside. */
export function memoryInUse(): f64 {
  return <f64>chunkBytesInUse();
}

/** To be called first: the page cache's bound, and whether the engine prefers the horizontal hash kernel. */
export function configure(pageCacheBytes: u32, horizontalKernel: i32): void {
  configurePages(pageCacheBytes);
  setHorizontalKernel(horizontalKernel != 0);
}

/** Whether what is written from now on is compressed as small as can be, which takes many times longer. */
export function compressThoroughly(thorough: i32): void {
  setThorough(thorough != 0);
}

/** Whether commits leave the index to a later one, which must not: for a file that nobody opens before. */
export function deferIndex(deferred: i32): void {
  deferIndexing(deferred != 0);
}

function startReading(): void {
  startSegmentReading();
  startResult();
}

/** BLAKE3 of arguments. IO: the bytes. Result: 32 bytes. */
export function hash(length: u32): i32 {
  startResult();
  if (!ioHolds(length)) return INVALID_ARGUMENT;
  const target = result.extend(32);
  if (target == 0) return OUT_OF_MEMORY;
  blake3(io.data, length, target);
  return OK;
}

// Opening

/** Appends the superblock of a new capsule. IO: capsule id (16 bytes) ‖ workspace id. */
export function createCapsule(createdAt: f64, analyzer: i32, workspaceLength: u32): i32 {
  if (!ioHolds(16 + <u64>workspaceLength) || createdAt < 0) return INVALID_ARGUMENT;
  return createSuperblock(io.data, <u64>createdAt, analyzer, io.data + 16, workspaceLength);
}

export function openCapsule(fileBytes: f64): i32 {
  startReading();
  return openCapsuleFile(<u64>fileBytes);
}

/** A writer's first call: 1 when the host must sync before it goes on, 0 when there was nothing to write again. */
export function recoverBegin(): i32 {
  return rewriteLastBatch();
}

/** The length to which the host must cut the file off, -1 for none. The core counts on it from now on. */
export function recoverCutTo(): f64 {
  return cutDeadTail();
}

/** Result: see `capsule/info.ts`. */
export function capsuleInfo(): i32 {
  startReading();
  return appendInfo();
}

// Writing

/**
 * Puts a record. IO: URI ‖ title ‖ attributes ‖ content. Flags: 1 document, 2 no deduplication, 4 the content was streamed, 8 a removal
 * also of what isn't there.
 * Answers 1 if the content was there already, else 0; `lastRecord` has the record's number.
 */
export function put(
  kind: u32,
  tag: u32,
  flags: u32,
  branch: u32,
  at: f64,
  uriLength: u32,
  titleLength: u32,
  attributesLength: u32,
  contentLength: u32,
): i32 {
  startSegmentReading();
  const total = <u64>uriLength + <u64>titleLength + <u64>attributesLength + <u64>contentLength;
  if (!ioHolds(total) || at < 0 || branch > branchCount) return INVALID_ARGUMENT;
  if (kind > RecordKind.CHECKPOINT) return INVALID_ARGUMENT;
  const status = putRecord(
    kind,
    tag,
    flags,
    branch,
    <u64>at,
    io.data,
    uriLength,
    titleLength,
    attributesLength,
    contentLength,
  );
  if (status != OK) return status;
  return putIsDuplicate ? 1 : 0;
}

export function lastRecord(): f64 {
  return <f64>putNumber;
}

/**
 * Forks a branch from `parent` as of commit `sequence`, -1 for the newest. IO: URI of its record ‖ name ‖ attributes, and room for 16 bytes. Answers its number, or
 * WRONG_STATE if the name is taken.
 */
export function forkBranch(
  parent: u32,
  sequence: f64,
  at: f64,
  uriLength: u32,
  nameLength: u32,
  attributesLength: u32,
): i32 {
  startSegmentReading();
  const total = <u64>uriLength + <u64>nameLength + <u64>attributesLength;
  if (!ioHolds(total + 16) || at < 0 || sequence > <f64>headSequence) return INVALID_ARGUMENT;
  let status = openBatch();
  if (status != OK) return status;
  const branch = branchCount + 1;
  const forkedAt = sequence < 0 ? headSequence : <u64>sequence;
  const content = beginBranch(parent, forkedAt, io.data + uriLength, nameLength, io.data + <usize>total);
  if (content < 0) return content;
  status = putRecord(
    RecordKind.BRANCH,
    0,
    0,
    branch,
    <u64>at,
    io.data,
    uriLength,
    nameLength,
    attributesLength,
    <u32>content,
  );
  if (status != OK) return status;
  countBranch();
  return <i32>branch;
}

/** Shows a record on another branch too, or only looks whether it would. Answers 1 if that branch has it already, else 0. */
export function promote(recordNumber: f64, branch: u32, at: f64, isDry: i32): i32 {
  startSegmentReading();
  if (!(recordNumber >= 0 && recordNumber < 4294967296.0)) return NOT_FOUND;
  return at < 0 || branch > branchCount
    ? INVALID_ARGUMENT
    : promoteRecord(<u32>recordNumber, branch, <u64>at, isDry != 0);
}

export function contentBegin(): i32 {
  startSegmentReading();
  if (isStreaming) return WRONG_STATE;
  const status = openBatch();
  if (status == OK) beginStream();
  return status;
}

/**
 * Begins a content of `length` bytes that need not come, if a record has the same. IO: its hash (32 bytes). Answers 1 if so: a `put` with
 * flag 4 follows; else 0.
 */
export function contentRepeat(length: f64): i32 {
  startSegmentReading();
  if (isStreaming) return WRONG_STATE;
  if (!ioHolds(32) || !(length >= 0 && length <= <f64>MAX_CONTENT_BYTES)) return INVALID_ARGUMENT;
  const status = openBatch();
  return status == OK ? repeatContent(io.data, <u64>length) : status;
}

/** The next piece of a streamed content. IO: the bytes. */
export function contentWrite(length: u32): i32 {
  if (!isStreaming || isRepeat) return WRONG_STATE;
  return ioHolds(length) ? writeStream(io.data, length) : INVALID_ARGUMENT;
}

/** Gives a streamed content up. What it wrote already stays in the batch, unused. */
export function contentAbort(): void {
  abortStream();
}

/** Records that wait for a commit. */
export function pendingRecords(): u32 {
  return batchRecords;
}

/** Appends the batch and its commit frame; the host syncs, then calls `commitSynced`. */
export function commit(at: f64): i32 {
  startSegmentReading();
  return at < 0 || isStreaming ? WRONG_STATE : appendCommit(<u64>at);
}

export function commitSynced(): i32 {
  return settleCommit();
}

/** What is to be signed. Result: see `capsule/signatures.ts`. 1 if the host has to commit first, even if nothing waits. */
export function prepareSigning(): i32 {
  startReading();
  return isStreaming ? WRONG_STATE : findSignedPart();
}

/** Appends a batch of `count` signatures; the host syncs, then calls `commitSynced`. IO: the bodies of their frames. */
export function appendSignatures(count: u32, at: f64): i32 {
  startReading();
  if (!ioHolds(<u64>count * SIGNATURE_BYTES) || at < 0) return INVALID_ARGUMENT;
  return isStreaming ? WRONG_STATE : addSignatures(io.data, count, <u64>at);
}

/** Appends a durable note at a clean close: 1 if one was needed. */
export function closeNote(): i32 {
  return writeCloseNote();
}

// Reading

/** Resolves a URI, through aliases. IO: the URI. Result: a record (see `capsule/results.ts`). */
export function resolve(uriLength: u32, branch: i32, sequence: f64): i32 {
  startReading();
  if (!ioHolds(uriLength)) return INVALID_ARGUMENT;
  let status = setView(branch, sequence);
  if (status == OK) status = resolveUri(loaded, io.data, uriLength);
  if (status != OK) return status;
  return appendRecord(loaded, aliasesFollowed, versionWhat);
}

/** Describes a record. Result: a record. */
export function record(recordNumber: f64): i32 {
  startReading();
  const status = loadNumbered(recordNumber);
  return status == OK ? appendRecord(loaded, 0, 0) : status;
}

function loadNumbered(recordNumber: f64): i32 {
  if (!(recordNumber >= 0 && recordNumber < 4294967296.0)) return NOT_FOUND;
  return loadRecord(loaded, <u32>recordNumber);
}

/** Reads content. Answers the number of bytes that the result holds: `length`, at most 1 MiB, or what is left. */
export function content(recordNumber: f64, from: f64, length: i32): i32 {
  startReading();
  const status = loadNumbered(recordNumber);
  if (status != OK) return status;
  if (!(from >= 0 && from <= <f64>MAX_CONTENT_BYTES) || length < 0) return INVALID_ARGUMENT;
  const start = <u64>from;
  if (start >= loaded.contentLength) return 0;
  const count = <u32>min<u64>(loaded.contentLength - start, min<i32>(length, MAX_READ_BYTES));
  const target = result.extend(count);
  if (target == 0) return OUT_OF_MEMORY;
  const read = readContent(loaded, start, count, target);
  return read == OK ? <i32>count : read;
}

/**
 * Resolves a URI as `resolve` does and reads its content in the same call. IO: the URI. Result: f64 record number, f64 content length,
 * and the content if that is at most `maxBytes` (1 MiB at most). Answers 1 if it is there, 0 if it is to be asked for with `content`.
 */
export function fetch(uriLength: u32, branch: i32, sequence: f64, maxBytes: i32): i32 {
  startReading();
  if (!ioHolds(uriLength) || maxBytes < 0) return INVALID_ARGUMENT;
  let status = setView(branch, sequence);
  if (status == OK) status = resolveUri(loaded, io.data, uriLength);
  if (status != OK) return status;
  const isRead = loaded.contentLength <= <u64>min<i32>(maxBytes, MAX_READ_BYTES);
  const count = isRead ? <u32>loaded.contentLength : 0;
  const target = result.extend(16 + count);
  if (target == 0) return OUT_OF_MEMORY;
  store<f64>(target, <f64>loaded.number);
  store<f64>(target, <f64>loaded.contentLength, 8);
  status = readContent(loaded, 0, count, target + 16);
  return status == OK ? i32(isRead) : status;
}

/** The hash of a content. Result: 32 bytes. */
export function contentHash(recordNumber: f64): i32 {
  startReading();
  const status = loadNumbered(recordNumber);
  if (status != OK) return status;
  const target = result.extend(32);
  return target == 0 ? OUT_OF_MEMORY : hashContent(loaded, target);
}

/** Lists URIs. IO: prefix ‖ after. Result: entries, each a u32 length and a record. Answers how many; fewer than `limit` at the end. */
export function list(prefixLength: u32, afterLength: u32, branch: i32, sequence: f64, limit: u32): i32 {
  startReading();
  if (!ioHolds(<u64>prefixLength + <u64>afterLength)) return INVALID_ARGUMENT;
  const status = setView(branch, sequence);
  return status == OK ? listUris(io.data, prefixLength, io.data + prefixLength, afterLength, limit) : status;
}

/** Records of one kind (and, for events, of one type unless 0) from a number on. Result: entries as of `list`. */
export function scan(kind: u32, tag: u32, fromRecord: f64, limit: u32, branch: i32, sequence: f64): i32 {
  startReading();
  if (!(fromRecord >= 0 && fromRecord < 4294967296.0)) return INVALID_ARGUMENT;
  const status = setView(branch, sequence);
  return status == OK ? scanRecords(kind, tag, <u32>fromRecord, limit) : status;
}

/** Where the last `scan` or `changes` stopped: the number to go on from. */
export function scanPosition(): f64 {
  return <f64>scanStoppedAt;
}
export function changesPosition(): f64 {
  return <f64>changesStoppedAt;
}

/** The newest record for each URI that a branch itself changed, from a record number on. Result: entries as of `list`. */
export function changes(branch: i32, sequence: f64, fromRecord: f64, limit: u32): i32 {
  startReading();
  if (!(fromRecord >= 0 && fromRecord < 4294967296.0) || branch < 0) return INVALID_ARGUMENT;
  const status = setView(~branch, sequence);
  return status == OK ? listChanges(<u32>fromRecord, limit) : status;
}

/** The newest version of a URI that a branch itself made, as of a sequence (-1: now). IO: the URI. Answers 1 (result: f64 × 3: record, sequence, what) or 0. */
export function ownVersion(uriLength: u32, branch: u32, sequence: f64): i32 {
  startReading();
  if (!ioHolds(uriLength) || branch > branchCount) return INVALID_ARGUMENT;
  setLineage(branch, sequence < 0 ? u64.MAX_VALUE : <u64>sequence);
  const found = findVersion(io.data, uriLength);
  if (found <= 0) return found;
  const numbers = result.extend(24);
  if (numbers == 0) return OUT_OF_MEMORY;
  store<f64>(numbers, <f64>versionRecord);
  store<f64>(numbers, <f64>versionSequence, 8);
  store<f64>(numbers, <f64>versionWhat, 16);
  return 1;
}

/** The number of the branch with a name, or NOT_FOUND. IO: the name. */
export function branchByName(nameLength: u32): i32 {
  startReading();
  return ioHolds(nameLength) ? findBranch(io.data, nameLength) : INVALID_ARGUMENT;
}

/** The record that made a branch: its title is the name. Result: a record. */
export function branchRecord(branch: u32): i32 {
  startReading();
  let status = findBranchRecord(branch);
  if (status == OK) status = loadRecord(loaded, namedRecord);
  return status == OK ? appendRecord(loaded, 0, 0) : status;
}

/** What each record adds to its branch. Result: see `capsule/changes.ts`. Answers the number of rows. */
export function totals(fromRecord: f64, limit: u32): i32 {
  startReading();
  if (!(fromRecord >= 0 && fromRecord < 4294967296.0)) return INVALID_ARGUMENT;
  return listTotals(<u32>fromRecord, limit, nextRecord());
}

/** Finds a checkpoint by a key of docs/format.md 7.1, section 13. IO: the key. Result: a record. */
export function findName(keyLength: u32, branch: i32, sequence: f64): i32 {
  startReading();
  if (!ioHolds(keyLength)) return INVALID_ARGUMENT;
  let status = setView(branch, sequence);
  if (status == OK) status = findNamed(io.data, keyLength);
  if (status == OK) status = loadRecord(loaded, namedRecord);
  if (status != OK) return status;
  // Of other branches too: the host says which one it is on.
  return loaded.sequence <= lineageLimit(0) ? appendRecord(loaded, 0, 0) : NOT_FOUND;
}

/** Commits, newest first: from the head (`beforeOffset` -1), or before the one at that offset. Result: see `capsule/history.ts`. */
export function commits(beforeOffset: f64, limit: u32): i32 {
  startReading();
  return listCommits(beforeOffset < 0 ? 0 : <u64>beforeOffset, limit);
}

/**
 * Ranks the documents of a view. IO: the query. Flags: 1 count all hits, 2 explain. Answers the number of hits; the result is described
 * at `searchRun`.
 */
export function search(queryLength: u32, branch: i32, sequence: f64, limit: u32, flags: i32): i32 {
  startReading();
  if (!ioHolds(queryLength)) return INVALID_ARGUMENT;
  return searchView(io.data, queryLength, branch, sequence, limit, flags);
}

/** The piece of a content that shows best why a query found it. IO: the query. Result: see `search/snippet.ts`. */
export function snippet(recordNumber: f64, queryLength: u32, maxBytes: u32): i32 {
  startReading();
  if (!ioHolds(queryLength)) return INVALID_ARGUMENT;
  if (!(recordNumber >= 0 && recordNumber < 4294967296.0)) return NOT_FOUND;
  return snippetOf(<u32>recordNumber, io.data, queryLength, maxBytes);
}

/** Signatures of up to `limit` commits, newest first: from the head (`beforeOffset` -1), or before the commit at that offset. */
export function signatures(beforeOffset: f64, limit: u32): i32 {
  startReading();
  return listSignatures(beforeOffset < 0 ? 0 : <u64>beforeOffset, limit);
}

// Verifying

export function verifyBegin(): void {
  beginHistoryCheck();
}

/** Checks about `maxBytes` bytes: 1 if there is more, 0 at the end, or what is wrong; the next call goes on behind it. */
export function verifyStep(maxBytes: f64): i32 {
  startReading();
  releaseBlob();
  return continueHistoryCheck(<u64>maxBytes);
}

/**
 * Starts the comparison of all segments with what their records give: on an instance of its own, fresh from `openCapsule`, which is
 * of no other use afterwards. The history must have been verified.
 */
export function indexCheckBegin(): i32 {
  startReading();
  return beginIndexCheck();
}

/** Goes through about `maxBytes` bytes of the file: 1 if there is more, 0 at the end, or what is wrong; that ends the check. */
export function indexCheckStep(maxBytes: f64): i32 {
  startReading();
  releaseBlob();
  return continueIndexCheck(<u64>maxBytes);
}

export function indexCheckPosition(): f64 {
  return <f64>indexCheckedBytes();
}

export function verifyPosition(): f64 {
  return <f64>historyBytesChecked();
}

// Age. A chunk lies at the beginning of the IO area before and after; its number is below 2^53.

/** Takes a payload key: IO: 32 bytes, which are wiped. WRONG_STATE if the cipher doesn't give its known answer. */
export function ageSetKey(): i32 {
  if (!ioHolds(KEY_BYTES)) return INVALID_ARGUMENT;
  const isSet = setKey(io.data);
  memory.fill(io.data, 0, KEY_BYTES);
  return isSet ? OK : WRONG_STATE;
}

/** Encrypts a chunk. IO: `length` bytes, at most 64 KiB, and room for 16 more. Answers the bytes it takes now. */
export function ageSeal(length: u32, chunk: f64, isLast: i32): i32 {
  if (!isChunk(length) || !ioHolds(<u64>length + TAG_BYTES) || !(chunk >= 0)) return INVALID_ARGUMENT;
  sealChunk(io.data, length, <u64>chunk, isLast != 0);
  return <i32>(length + TAG_BYTES);
}

/** Decrypts a chunk. IO: `length` bytes, tag included. Answers the bytes it takes now, CORRUPT if it isn't this chunk. */
export function ageOpen(length: u32, chunk: f64, isLast: i32): i32 {
  if (length < TAG_BYTES || !isChunk(length - TAG_BYTES) || !ioHolds(length) || !(chunk >= 0)) return INVALID_ARGUMENT;
  const textLength = length - TAG_BYTES;
  return openChunk(io.data, textLength, <u64>chunk, isLast != 0) ? <i32>textLength : CORRUPT;
}

/** Forgets the key, and what the IO area holds. */
export function ageWipe(): void {
  wipeKey();
  memory.fill(io.data, 0, io.length);
}

/**
 * scrypt with N = 2^workFactor, r = 8, p = 1. IO: password ‖ salt, which are wiped. Result: 32 bytes. Takes 2^workFactor KiB: the
 * instance is to be thrown away. WRONG_STATE if it doesn't give its known answer.
 */
export function ageScrypt(passwordLength: u32, saltLength: u32, workFactor: u32): i32 {
  startResult();
  const total = <u64>passwordLength + <u64>saltLength;
  if (!ioHolds(total) || workFactor < 1 || workFactor > MAX_WORK_FACTOR) return INVALID_ARGUMENT;
  const target = result.extend(32);
  if (target == 0) return OUT_OF_MEMORY;
  if (!scryptKnowsAnswer()) return WRONG_STATE;
  const salt = io.data + passwordLength;
  const isDone = scryptKey(io.data, passwordLength, salt, saltLength, workFactor, 8, 1, target, 32);
  memory.fill(io.data, 0, <usize>total);
  return isDone ? OK : OUT_OF_MEMORY;
}
