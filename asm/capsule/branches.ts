import {
  readableBytes,
  readFailed,
  readVarint32,
  readVarint64,
  startReading,
  writeVarint32,
  writeVarint64,
} from "../bytes/varint";
import { Cause, fail, failNumbers } from "../failure";
import { ContentMode, MAX_BRANCH_NAME_BYTES, Record, RecordKind } from "../format/record";
import { branchCount, setBranchCount } from "../log/head";
import { decodePayload, payload } from "../log/payload";
import { permanent } from "../memory/chunks";
import { memtableAddName } from "../segment/memtable";
import { CORRUPT, INVALID_ARGUMENT, LIMIT_EXCEEDED, NOT_FOUND, OK, WRONG_STATE } from "../status";
import { addToLineage, lineageLength, MAX_LINEAGE, setLineage } from "./lineage";
import { findName, namedRecord } from "./names";
import { loadRecord, recordPack } from "./records";

/** Branches: records that say where a branch forked (docs/format.md part 6), and the lineages that follow from them. */

/** Branches whose forks are remembered: they never change. */
const REMEMBERED: u32 = 1024;
/** u32 branch, u32 parent, u64 fork sequence each; branch 0 for an empty place. */
const FORK_BYTES: usize = 16;
const forks: usize = permanent(<usize>REMEMBERED * FORK_BYTES);

const record: Record = Record.create();
const numberKey: usize = memory.data(8, 16);
const nameKey: usize = memory.data(264, 16);

/** Where the branch that `loadFork` was asked for left its parent. */
let forkParent: u32 = 0;
let forkSequence: u64 = 0;

/** To be called when another capsule is opened. */
export function forgetBranches(): void {
  memory.fill(forks, 0, <usize>REMEMBERED * FORK_BYTES);
}

function place(branch: u32): usize {
  return forks + <usize>(branch % REMEMBERED) * FORK_BYTES;
}

function remember(branch: u32, parent: u32, sequence: u64): void {
  const at = place(branch);
  store<u32>(at, branch);
  store<u32>(at, parent, 4);
  store<u64>(at, sequence, 8);
}

/** The record that made a branch, in `record`. OK, NOT_FOUND or another status. */
function loadBranchRecord(branch: u32): i32 {
  store<u8>(numberKey, 0x6e);
  store<u32>(numberKey, bswap<u32>(branch), 1);
  let status = findName(numberKey, 5);
  if (status == OK) status = loadRecord(record, namedRecord);
  if (status != OK) return status;
  const isRight =
    record.kind == RecordKind.BRANCH && record.branch == branch && record.contentMode == ContentMode.INLINE;
  return isRight ? OK : fail(CORRUPT, Cause.RECORD, recordPack.frameOffset);
}

/** Finds where branch `branch` (1 or more) forked. OK or a status. */
function loadFork(branch: u32): i32 {
  const at = place(branch);
  if (load<u32>(at) == branch) {
    forkParent = load<u32>(at, 4);
    forkSequence = load<u64>(at, 8);
    return OK;
  }
  let status = loadBranchRecord(branch);
  if (status == NOT_FOUND) return fail(CORRUPT, Cause.RECORD, 0);
  if (status == OK) status = decodePayload(record, recordPack);
  if (status != OK) return status;
  startReading(payload + record.titleLength + record.attributesLength, <u32>record.contentLength);
  forkParent = readVarint32();
  forkSequence = readVarint64();
  if (readFailed() || readableBytes() != 0 || forkParent >= branch || forkSequence >= record.sequence)
    return fail(CORRUPT, Cause.RECORD, recordPack.frameOffset);
  remember(branch, forkParent, forkSequence);
  return OK;
}

/** Sets the lineage of the view (branch, sequence). OK or a status. */
export function setBranchLineage(branch: u32, sequence: u64): i32 {
  setLineage(branch, sequence);
  let limit = sequence;
  for (let at = branch; at != 0; at = forkParent) {
    const status = loadFork(at);
    if (status != OK) return status;
    limit = min<u64>(limit, forkSequence);
    if (!addToLineage(forkParent, limit)) return fail(CORRUPT, Cause.RECORD, 0);
  }
  return OK;
}

/** Finds the branch with a name: its number, or NOT_FOUND, or another status. */
export function findBranch(name: usize, length: u32): i32 {
  if (length == 0 || length > MAX_BRANCH_NAME_BYTES) return NOT_FOUND;
  store<u8>(nameKey, 0x62);
  memory.copy(nameKey + 1, name, length);
  let status = findName(nameKey, length + 1);
  if (status == OK) status = loadRecord(record, namedRecord);
  if (status != OK) return status;
  return record.kind == RecordKind.BRANCH ? <i32>record.branch : fail(CORRUPT, Cause.RECORD, recordPack.frameOffset);
}

/** The number of the record that made a branch is in `namedRecord`. OK or a status. */
export function findBranchRecord(branch: u32): i32 {
  return branch == 0 || branch > branchCount ? NOT_FOUND : loadBranchRecord(branch);
}

/** Notes the names of a branch record in the memtable: its number and its name. */
export function addBranchNames(name: usize, length: u32, branch: u32, number: u32): i32 {
  store<u8>(numberKey, 0x6e);
  store<u32>(numberKey, bswap<u32>(branch), 1);
  const status = memtableAddName(numberKey, 5, number);
  if (status != OK) return status;
  store<u8>(nameKey, 0x62);
  memory.copy(nameKey + 1, name, length);
  return memtableAddName(nameKey, length + 1, number);
}

/**
 * Prepares a branch that forks from `parent` as of commit `forkedAt`, and writes the content of its record (at most 15 bytes) to `content`.
 * Answers the content's length, or WRONG_STATE if the name is taken, or another status.
 */
export function beginBranch(parent: u32, forkedAt: u64, name: usize, nameLength: u32, content: usize): i32 {
  if (nameLength == 0 || nameLength > MAX_BRANCH_NAME_BYTES || parent > branchCount) return INVALID_ARGUMENT;
  const found = findBranch(name, nameLength);
  if (found != NOT_FOUND) return found < 0 ? found : WRONG_STATE;
  const status = setBranchLineage(parent, forkedAt);
  if (status != OK) return status;
  if (lineageLength == MAX_LINEAGE)
    return failNumbers(LIMIT_EXCEEDED, Cause.BRANCH_DEPTH, 0, MAX_LINEAGE, MAX_LINEAGE + 1);
  remember(branchCount + 1, parent, forkedAt);
  return <i32>(writeVarint64(writeVarint32(content, parent), forkedAt) - content);
}

/** The branch that was prepared last has its record. */
export function countBranch(): void {
  setBranchCount(branchCount + 1);
}
