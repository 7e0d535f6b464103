import { equalBytes } from "../bytes/search";
import { Cause, failHashes, failNumbers } from "../failure";
import { getRoot0 } from "../format/item";
import {
  beginBatchCheck,
  checkedSignatures,
  checkPosition,
  continueBatchCheck,
  MORE,
  skipBadItem,
} from "../log/batch-check";
import { commitEnd, commitHash, commitView, loadCommit } from "../log/commit-frame";
import { headOffset, headRoot, headSequence } from "../log/head";
import { isSignatureCommit } from "../log/signature-batch";
import { CORRUPT, OK, OUT_OF_MEMORY, PENDING } from "../status";
import { result } from "./results";

/** The chain of commits, gone back along from the head: for the log of commits, and to check each of them whole. */

const COMMIT_ENTRY_BYTES: usize = 80;

/** Appends up to `limit` commits, newest first: the head's (`before` 0) or those before the commit at that offset. Answers how many. */
export function listCommits(before: u64, limit: u32): i32 {
  let offset = headOffset;
  let hash = headRoot;
  if (before != 0) {
    const status = loadCommit(before, 0);
    if (status != OK) return status;
    offset = commitView.previousOffset;
    hash = 0;
    if (commitView.sequence == 1) return 0;
    memory.copy(expectedRoot, commitView.previousRoot, 32);
    hash = expectedRoot;
  } else if (headSequence == 0) return 0;
  for (let count: u32 = 0; count < limit; count++) {
    const status = loadCommit(offset, hash);
    if (status != OK) return status;
    const entry = result.extend(COMMIT_ENTRY_BYTES);
    if (entry == 0) return OUT_OF_MEMORY;
    store<f64>(entry, <f64>commitView.sequence);
    store<f64>(entry, <f64>commitView.at, 8);
    store<f64>(entry, <f64>offset, 16);
    store<f64>(entry, <f64>commitEnd, 24);
    store<f64>(entry, <f64>commitView.recordCount, 32);
    store<f64>(entry, <f64>commitView.previousOffset, 40);
    memory.copy(entry + 48, commitHash, 32);
    if (commitView.sequence == 1) return <i32>(count + 1);
    memory.copy(expectedRoot, commitView.previousRoot, 32);
    hash = expectedRoot;
    offset = commitView.previousOffset;
  }
  return <i32>limit;
}

const expectedRoot: usize = memory.data(32, 16);

// Checking every batch, newest first.

let nextOffset: u64 = 0;
let nextSequence: u64 = 0;

let isInBatch: bool = false;
let isBroken: bool = false;
const nextRoot: usize = memory.data(32, 16);
let bytesBehind: u64 = 0;
/** Commit frame of the batch at hand. */
let batchOffset: u64 = 0;
/** The commit frame of a batch of signatures that has yet to be compared with the one before; 0 for none. */
let signedOffset: u64 = 0;

/** Starts the check of the whole history. */
export function beginHistoryCheck(): void {
  nextOffset = headOffset;
  nextSequence = headSequence;
  memory.copy(nextRoot, headRoot, 32);
  isInBatch = false;
  isBroken = false;
  bytesBehind = 0;
  signedOffset = 0;
}

/** Bytes of the batches that were checked so far. */
export function historyBytesChecked(): u64 {
  return bytesBehind;
}

/** Checks about `budgetBytes` bytes. MORE, OK at the end, or what is wrong; called again after that, it goes on behind it if it can. */
export function continueHistoryCheck(budgetBytes: u64): i32 {
  if (isBroken) return OK;
  if (signedOffset != 0) return compareSigned();
  if (!isInBatch) {
    if (nextSequence == 0) return OK;
    const status = enterCommit();
    if (status != OK) {
      // What has to be fetched first is no fault: the call is repeated.
      isBroken = status != PENDING && !isInBatch;
      return status;
    }
  }
  const from = checkPosition;
  const status = continueBatchCheck(budgetBytes);
  if (checkPosition > from) bytesBehind += checkPosition - from;
  if (status == MORE) return MORE;
  if (status == OK) {
    isInBatch = false;
    signedOffset = checkedSignatures != 0 ? batchOffset : 0;
    return nextSequence == 0 && signedOffset == 0 ? OK : MORE;
  }
  // Whatever follows in this batch is still looked at; the digest can't be right any more only if the item's hash was changed.
  if (status == CORRUPT && !skipBadItem()) isInBatch = false;
  return status;
}

/** Loads the next commit, checks how it hangs together with the one before it, and starts on its batch. */
function enterCommit(): i32 {
  const offset = nextOffset;
  let status = loadCommit(offset, nextRoot);
  if (status != OK) return status;
  if (commitView.sequence != nextSequence) {
    return failNumbers(CORRUPT, Cause.COMMIT_CHAIN, offset, nextSequence, commitView.sequence);
  }
  const previousOffset = commitView.previousOffset;
  memory.copy(expectedRoot, commitView.previousRoot, 32);
  const linked = nextSequence == 1 ? checkFirst(offset) : checkPreviousEnd(offset);
  if (linked == PENDING) return linked;
  status = loadCommit(offset, 0);
  if (status == OK) status = beginBatchCheck(commitView, offset);
  if (status != OK) return status;
  isInBatch = true;
  batchOffset = offset;
  memory.copy(nextRoot, expectedRoot, 32);
  nextOffset = previousOffset;
  nextSequence--;
  return linked;
}

function checkFirst(offset: u64): i32 {
  if (equalBytes(expectedRoot, getRoot0(), 32)) return OK;
  return failHashes(CORRUPT, Cause.COMMIT_CHAIN, offset, getRoot0(), expectedRoot);
}

/** A batch begins where the one before ends. */
function checkPreviousEnd(offset: u64): i32 {
  const batchStart = commitView.batchStart;
  const status = loadCommit(commitView.previousOffset, expectedRoot);
  // What is wrong with the commit before is reported when its turn comes.
  if (status != OK) return status == CORRUPT ? OK : status;
  if (commitEnd != batchStart) return failNumbers(CORRUPT, Cause.COMMIT_CHAIN, offset, batchStart, commitEnd);
  return OK;
}

/** A commit that adds signatures, whose batch was found right, changes nothing else. */
function compareSigned(): i32 {
  let status = loadCommit(signedOffset, 0);
  if (status == OK) status = isSignatureCommit(signedOffset);
  if (status == PENDING) return status;
  signedOffset = 0;
  if (status < 0) return status;
  return nextSequence == 0 ? OK : MORE;
}
