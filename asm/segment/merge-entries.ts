import { OK } from "../status";
import { flushNumbers, putU32, putU64 } from "./build-numbers";
import { sectionBytesAt, sectionLength } from "./columns";
import { contentCount, contentOrdinal, contentPrefix } from "./content-prefixes";
import { failSource, MAX_SOURCES, sourceAt, sourceBase, sourceCount } from "./merge-sources";
import { segmentStatus } from "./pages";
import { EXCEPTION_BYTES, Section } from "./sections";
import { sectionBegin, sectionEnd } from "./writer";

/** Merging the two sections of sorted entries: exceptions (by document, then cause) and contents (by prefix, then ordinal). */

/** Where a source stands: its next entry. */
@unmanaged
class Front {
  major: u64;
  minor: u64;
  /** Of an exception. */
  branch: u32;
  position: u32;
  count: u32;
  unused: u32;
}
const fronts: usize = memory.data(2048, 8);

/** The entry that `nextMerged` found. */
let mergedMajor: u64 = 0;
let mergedMinor: u64 = 0;
let mergedBranch: u32 = 0;

function frontOf(source: u32): Front {
  return changetype<Front>(fronts + <usize>source * offsetof<Front>());
}

/** Section 6. OK or a status. */
export function mergeExceptions(): i32 {
  sectionBegin(Section.EXCEPTIONS);
  let more = beginMerged(Section.EXCEPTIONS);
  while (more >= 0) {
    more = nextMerged(Section.EXCEPTIONS);
    if (more <= 0) break;
    putU32(<u32>mergedMajor);
    putU32(mergedBranch);
    putU64(mergedMinor);
  }
  flushNumbers();
  return more < 0 ? more : sectionEnd(0, 0, 0);
}

/** Section 11: all prefixes, then, in the same order, all ordinals. OK or a status. */
export function mergeContents(): i32 {
  sectionBegin(Section.CONTENTS);
  let more = beginMerged(Section.CONTENTS);
  while (more >= 0) {
    more = nextMerged(Section.CONTENTS);
    if (more <= 0) break;
    putU64(mergedMajor);
  }
  flushNumbers();
  if (more == 0) more = beginMerged(Section.CONTENTS);
  while (more >= 0) {
    more = nextMerged(Section.CONTENTS);
    if (more <= 0) break;
    putU32(<u32>mergedMinor);
  }
  flushNumbers();
  return more < 0 ? more : sectionEnd(0, 0, 0);
}

/** Stands before the first entry. OK or a status. */
function beginMerged(tag: u32): i32 {
  for (let i: u32 = 0; i < sourceCount; i++) {
    const source = sourceAt(i);
    const front = frontOf(i);
    front.position = 0;
    front.count = tag == Section.CONTENTS ? contentCount(source) : <u32>(sectionLength(source, tag) / EXCEPTION_BYTES);
    const status = loadFront(i, tag);
    if (status != OK) return status;
  }
  return OK;
}

/** Goes to the next entry of all sources; of equal ones that of the older source is first. 1, or 0 at the end, or a status. */
function nextMerged(tag: u32): i32 {
  let least = MAX_SOURCES;
  for (let i: u32 = 0; i < sourceCount; i++) {
    const front = frontOf(i);
    if (front.position == front.count) continue;
    if (least == MAX_SOURCES || isBefore(front, frontOf(least).major, frontOf(least).minor)) least = i;
  }
  if (least == MAX_SOURCES) return 0;
  const front = frontOf(least);
  mergedMajor = front.major;
  mergedMinor = front.minor;
  mergedBranch = front.branch;
  front.position++;
  const status = loadFront(least, tag);
  if (status != OK) return status;
  // A source that isn't sorted isn't what a writer wrote.
  if (front.position != front.count && isBefore(front, mergedMajor, mergedMinor)) {
    return failSource(sourceAt(least), tag);
  }
  return 1;
}

function isBefore(front: Front, major: u64, minor: u64): bool {
  return front.major != major ? front.major < major : front.minor < minor;
}

/** Reads the entry that a source stands at, if there is one. */
function loadFront(index: u32, tag: u32): i32 {
  const front = frontOf(index);
  if (front.position == front.count) return OK;
  return tag == Section.CONTENTS ? loadContent(index, front) : loadException(index, front);
}

function loadContent(index: u32, front: Front): i32 {
  const source = sourceAt(index);
  front.major = contentPrefix(source, front.position);
  const ordinal = contentOrdinal(source, front.position);
  if (segmentStatus != OK) return segmentStatus;
  if (ordinal >= source.recordCount) return failSource(source, Section.CONTENTS);
  front.minor = sourceBase(index) + ordinal;
  return OK;
}

function loadException(index: u32, front: Front): i32 {
  const source = sourceAt(index);
  const entry = sectionBytesAt(source, Section.EXCEPTIONS, <u64>front.position * EXCEPTION_BYTES, EXCEPTION_BYTES);
  if (entry == 0) return segmentStatus;
  front.major = load<u32>(entry);
  front.branch = load<u32>(entry, 4);
  front.minor = load<u64>(entry, 8);
  // The cause is a record of the source, and the document an older one.
  const cause = front.minor >> 1;
  const isOwn = cause >= <u64>source.firstRecord && cause - source.firstRecord < <u64>source.recordCount;
  return isOwn && front.major < cause ? OK : failSource(source, Section.EXCEPTIONS);
}
