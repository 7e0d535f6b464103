import { equalBytes } from "../bytes/search";
import { Cause, fail } from "../failure";
import { COUNTERS, Counter } from "../format/commit";
import { permanent } from "../memory/chunks";
import { CORRUPT, OK } from "../status";
import { beginBatchCheck, checkedSignatures, continueBatchCheck, MORE, mayHoldSignatures } from "./batch-check";
import { commitEnd, commitView, loadCommit } from "./commit-frame";

/** Telling commits that only add signatures from all others: docs/format.md 5.1. */

const counters: usize = permanent(8 * COUNTERS);
const dictionaryHash: usize = memory.data(32, 16);
const previousRoot: usize = memory.data(32, 16);

/**
 * Whether the commit at `offset`, which is the one at hand, only adds signatures: 1, 0, or what is wrong with it. One that does changes
 * nothing else that a reader could see. Leaves the commit at hand; uses the batch check.
 */
export function isSignatureCommit(offset: u64): i32 {
  if (!mayHoldSignatures(commitView, offset)) return 0;
  let status = beginBatchCheck(commitView, offset);
  if (status != OK) return status;
  do status = continueBatchCheck(u64.MAX_VALUE);
  while (status == MORE);
  if (status != OK) return status;
  const added = checkedSignatures;
  if (added == 0) return 0;
  status = addsOnlySignatures(offset, added);
  if (status != OK) return status;
  status = loadCommit(offset, 0);
  return status == OK ? 1 : status;
}

/** Compares the commit at hand with the one before it, which is at hand afterwards. */
function addsOnlySignatures(offset: u64, added: u64): i32 {
  const sequence = commitView.sequence;
  const batchStart = commitView.batchStart;
  const records = commitView.recordCount;
  const branches = commitView.branchCount;
  const dictionary = commitView.dictionaryOffset;
  memory.copy(counters, commitView.counters, 8 * COUNTERS);
  if (dictionary != 0) memory.copy(dictionaryHash, commitView.dictionaryHash, 32);
  memory.copy(previousRoot, commitView.previousRoot, 32);
  if (sequence == 1) return fail(CORRUPT, Cause.SIGNATURE_BATCH, offset);
  const status = loadCommit(commitView.previousOffset, previousRoot);
  if (status != OK) return status;
  const framesAt = (<usize>Counter.FRAMES) << 3;
  store<u64>(counters + framesAt, load<u64>(counters + framesAt) - added - 1);
  const isSame =
    commitView.sequence + 1 == sequence &&
    commitEnd == batchStart &&
    commitView.recordCount == records &&
    commitView.branchCount == branches &&
    commitView.dictionaryOffset == dictionary &&
    (dictionary == 0 || equalBytes(commitView.dictionaryHash, dictionaryHash, 32)) &&
    equalBytes(commitView.counters, counters, 8 * COUNTERS);
  return isSame ? OK : fail(CORRUPT, Cause.SIGNATURE_BATCH, offset);
}
