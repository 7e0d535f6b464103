import { Cause, fail } from "../failure";
import { CORRUPT, OK } from "../status";
import { failSegment, streamOffsetInFile } from "./pages";
import { readBytes, SectionPlace, Segment, sectionPlace } from "./reader";
import {
  CHECKPOINT_ENTRY_BYTES,
  CONTENT_ENTRY_BYTES,
  ENTRY_BYTES,
  Entry,
  EVENT_ENTRY_BYTES,
  EXCEPTION_BYTES,
  FILTER_BLOCK_BYTES,
  FOOTER_BYTES,
  Footer,
  LAST_SECTION,
  MAX_TABLE_LEVELS,
  PACK_ENTRY_BYTES,
  RUN_BYTES,
  SEGMENT_VERSION,
  Section,
} from "./sections";

/**
 * Reading a segment's directory. Everything that later accesses rely on is checked here: sections tile the data up to
 * the directory, each has a length that fits what it holds, and the numbers agree with the segment list.
 */

const footer: usize = memory.data(64, 8);
const entry: usize = memory.data(32, 8);

/** Reads and checks the directory, once. Accessors call it when they need it. */
export function loadDirectory(segment: Segment): i32 {
  if (segment.directoryLoaded) return OK;
  const status = readFooter(segment);
  if (status != OK) return status;
  const entries = load<u32>(footer, Footer.ENTRIES);
  const sectionsEnd = segment.dataLength - FOOTER_BYTES - <u64>entries * ENTRY_BYTES;
  const entriesStatus = readEntries(segment, entries, sectionsEnd);
  if (entriesStatus != OK || !columnsFit(segment)) {
    forgetSections(segment);
    return entriesStatus != OK ? entriesStatus : failDirectory(segment);
  }
  segment.documents = load<u32>(footer, Footer.DOCUMENTS);
  segment.titleTotal = load<u64>(footer, Footer.TITLE_TOTAL);
  segment.bodyTotal = load<u64>(footer, Footer.BODY_TOTAL);
  segment.uris = load<u32>(footer, Footer.URIS);
  segment.terms = load<u32>(footer, Footer.TERMS);
  segment.directoryLoaded = true;
  return OK;
}

function failDirectory(segment: Segment): i32 {
  const at = streamOffsetInFile(segment.firstExtent, segment.dataLength - 1);
  const status = fail(CORRUPT, Cause.SEGMENT_DIRECTORY, at);
  failSegment(status);
  return status;
}

function readFooter(segment: Segment): i32 {
  if (segment.dataLength < FOOTER_BYTES) return failDirectory(segment);
  const status = readBytes(segment, segment.dataLength - FOOTER_BYTES, FOOTER_BYTES, footer);
  if (status != OK) return status;
  const records = load<u32>(footer, Footer.RECORDS);
  const entries = <u64>load<u32>(footer, Footer.ENTRIES) * ENTRY_BYTES;
  if (
    load<u64>(footer, Footer.FIRST_RECORD) != <u64>segment.firstRecord ||
    records != segment.recordCount ||
    records == 0 ||
    load<u32>(footer, Footer.DOCUMENTS) > records ||
    load<u32>(footer, Footer.URIS) > records ||
    (load<u64>(footer, Footer.RESERVED) | load<u64>(footer, Footer.RESERVED + 8)) != 0 ||
    load<u32>(footer, Footer.VERSION) != SEGMENT_VERSION ||
    entries > segment.dataLength - FOOTER_BYTES
  ) {
    return failDirectory(segment);
  }
  return OK;
}

/** Reads the entries. Their tags ascend, so there are at most 65,536 of them whatever their number says. */
function readEntries(segment: Segment, entries: u32, sectionsEnd: u64): i32 {
  let previousTag: u32 = 0;
  let end: u64 = 0;
  for (let i: u32 = 0; i < entries; i++) {
    const status = readBytes(segment, sectionsEnd + <u64>i * ENTRY_BYTES, ENTRY_BYTES, entry);
    if (status != OK) return status;
    const tag = <u32>load<u16>(entry, Entry.TAG);
    const length = load<u64>(entry, Entry.LENGTH);
    if (tag <= previousTag || load<u64>(entry, Entry.OFFSET) != end) return failDirectory(segment);
    if (length == 0 || length > sectionsEnd - end) return failDirectory(segment);
    if (tag <= LAST_SECTION && !placeSection(segment, tag)) return failDirectory(segment);
    previousTag = tag;
    // Does not pass `sectionsEnd`, which is a multiple of 8 as well.
    end = (end + length + 7) & ~7;
  }
  return end == sectionsEnd ? OK : failDirectory(segment);
}

