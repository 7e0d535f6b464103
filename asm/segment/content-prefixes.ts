import { sectionBytesAt, sectionLength, u32At, u64At } from "./columns";
import { Segment } from "./reader";
import { CONTENT_ENTRY_BYTES, Section } from "./sections";

/** Which records of a segment hold content whose hash begins with given bytes: candidates for "the same content". */

/** How many contents the segment lists; 0 on failure. */
export function contentCount(segment: Segment): u32 {
  return <u32>(sectionLength(segment, Section.CONTENTS) / CONTENT_ENTRY_BYTES);
}

/** First 8 bytes of the content hash of entry `index`. */
export function contentPrefix(segment: Segment, index: u32): u64 {
  return u64At(segment, Section.CONTENTS, index);
}

/** Ordinal of the record of entry `index`. The ordinals lie behind all the prefixes. */
export function contentOrdinal(segment: Segment, index: u32): u32 {
  return u32At(segment, Section.CONTENTS, (contentCount(segment) << 1) + index);
}

/**
 * Index of the first entry whose prefix is `prefix` or greater, `contentCount` if there is none: entries with the same
 * prefix follow one another. On failure `segmentStatus` isn't OK.
 */
export function lowerContentIndex(segment: Segment, prefix: u64): u32 {
  let low: u32 = 0;
  let high = contentCount(segment);
  while (low < high) {
    const middle = low + ((high - low) >> 1);
    const address = sectionBytesAt(segment, Section.CONTENTS, (<u64>middle) << 3, 8);
    if (address == 0) return 0;
    if (load<u64>(address) < prefix) low = middle + 1;
    else high = middle;
  }
  return low;
}
