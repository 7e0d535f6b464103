import type { History } from "./history.js";

/** A commit writes a segment list when the commits since the base hold this much (part 5). */
const MAX_TAIL_UNITS = 64;
const MAX_TAIL_TEXT_BYTES = 65_536;
const LEVEL_0_BYTES = 32_768;
const LEVEL_FACTOR = 8;
const MERGED_AT_ONCE = 8;
const MAX_MERGED_BYTES = 67_108_864;

/** True if commit `sequence` has to write a segment list, its records being in the history and its own list left out of account. */
export function isSegmentListDue(history: History, sequence: number): boolean {
  const base = history.commits.findLast(({ body }) => body.segments && body.sequence < sequence);
  const since = (base?.body.sequence ?? 0) + 1;
  const tail = history.records.filter((record) => record.sequence >= since && record.sequence <= sequence);
  let units = 0;
  for (let at = since; at <= sequence; at++)
    units += Math.max(1, tail.filter((record) => record.sequence === at).length);
  const documents = tail.filter(({ isDocument }) => isDocument);
  const textBytes = documents.reduce((total, { titleBytes, place }) => total + titleBytes + place.contentBytes, 0);
  return units >= MAX_TAIL_UNITS || textBytes >= MAX_TAIL_TEXT_BYTES;
}

/** Level of a segment with `dataBytes` bytes of data (part 7.5). */
export function levelOf(dataBytes: number): number {
  let level = 0;
  for (let limit = LEVEL_0_BYTES; dataBytes >= limit; limit *= LEVEL_FACTOR) level++;
  return level;
}

/**
 * How many of the newest segments become one by the first step of the rule of part 7.5; 0 if none do.
 * `dataBytes` holds the lengths of the segments' data, oldest first.
 */
export function segmentsToMerge(dataBytes: readonly number[]): number {
  const levels = dataBytes.map(levelOf);
  for (let level = 0; level <= Math.max(0, ...levels); level++) {
    const run = dataBytes.length - 1 - levels.findLastIndex((other) => other > level);
    const ofLevel = levels.slice(dataBytes.length - run).filter((other) => other === level).length;
    const sum = dataBytes.slice(dataBytes.length - run).reduce((total, bytes) => total + bytes, 0);
    if (ofLevel >= MERGED_AT_ONCE && sum <= MAX_MERGED_BYTES) return run;
  }
  return 0;
}
