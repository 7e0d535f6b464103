import { OK } from "../status";
import { loadDirectory } from "./directory";
import { PAGE_BITS, PAGE_BYTES } from "./page-frames";
import { failSegment, pageAddress } from "./pages";
import { bytesAt, failContent, Segment, sectionPlace } from "./reader";
import { Section } from "./sections";

/**
 * What a segment knows of each record, and the numbers of its sections. Some nanoseconds each when the page is cached.
 * All answer 0 on failure, with the reason in `segmentStatus`; the directory is read at the first call.
 */

/** Length of a section in bytes, 0 for one that was left out. */
export function sectionLength(segment: Segment, tag: u32): u64 {
  if (!segment.directoryLoaded && loadDirectory(segment) != OK) return 0;
  return sectionPlace(segment, tag).length;
}

/** Address of `length` bytes of a section, as by `bytesAt`; 0 for bytes beyond its end. */
export function sectionBytesAt(segment: Segment, tag: u32, offset: u64, length: u32): usize {
  const place = sectionPlace(segment, tag);
  const sectionBytes = place.length;
  if (offset > sectionBytes || <u64>length > sectionBytes - offset) {
    // The same again once the directory is there.
    if (segment.directoryLoaded || loadDirectory(segment) != OK) return beyondSection(segment, tag);
    return sectionBytesAt(segment, tag, offset, length);
  }
  const at = place.offset + offset;
  const inPage = <u32>at & (PAGE_BYTES - 1);
  if (length - 1 < PAGE_BYTES - inPage) {
    const entry = load<u32>(segment.pageTable + ((<usize>(at >> PAGE_BITS)) << 2));
    if (entry & 1) return <usize>(entry ^ 1) + inPage;
  }
  return bytesAt(segment, at, length);
}

/** The directory couldn't be read, or the section has no such place. */
function beyondSection(segment: Segment, tag: u32): usize {
  if (!segment.directoryLoaded) return 0;
  return failSegment(failContent(segment, sectionPlace(segment, tag).offset));
}

/**
 * Address of the number at `index` of a section of numbers of `1 << widthBits` bytes: they never lie across two pages.
 */
function numberAddress(segment: Segment, tag: u32, index: u32, widthBits: u32): usize {
  if ((<u64>index + 1) << widthBits > sectionPlace(segment, tag).length) {
    // The same again once the directory is there: a section that was left out ends it.
    if (segment.directoryLoaded || loadDirectory(segment) != OK) return beyondSection(segment, tag);
    return numberAddress(segment, tag, index, widthBits);
  }
  return dataAddress(segment, sectionPlace(segment, tag).offset + ((<u64>index) << widthBits));
}

function dataAddress(segment: Segment, offset: u64): usize {
  const page = pageAddress(segment, <u32>(offset >> PAGE_BITS));
  return page != 0 ? page + (<usize>offset & (PAGE_BYTES - 1)) : 0;
}

/** The byte at `index` of a section. */
export function u8At(segment: Segment, tag: u32, index: u32): u32 {
  const address = numberAddress(segment, tag, index, 0);
  return address != 0 ? load<u8>(address) : 0;
}

/** The u16 at `index` (in units of 2 bytes) of a section. */
export function u16At(segment: Segment, tag: u32, index: u32): u32 {
  const address = numberAddress(segment, tag, index, 1);
  return address != 0 ? load<u16>(address) : 0;
}

/** The u32 at `index` (in units of 4 bytes) of a section. */
export function u32At(segment: Segment, tag: u32, index: u32): u32 {
  const address = numberAddress(segment, tag, index, 2);
  return address != 0 ? load<u32>(address) : 0;
}

/** The u64 at `index` (in units of 8 bytes) of a section. */
export function u64At(segment: Segment, tag: u32, index: u32): u64 {
  const address = numberAddress(segment, tag, index, 3);
  return address != 0 ? load<u64>(address) : 0;
}

/** Address of a record, as docs/format.md part 6 defines it. */
export function recordAddress(segment: Segment, ordinal: u32): u64 {
  return u64At(segment, Section.ADDRESSES, ordinal);
}

/** Kind of a record, with 0x80 for a document. */
export function recordKind(segment: Segment, ordinal: u32): u32 {
  return u8At(segment, Section.KINDS, ordinal);
}

/**
 * Tokens in field 0 (title) or 1 (body) of a document. Asked for each document that is scored: one function, with no
 * call while the page is cached.
 */
export function fieldLength(segment: Segment, field: u32, ordinal: u32): u32 {
  const place = sectionPlace(segment, Section.TITLE_LENGTHS + (field & 1));
  if (ordinal >= place.count) return fieldLengthSlow(segment, field, ordinal);
  const widthBits = place.widthBits;
  const offset = place.offset + ((<u64>ordinal) << widthBits);
  const entry = load<u32>(segment.pageTable + ((<usize>(offset >> PAGE_BITS)) << 2));
  let address = <usize>(entry ^ 1) + (<usize>offset & (PAGE_BYTES - 1));
  if ((entry & 1) == 0) {
    address = dataAddress(segment, offset);
    if (address == 0) return 0;
  }
  if (widthBits == 0) return load<u8>(address);
  return widthBits == 1 ? load<u16>(address) : load<u32>(address);
}

function fieldLengthSlow(segment: Segment, field: u32, ordinal: u32): u32 {
  const tag = Section.TITLE_LENGTHS + (field & 1);
  if (segment.directoryLoaded || loadDirectory(segment) != OK) return <u32>beyondSection(segment, tag);
  return fieldLength(segment, field, ordinal);
}
