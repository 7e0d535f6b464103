import { OK } from "../status";
import { sectionBytesAt, sectionLength } from "./columns";
import { failSegment, segmentStatus } from "./pages";
import { failContent, Segment, sectionPlace } from "./reader";
import { RUN_BYTES, Section } from "./sections";

/** Which branch and which commit each record of a segment belongs to: runs of records that share both. */

/** Of the run that was looked at last: branch, sequence, first ordinal, and the ordinal after its last. */
export let runBranch: u32 = 0;
export let runSequence: u64 = 0;
export let runStart: u32 = 0;
export let runEnd: u32 = 0;

/** How many runs the segment has; 0 on failure. */
export function runCount(segment: Segment): u32 {
  return <u32>(sectionLength(segment, Section.RUNS) / RUN_BYTES);
}

/** Describes run `index` in `runBranch` and its kin. OK or a status. */
export function loadRun(segment: Segment, index: u32): i32 {
  const count = runCount(segment);
  const bytes = sectionBytesAt(segment, Section.RUNS, <u64>index * RUN_BYTES, RUN_BYTES);
  if (bytes == 0) return segmentStatus;
  runStart = load<u32>(bytes);
  runBranch = load<u32>(bytes, 4);
  runSequence = load<u64>(bytes, 8);
  runEnd = segment.recordCount;
  if (index + 1 < count) {
    const next = runStartAddress(segment, index + 1);
    if (next == 0) return segmentStatus;
    runEnd = load<u32>(next);
  }
  // The first run begins with the first record; no run is empty or goes beyond the last record.
  const startIsRight = (index == 0) == (runStart == 0);
  return startIsRight && runStart < runEnd && runEnd <= segment.recordCount ? OK : failRuns(segment);
}

/**
 * Finds the run that holds a record and describes it in `runBranch` and its kin. OK or a status. Asking for neighbours
 * one after another is cheap.
 */
export function runOf(segment: Segment, ordinal: u32): i32 {
  if (ordinal - segment.cachedRunStart < segment.cachedRunEnd - segment.cachedRunStart) {
    runStart = segment.cachedRunStart;
    runEnd = segment.cachedRunEnd;
    runBranch = segment.cachedRunBranch;
    runSequence = segment.cachedRunSequence;
    return OK;
  }
  return findRun(segment, ordinal);
}

/** Searches the last run that begins at or before `ordinal`. */
function findRun(segment: Segment, ordinal: u32): i32 {
  let low: u32 = 0;
  let high = runCount(segment);
  if (high == 0) return segmentStatus;
  if (ordinal >= segment.recordCount) return failRuns(segment);
  while (high - low > 1) {
    const middle = low + ((high - low) >> 1);
    const start = runStartAddress(segment, middle);
    if (start == 0) return segmentStatus;
    if (load<u32>(start) <= ordinal) low = middle;
    else high = middle;
  }
  const status = loadRun(segment, low);
  if (status != OK) return status;
  if (ordinal < runStart || ordinal >= runEnd) return failRuns(segment);
  segment.cachedRunStart = runStart;
  segment.cachedRunEnd = runEnd;
  segment.cachedRunBranch = runBranch;
  segment.cachedRunSequence = runSequence;
  return OK;
}

function runStartAddress(segment: Segment, index: u32): usize {
  return sectionBytesAt(segment, Section.RUNS, <u64>index * RUN_BYTES, 4);
}

function failRuns(segment: Segment): i32 {
  const status = failContent(segment, sectionPlace(segment, Section.RUNS).offset);
  failSegment(status);
  return status;
}
