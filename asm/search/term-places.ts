import { readFailed, readPosition, readVarint32, readVarint64, startReading } from "../bytes/varint";
import { failSegment, segmentStatus } from "../segment/pages";
import { bytesAt, failContent, Segment, sectionPlace } from "../segment/reader";
import { Section } from "../segment/sections";
import { tableLocate, tableValueLength, tableValueOffset } from "../segment/table";
import { OK } from "../status";

/** Where a part keeps the postings of a term. */
@unmanaged
export class TermPlace {
  /** Offset in the segment's data, and length. In the memtable: address of the term. */
  offset: u64;
  length: u32;
  /** Documents of the part with the term; 0 if it has none, and then nothing else is set. */
  df: u32;
  /** Those that the view shows. */
  visibleDf: u32;
  unused: u32;
}

/** The most that stands before inline postings, or says where the others lie. */
const HEAD_BYTES: u32 = 20;

/** Looks a term up in the dictionary of a segment. OK or a status; `place.df` is 0 if the segment doesn't have it. */
export function findTermPlace(segment: Segment, term: usize, length: u32, place: TermPlace): i32 {
  place.df = 0;
  place.visibleDf = 0;
  const found = tableLocate(segment, Section.TERMS, term, length);
  if (found != 1) return found;
  const offset = tableValueOffset;
  const valueLength = tableValueLength;
  const headLength = min<u32>(valueLength, HEAD_BYTES);
  const head = bytesAt(segment, offset, headLength);
  if (head == 0) return segmentStatus;
  startReading(head, headLength);
  const count = readVarint64();
  const df = count >> 1;
  if (readFailed() || df == 0 || df > <u64>segment.documents) return failTerm(segment, offset);
  if ((count & 1) != 0) {
    const headBytes = <u32>(readPosition() - head);
    place.offset = offset + headBytes;
    place.length = valueLength - headBytes;
  } else {
    const section = sectionPlace(segment, Section.POSTINGS);
    const from = readVarint64();
    place.length = readVarint32();
    if (readFailed() || from > section.length || <u64>place.length > section.length - from)
      return failTerm(segment, offset);
    place.offset = section.offset + from;
  }
  place.df = <u32>df;
  place.visibleDf = <u32>df;
  return OK;
}

/** What a segment says of a term, about here, contradicts the format. Answers CORRUPT. */
export function failTerm(segment: Segment, offset: u64): i32 {
  const status = failContent(segment, offset);
  failSegment(status);
  return status;
}
