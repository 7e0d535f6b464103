import { branchCount, headSequence } from "../log/head";
import { INVALID_ARGUMENT, OK } from "../status";
import { nextSequence } from "./batch";
import { setBranchLineage } from "./branches";
import { AT_HEAD, AT_PENDING, setLineage } from "./lineage";

/**
 * Sets the lineage for a view as the host names it: a sequence, `AT_HEAD`, or `AT_PENDING`; and a branch's number, or that
 * number's complement (-1 for main) for what is the branch's own, without what it sees of its parents.
 */
export function setView(branch: i32, sequence: f64): i32 {
  let limit: u64;
  if (sequence == AT_HEAD) limit = headSequence;
  else if (sequence == AT_PENDING) limit = nextSequence();
  else if (sequence >= 0 && sequence <= <f64>headSequence) limit = <u64>sequence;
  else return INVALID_ARGUMENT;
  const number = <u32>(branch < 0 ? ~branch : branch);
  if (number > branchCount) return INVALID_ARGUMENT;
  if (branch >= 0) return setBranchLineage(number, limit);
  setLineage(number, limit);
  return OK;
}
