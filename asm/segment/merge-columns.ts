import { OK } from "../status";
import { flushNumbers, putNumber, putU32, putU64 } from "./build-numbers";
import { fieldLength, sectionBytesAt, sectionLength, u32At } from "./columns";
import { failSource, sourceAt, sourceBase, sourceCount } from "./merge-sources";
import { PAGE_BYTES } from "./page-frames";
import { segmentStatus } from "./pages";
import { Segment, sectionPlace } from "./reader";
import { loadRun, runBranch, runCount, runSequence, runStart } from "./runs";
import { PACK_ENTRY_BYTES, Section } from "./sections";
import { sectionBegin, sectionBytes, sectionEnd } from "./writer";

/** Merging the sections that follow one another, source by source: what is known of each record, runs, packs, lists of ordinals. */

/** Sections 1 to 5. OK or a status. */
export function mergeColumns(): i32 {
  let status = copyFromAll(Section.ADDRESSES);
  if (status == OK) status = copyFromAll(Section.KINDS);
  if (status == OK) status = mergeRuns();
  if (status == OK) status = mergeLengths(0);
  return status == OK ? mergeLengths(1) : status;
}

function copyFromAll(tag: u32): i32 {
  sectionBegin(tag);
  for (let i: u32 = 0; i < sourceCount; i++) {
    const source = sourceAt(i);
    const status = copyBytes(source, tag, 0, sectionLength(source, tag));
    if (status != OK) return status;
  }
  return sectionEnd(0, 0, 0);
}

/** Copies bytes of a source's section, page by page, to the section that is open. */
function copyBytes(source: Segment, tag: u32, from: u64, to: u64): i32 {
  const start = sectionPlace(source, tag).offset;
  while (from < to) {
    const inPage = <u32>(start + from) & (PAGE_BYTES - 1);
    const piece = <u32>min<u64>(to - from, PAGE_BYTES - inPage);
    const bytes = sectionBytesAt(source, tag, from, piece);
    if (bytes == 0) return segmentStatus;
    const status = sectionBytes(bytes, piece);
    if (status != OK) return status;
    from += piece;
  }
  return OK;
}

/** A run that goes on across the border of two sources becomes one. */
function mergeRuns(): i32 {
  let branch: u32 = 0;
  let sequence: u64 = 0;
  sectionBegin(Section.RUNS);
  for (let i: u32 = 0; i < sourceCount; i++) {
    const source = sourceAt(i);
    const base = sourceBase(i);
    const count = runCount(source);
    for (let run: u32 = 0; run < count; run++) {
      const status = loadRun(source, run);
      if (status != OK) return status;
      const goesOn = runBranch == branch && runSequence == sequence && (i | run) != 0;
      branch = runBranch;
      sequence = runSequence;
      if (goesOn) continue;
      putU32(base + runStart);
      putU32(branch);
      putU64(sequence);
    }
  }
  flushNumbers();
  return sectionEnd(0, 0, 0);
}

/** The least width that holds the largest number of all is the largest of the sources' widths. */
function mergeLengths(field: u32): i32 {
  const tag = Section.TITLE_LENGTHS + field;
  let width: u32 = 1;
  for (let i: u32 = 0; i < sourceCount; i++) width = max<u32>(width, sectionPlace(sourceAt(i), tag).parameter);
  sectionBegin(tag);
  for (let i: u32 = 0; i < sourceCount; i++) {
    const source = sourceAt(i);
    const place = sectionPlace(source, tag);
    if (place.parameter == width) {
      const status = copyBytes(source, tag, 0, place.length);
      if (status != OK) return status;
      continue;
    }
    for (let ordinal: u32 = 0; ordinal < source.recordCount; ordinal++) {
      putNumber(fieldLength(source, field, ordinal), width);
    }
    flushNumbers();
    if (segmentStatus != OK) return segmentStatus;
  }
  return sectionEnd(width, 0, 0);
}

/** Section 12. OK or a status. */
export function mergePacks(): i32 {
  let previous: u64 = 0;
  sectionBegin(Section.PACKS);
  for (let i: u32 = 0; i < sourceCount; i++) {
    const source = sourceAt(i);
    const length = sectionLength(source, Section.PACKS);
    for (let at: u64 = 0; at < length; at += PACK_ENTRY_BYTES) {
      const entry = sectionBytesAt(source, Section.PACKS, at, PACK_ENTRY_BYTES);
      if (entry == 0) return segmentStatus;
      if (load<u64>(entry) <= previous) return failSource(source, Section.PACKS);
      previous = load<u64>(entry);
      const status = sectionBytes(entry, PACK_ENTRY_BYTES);
      if (status != OK) return status;
    }
  }
  return sectionEnd(0, 0, 0);
}

/** Section 14. OK or a status. */
export function mergeCheckpoints(): i32 {
  sectionBegin(Section.CHECKPOINTS);
  for (let i: u32 = 0; i < sourceCount; i++) {
    const status = putOrdinals(i, Section.CHECKPOINTS, <u32>(sectionLength(sourceAt(i), Section.CHECKPOINTS) >> 2));
    if (status != OK) return status;
  }
  flushNumbers();
  return sectionEnd(0, 0, 0);
}

/** Section 15. OK or a status. */
export function mergeEvents(): i32 {
  sectionBegin(Section.EVENTS);
  for (let i: u32 = 0; i < sourceCount; i++) {
    const status = putOrdinals(i, Section.EVENTS, eventCount(sourceAt(i)));
    if (status != OK) return status;
  }
  flushNumbers();
  for (let i: u32 = 0; i < sourceCount; i++) {
    const source = sourceAt(i);
    const tags = (<u64>eventCount(source)) << 2;
    const status = copyBytes(source, Section.EVENTS, tags, sectionLength(source, Section.EVENTS));
    if (status != OK) return status;
  }
  return sectionEnd(0, 0, 0);
}

function eventCount(source: Segment): u32 {
  return <u32>(sectionLength(source, Section.EVENTS) / 5);
}

/** Puts the ordinals with which a section of a source begins, and which have to ascend. */
function putOrdinals(index: u32, tag: u32, count: u32): i32 {
  const source = sourceAt(index);
  const base = sourceBase(index);
  let next: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const ordinal = u32At(source, tag, i);
    if (segmentStatus != OK) return segmentStatus;
    if (ordinal < next || ordinal >= source.recordCount) return failSource(source, tag);
    next = ordinal + 1;
    putU32(base + ordinal);
  }
  return OK;
}
