import { headSequence } from "../log/head";
import { INVALID_ARGUMENT, OK } from "../status";
import { nextSequence } from "./batch";
import { AT_HEAD, AT_PENDING, setLineage } from "./lineage";

/** Sets the lineage for a view as the host names it: a sequence, `AT_HEAD`, or `AT_PENDING`. */
export function setView(branch: i32, sequence: f64): i32 {
  let limit: u64;
  if (sequence == AT_HEAD) limit = headSequence;
  else if (sequence == AT_PENDING) limit = nextSequence();
  else if (sequence >= 0 && sequence <= <f64>headSequence) limit = <u64>sequence;
  else return INVALID_ARGUMENT;
  // Branches besides main can't be made yet.
  if (branch != 0) return INVALID_ARGUMENT;
  setLineage(<u32>branch, limit);
  return OK;
}
