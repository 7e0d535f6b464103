import { LIMIT_EXCEEDED, OK } from "../status";
import { beginNumbers } from "./build-numbers";
import { builtTerms, releaseTermBuilder } from "./build-terms";
import { builtUris, releaseUriBuilder } from "./build-uris";
import { loadDirectory } from "./directory";
import { mergeCheckpoints, mergeColumns, mergeEvents, mergePacks } from "./merge-columns";
import { mergeContents, mergeExceptions } from "./merge-entries";
import { mergeTerms } from "./merge-postings";
import { failSource, MAX_SOURCES, setSources, sourceAt, sourceCount } from "./merge-sources";
import { mergeNames, mergeUris, versionsFit } from "./merge-uris";
import { clearSegmentStatus } from "./pages";
import { Section } from "./sections";
import { segmentAbort, segmentBegin, segmentFinish } from "./writer";

/**
 * Merging adjacent segments into one (docs/format.md, part 7), as a stream: pages of the sources go through the page cache, and
 * of the new segment little more is held than the table of its terms. The result has the bytes that `build.ts` would have
 * written for the same records.
 *
 * A source's pages are what its root says, but whoever made the root may have meant harm: what doesn't fit the format gives
 * CORRUPT, whatever it is.
 */

/** A run of segments is merged when it has so many of its highest level, and no more data than this in all. */
const LEVEL_SEGMENTS: u32 = 8;
const RUN_BYTES: u64 = 64 << 20;
/** Segments below this are of level 0; each further level goes on to eight times the size. */
const LEVEL_0_BYTES: u64 = 32 << 10;

/** The level of a segment with `dataLength` bytes. */
export function segmentLevel(dataLength: u64): u32 {
  let level: u32 = 0;
  for (let limit = LEVEL_0_BYTES; dataLength >= limit && level < 20; limit <<= 3) level++;
  return level;
}

/**
 * How many of the newest segments become one now, by the rule of docs/format.md 7.5: 0 for none, or a status. `segments` is
 * the address of the addresses (u32) of all `count` segments, oldest first. To be asked again after each merge.
 */
export function planMerge(segments: usize, count: u32): i32 {
  clearSegmentStatus();
  let run: u32 = 0;
  let bytes: u64 = 0;
  for (let level: u32 = 0; run < count; level++) {
    let ofLevel: u32 = 0;
    setSources(segments, count);
    while (run < count) {
      const dataLength = sourceAt(count - 1 - run).dataLength;
      if (segmentLevel(dataLength) > level) break;
      if (segmentLevel(dataLength) == level) ofLevel++;
      bytes += dataLength;
      run++;
    }
    if (bytes > RUN_BYTES) return 0;
    // A run that came about by this rule has a few tens at most.
    if (ofLevel < LEVEL_SEGMENTS || run > MAX_SOURCES) continue;
    setSources(segments + ((<usize>(count - run)) << 2), run);
    const fit = versionsFit();
    if (fit != 0) return fit < 0 ? fit : <i32>run;
  }
  return 0;
}

/**
 * Merges `count` adjacent segments, at most 64, whose addresses (u32) lie at `segments`, oldest first, into a new one. On OK
 * `writtenFirstExtent` and its kin describe it; the sources stay open. Otherwise a status, and what was appended so far is of
 * no use.
 */
export function mergeSegments(segments: usize, count: u32): i32 {
  if (count == 0 || count > MAX_SOURCES) return LIMIT_EXCEEDED;
  clearSegmentStatus();
  setSources(segments, count);
  const records = countRecords();
  if (records < 0) return <i32>records;
  segmentBegin(sourceAt(0).firstRecord, <u32>records);
  beginNumbers();
  const status = mergeSections();
  releaseUriBuilder();
  releaseTermBuilder();
  if (status == OK) return finish();
  segmentAbort();
  return status;
}

/** Records of all sources, which have to follow one another; or a status. */
function countRecords(): i64 {
  let records: u64 = 0;
  for (let i: u32 = 0; i < sourceCount; i++) {
    const source = sourceAt(i);
    const status = loadDirectory(source);
    if (status != OK) return status;
    if (<u64>source.firstRecord != <u64>sourceAt(0).firstRecord + records) return failSource(source, Section.ADDRESSES);
    records += source.recordCount;
  }
  return <u64>sourceAt(0).firstRecord + records <= 0xffffffff
    ? <i64>records
    : failSource(sourceAt(0), Section.ADDRESSES);
}

function mergeSections(): i32 {
  let status = mergeColumns();
  if (status == OK) status = mergeExceptions();
  if (status == OK) status = mergeUris();
  if (status == OK) status = mergeTerms();
  if (status == OK) status = mergeContents();
  if (status == OK) status = mergePacks();
  if (status == OK) status = mergeNames();
  if (status == OK) status = mergeCheckpoints();
  return status == OK ? mergeEvents() : status;
}

function finish(): i32 {
  let documents: u32 = 0;
  let titleTotal: u64 = 0;
  let bodyTotal: u64 = 0;
  for (let i: u32 = 0; i < sourceCount; i++) {
    documents += sourceAt(i).documents;
    titleTotal += sourceAt(i).titleTotal;
    bodyTotal += sourceAt(i).bodyTotal;
  }
  return segmentFinish(documents, titleTotal, bodyTotal, builtUris(), builtTerms);
}
