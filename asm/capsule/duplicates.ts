import { equalBytes } from "../bytes/search";
import { ContentMode, Record } from "../format/record";
import { contentCount, contentOrdinal, contentPrefix, lowerContentIndex } from "../segment/content-prefixes";
import { memtableFirstRecord } from "../segment/memtable";
import { memtableFindContent, memtableOlderContent } from "../segment/memtable-contents";
import { segmentStatus } from "../segment/pages";
import { Segment } from "../segment/reader";
import { OK } from "../status";
import { hashContent } from "./content";
import { loadRecord } from "./records";
import { segmentAt, segmentCount } from "./segments";

/** Finding a record that has the same content already: by eight bytes of its hash, then by the whole of it. */

const candidate: Record = Record.create();
const candidateHash: usize = memory.data(32, 16);

/** The record that `findDuplicate` found. */
export let duplicateOf: u32 = 0;

/** Looks for a record with this content. 1 and `duplicateOf`, 0 if there is none, or a status. */
export function findDuplicate(hash: usize, length: u64): i32 {
  const prefix = load<u64>(hash);
  for (let row = memtableFindContent(prefix); row != 0; row = memtableOlderContent(row)) {
    const same = compare(memtableFirstRecord + load<u32>(row, 8), hash, length);
    if (same != 0) return same;
  }
  for (let i = segmentCount; i > 0; i--) {
    const same = findInSegment(segmentAt(i - 1), prefix, hash, length);
    if (same != 0) return same;
  }
  return 0;
}

function findInSegment(segment: Segment, prefix: u64, hash: usize, length: u64): i32 {
  const count = contentCount(segment);
  if (segmentStatus != OK) return segmentStatus;
  for (let index = lowerContentIndex(segment, prefix); index < count; index++) {
    if (segmentStatus != OK) return segmentStatus;
    if (contentPrefix(segment, index) != prefix) break;
    const ordinal = contentOrdinal(segment, index);
    if (segmentStatus != OK) return segmentStatus;
    const same = compare(segment.firstRecord + ordinal, hash, length);
    if (same != 0) return same;
  }
  return segmentStatus;
}

/** Whether a record's content is the one sought: 1 or 0, or a status. */
function compare(number: u32, hash: usize, length: u64): i32 {
  const status = loadRecord(candidate, number);
  if (status != OK) return status;
  if (candidate.contentLength != length || candidate.contentMode == ContentMode.SAME_AS) return 0;
  const hashed = hashContent(candidate, candidateHash);
  if (hashed != OK) return hashed;
  if (!equalBytes(hash, candidateHash, 32)) return 0;
  duplicateOf = number;
  return 1;
}
