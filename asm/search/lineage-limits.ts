/**
 * The lineage that is searched (docs/format.md part 9): branches, each with the sequence up to which it is seen. 16 bytes an entry:
 * u32 branch, u32 unused, u64 limit.
 */
export const MAX_LINEAGE: u32 = 64;
export const LINEAGE_ENTRY_BYTES: usize = 16;

/** A copy of what was given, with the unused bytes 0, so that lineages can be compared. */
export const lineageEntries: usize = memory.data(1024, 16);
export let lineageCount: u32 = 0;

/** Sets the lineage; false if it is longer than the limit. */
export function setLineageLimits(entries: usize, count: u32): bool {
  if (count > MAX_LINEAGE) return false;
  lineageCount = count;
  for (let i: u32 = 0; i < count; i++) {
    const at = <usize>i * LINEAGE_ENTRY_BYTES;
    store<u64>(lineageEntries + at, <u64>load<u32>(entries + at));
    store<u64>(lineageEntries + at, load<u64>(entries + at, 8), 8);
  }
  return true;
}

/** The last sequence that is seen of a branch; -1 if none is. */
export function limitOfBranch(branch: u32): i64 {
  const end = lineageEntries + <usize>lineageCount * LINEAGE_ENTRY_BYTES;
  for (let entry = lineageEntries; entry < end; entry += LINEAGE_ENTRY_BYTES) {
    if (load<u32>(entry) == branch) return <i64>load<u64>(entry, 8);
  }
  return -1;
}

/** The greatest limit: nothing that came later is seen on any branch. -1 for an empty lineage. */
export function greatestLimit(): i64 {
  let greatest: i64 = -1;
  const end = lineageEntries + <usize>lineageCount * LINEAGE_ENTRY_BYTES;
  for (let entry = lineageEntries; entry < end; entry += LINEAGE_ENTRY_BYTES) {
    greatest = max<i64>(greatest, <i64>load<u64>(entry, 8));
  }
  return greatest;
}
