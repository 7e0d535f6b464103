/**
 * A view as the core works with it: the branches that it sees, nearest first, each with the sequence up to which it sees them
 * (docs/format.md part 9).
 */

/** Sequences that stand for the head, and for the head with what is queued behind it. */
export const AT_HEAD: f64 = -1;
export const AT_PENDING: f64 = -2;

export const MAX_LINEAGE: u32 = 64;

/** u32 branch, u32 unused, u64 sequence limit each. */
export const LINEAGE_ENTRY_BYTES: usize = 16;
export const lineage: usize = memory.data(1024, 16);
export let lineageLength: u32 = 0;

/** Begins the lineage of a view: its branch alone. `sequence` is a real one here. */
export function setLineage(branch: u32, sequence: u64): void {
  lineageLength = 1;
  store<u32>(lineage, branch);
  store<u64>(lineage, sequence, 8);
}

/** Adds a parent to the lineage. False if it is full. */
export function addToLineage(branch: u32, sequence: u64): bool {
  if (lineageLength == MAX_LINEAGE) return false;
  const entry = lineage + <usize>lineageLength * LINEAGE_ENTRY_BYTES;
  store<u32>(entry, branch);
  store<u64>(entry, sequence, 8);
  lineageLength++;
  return true;
}

export function lineageBranch(index: u32): u32 {
  return load<u32>(lineage + <usize>index * LINEAGE_ENTRY_BYTES);
}
export function lineageLimit(index: u32): u64 {
  return load<u64>(lineage + <usize>index * LINEAGE_ENTRY_BYTES, 8);
}

/** Whether the lineage that is set reaches a commit on a branch. */
export function lineageHolds(branch: u32, sequence: u64): bool {
  for (let i: u32 = 0; i < lineageLength; i++) if (lineageBranch(i) == branch) return sequence <= lineageLimit(i);
  return false;
}
