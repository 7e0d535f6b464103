import { readableBytes, readFailed, readVarint32, readVarint64, startReading } from "../bytes/varint";
import { filterMayHold, hash64 } from "../segment/filter";
import { memtableFindUri, UriEntry, Version } from "../segment/memtable-uris";
import { segmentStatus } from "../segment/pages";
import { failContent, Segment } from "../segment/reader";
import { Section } from "../segment/sections";
import { tableFind, tableValueLength, tableValueOffset } from "../segment/table";
import { OK } from "../status";
import { lineageBranch, lineageLength, lineageLimit } from "./lineage";
import { segmentAt, segmentCount } from "./segments";

/** From a URI to the version of it that a view sees: docs/format.md part 9. */

/** The version that `findVersion` found. */
export let versionRecord: u32 = 0;
export let versionWhat: u32 = 0;
export let versionSequence: u64 = 0;
export let versionBranch: u32 = 0;

/** How near the best version so far is: its place in the lineage; the lineage's length while there is none. */
let bestLevel: u32 = 0;

/** The only record that may be found; -1 for any. */
let soughtRecord: i64 = -1;

/** Starts the search for a version in the lineage that is set. */
export function beginVersionSearch(): void {
  bestLevel = lineageLength;
}
/** Whether no older source can hold a better version. */
export function versionIsSettled(): bool {
  return bestLevel == 0;
}
export function versionWasFound(): bool {
  return bestLevel < lineageLength;
}

/** Takes a version into account; sources and versions come newest first. */
function consider(branch: u32, sequence: u64, what: u32, record: u32): void {
  for (let level: u32 = 0; level < bestLevel; level++) {
    if (lineageBranch(level) != branch || sequence > lineageLimit(level)) continue;
    if (soughtRecord >= 0 && <i64>record != soughtRecord) continue;
    bestLevel = level;
    versionRecord = record;
    versionWhat = what;
    versionSequence = sequence;
    versionBranch = branch;
    return;
  }
}

/** Takes the versions of a memtable entry into account. */
export function considerEntry(entry: UriEntry): void {
  let version: Version | null = entry.newest;
  while (version != null && bestLevel != 0) {
    consider(version.branch, version.sequence, version.what, version.record);
    version = version.older;
  }
}

/** Takes the versions in a value of a segment's URI table into account. */
export function considerValue(segment: Segment, value: usize, length: u32, valueOffset: u64): i32 {
  startReading(value, length);
  let sequence: u64 = 0;
  let isFirst = true;
  while (readableBytes() != 0 && bestLevel != 0) {
    const step = readVarint64();
    const branchAndWhat = readVarint32();
    const record = readVarint32();
    if (readFailed() || (!isFirst && step > sequence)) return failContent(segment, valueOffset);
    sequence = isFirst ? step : sequence - step;
    isFirst = false;
    consider(branchAndWhat >> 2, sequence, branchAndWhat & 3, record);
  }
  return OK;
}

/** Finds the version of a URI that the lineage sees, removals included. 1 found, 0 not, or a status. */
export function findVersion(uri: usize, length: u32): i32 {
  beginVersionSearch();
  const entry = memtableFindUri(uri, length);
  if (entry != null) considerEntry(entry);
  if (versionIsSettled() || segmentCount == 0) return i32(versionWasFound());
  const hash = hash64(uri, length);
  for (let i = segmentCount; i > 0 && !versionIsSettled(); i--) {
    const segment = segmentAt(i - 1);
    const may = filterMayHold(segment, hash);
    if (may < 0) return may;
    if (may == 0) continue;
    const value = tableFind(segment, Section.URIS, uri, length);
    if (value == 0) {
      if (segmentStatus != OK) return segmentStatus;
      continue;
    }
    const status = considerValue(segment, value, tableValueLength, tableValueOffset);
    if (status != OK) return status;
  }
  return i32(versionWasFound());
}

/**
 * Whether a branch itself has a version of a URI that is, or promotes, record `number`: 1, 0 or a status. The lineage that is set
 * has to be that branch's own.
 */
export function branchHasVersion(uri: usize, length: u32, number: u32): i32 {
  soughtRecord = number;
  const found = findVersion(uri, length);
  soughtRecord = -1;
  return found;
}

/** Whether any version of a URI exists, on whatever branch: for the count of URIs. 1, 0 or a status. */
export function uriExists(uri: usize, length: u32): i32 {
  if (memtableFindUri(uri, length) != null) return 1;
  if (segmentCount == 0) return 0;
  const hash = hash64(uri, length);
  for (let i = segmentCount; i > 0; i--) {
    const segment = segmentAt(i - 1);
    const may = filterMayHold(segment, hash);
    if (may < 0) return may;
    if (may == 0) continue;
    if (tableFind(segment, Section.URIS, uri, length) != 0) return 1;
    if (segmentStatus != OK) return segmentStatus;
  }
  return 0;
}