/** Takes the entry at hand for a known section; false if its length doesn't fit what it holds. */
function placeSection(segment: Segment, tag: u32): bool {
  const place = sectionPlace(segment, tag);
  place.offset = load<u64>(entry, Entry.OFFSET);
  place.length = load<u64>(entry, Entry.LENGTH);
  place.auxiliaryOffset = load<u64>(entry, Entry.AUXILIARY_OFFSET);
  place.auxiliaryLength = load<u32>(entry, Entry.AUXILIARY_LENGTH);
  place.parameter = <u32>load<u16>(entry, Entry.PARAMETER);
  const isTable = tag == Section.URIS || tag == Section.TERMS || tag == Section.NAMES;
  if (isTable) return tableIsPossible(place);
  const isColumn = tag == Section.TITLE_LENGTHS || tag == Section.BODY_LENGTHS;
  if (place.auxiliaryOffset != 0 || place.auxiliaryLength != 0 || (place.parameter != 0 && !isColumn)) return false;
  return place.length % entryBytes(tag) == 0;
}

/** What the length of a section is a multiple of. */
function entryBytes(tag: u32): u64 {
  switch (tag) {
    case Section.RUNS:
      return RUN_BYTES;
    case Section.EXCEPTIONS:
      return EXCEPTION_BYTES;
    case Section.URI_FILTER:
      return FILTER_BLOCK_BYTES;
    case Section.CONTENTS:
      return CONTENT_ENTRY_BYTES;
    case Section.PACKS:
      return PACK_ENTRY_BYTES;
    case Section.CHECKPOINTS:
      return CHECKPOINT_ENTRY_BYTES;
    case Section.EVENTS:
      return EVENT_ENTRY_BYTES;
    default:
      return 1;
  }
}

/** The root is a table's last block, and its only one if there is one level. */
function tableIsPossible(place: SectionPlace): bool {
  if (place.parameter == 0 || place.parameter > MAX_TABLE_LEVELS || place.auxiliaryLength == 0) return false;
  if (<u64>place.auxiliaryLength > place.length) return false;
  if (place.auxiliaryOffset != place.length - place.auxiliaryLength) return false;
  return (place.parameter == 1) == (place.auxiliaryOffset == 0);
}

/** Whether the columns have one number for each record, of a width that there is. */
function columnsFit(segment: Segment): bool {
  return (
    columnFits(segment, Section.ADDRESSES, 8) &&
    columnFits(segment, Section.KINDS, 1) &&
    columnFits(segment, Section.TITLE_LENGTHS, sectionPlace(segment, Section.TITLE_LENGTHS).parameter) &&
    columnFits(segment, Section.BODY_LENGTHS, sectionPlace(segment, Section.BODY_LENGTHS).parameter) &&
    sectionPlace(segment, Section.RUNS).length != 0 &&
    sectionPlace(segment, Section.PACKS).length != 0
  );
}

function columnFits(segment: Segment, tag: u32, width: u32): bool {
  const place = sectionPlace(segment, tag);
  if (width != 1 && width != 2 && width != 4 && width != 8) return false;
  if (place.length != <u64>segment.recordCount * width) return false;
  place.count = segment.recordCount;
  place.widthBits = ctz<u32>(width);
  return true;
}

/** A directory that failed its checks leaves no section behind. */
function forgetSections(segment: Segment): void {
  for (let tag: u32 = 0; tag <= LAST_SECTION; tag++) {
    memory.fill(changetype<usize>(sectionPlace(segment, tag)), 0, offsetof<SectionPlace>());
  }
}
