import { Cause, fail } from "../failure";
import { HASH_BYTES } from "../format/item";
import { nextOffset } from "../log/source";
import { Buffer } from "../memory/buffer";
import { chunkBits, giveChunk, takeChunk } from "../memory/chunks";
import { CORRUPT, OK, OUT_OF_MEMORY, PENDING } from "../status";
import { PAGE_BITS, PAGE_BYTES } from "./page-frames";
import {
  clearSegmentStatus,
  countPages,
  dropPages,
  EXTENT_BODY_BYTES,
  failSegment,
  PagedStream,
  pageAddress,
  segmentStatus,
  streamBytes,
  streamOffsetInFile,
} from "./pages";
import { LAST_SECTION } from "./sections";

/**
 * Segments that are open, and their bytes. What the bytes mean is asked in `directory.ts`, `columns.ts`, `table.ts`,
 * `filter.ts`.
 *
 * Functions that answer an address or a number answer 0 on failure, with the reason in `segmentStatus`; those that
 * answer a status return it as well. Any of them may answer PENDING, has changed nothing then, and can be called again.
 */

/** What the directory says of a section, checked. 64 bytes, one for each known tag. */
@unmanaged
export class SectionPlace {
  /** Offset in the data, a multiple of 8. */
  offset: u64;
  /** Length in bytes: 0 for a section that was left out, as for all before the directory was read. */
  length: u64;
  /** Of a table: offset in the section and length of its root block. */
  auxiliaryOffset: u64;
  auxiliaryLength: u32;
  parameter: u32;
  /** Of a table: the offset in the section at which its leaf blocks end; 0 while nobody has looked. */
  leavesEnd: u64;
  /** Of a column with one number for each record: how many, and the width of one in bytes as a power of two. */
  count: u32;
  widthBits: u32;
  unused0: u64;
  unused1: u64;
}

/** An open segment. The chunk that holds it holds its root, its masks and its page table too. */
@unmanaged
export class Segment extends PagedStream {
  chunkSizeBits: i32;
  directoryLoaded: bool;
  firstRecord: u32;
  recordCount: u32;
  /** From the directory: documents, URIs, terms, tokens in titles and in bodies. */
  documents: u32;
  uris: u32;
  terms: u32;
  titleTotal: u64;
  bodyTotal: u64;
  /** The run that `runOf` found last: the ordinals that it holds, its branch and sequence. */
  cachedRunStart: u32;
  cachedRunEnd: u32;
  cachedRunBranch: u32;
  cachedRunSequence: u64;
}

const SECTIONS_AT: usize = (offsetof<Segment>() + 63) & ~63;
const ROOT_AT: usize = SECTIONS_AT + (<usize>LAST_SECTION + 1) * offsetof<SectionPlace>();
const MASKS_AT: usize = ROOT_AT + 32;

/** What the directory says of a section; `tag` is one of `Section`'s. */
export function sectionPlace(segment: Segment, tag: u32): SectionPlace {
  return changetype<SectionPlace>(changetype<usize>(segment) + SECTIONS_AT + <usize>tag * offsetof<SectionPlace>());
}

/**
 * Opens a segment that the segment list names: `root` is the address of 32 bytes, `masks` of the masked extents (u32
 * index, u32 mask each). All is copied, nothing of the file is read. Null on failure.
 */
export function openSegment(
  firstExtent: u64,
  dataLength: u64,
  firstRecord: u32,
  recordCount: u32,
  root: usize,
  masks: usize,
  maskCount: u32,
): Segment | null {
  if (!placeIsPossible(firstExtent, dataLength) || !masksArePossible(dataLength, masks, maskCount)) {
    failSegment(fail(CORRUPT, Cause.SEGMENT_DIRECTORY, firstExtent));
    return null;
  }
  const pages = countPages(dataLength);
  const tableAt = MASKS_AT + ((<usize>maskCount) << 3);
  const tableBytes = (<usize>pages) << 2;
  const bits = chunkBits(tableAt + tableBytes);
  const chunk = takeChunk(bits);
  if (chunk == 0) {
    failSegment(OUT_OF_MEMORY);
    return null;
  }
  memory.fill(chunk, 0, MASKS_AT);
  memory.fill(chunk + tableAt, 0, tableBytes);
  memory.copy(chunk + ROOT_AT, root, HASH_BYTES);
  memory.copy(chunk + MASKS_AT, masks, (<usize>maskCount) << 3);
  const segment = changetype<Segment>(chunk);
  segment.firstExtent = firstExtent;
  segment.dataLength = dataLength;
  segment.root = chunk + ROOT_AT;
  segment.dataPages = <u32>((dataLength + PAGE_BYTES - 1) >> PAGE_BITS);
  segment.totalPages = pages;
  segment.pageTable = chunk + tableAt;
  segment.masks = chunk + MASKS_AT;
  segment.maskCount = maskCount;
  segment.chunkSizeBits = bits;
  segment.firstRecord = firstRecord;
  segment.recordCount = recordCount;
  return segment;
}

/** Forgets a segment and its pages. */
export function closeSegment(segment: Segment): void {
  dropPages(segment);
  giveChunk(changetype<usize>(segment), segment.chunkSizeBits);
}

/** Whether the whole stream can lie in the file: what bounds the page table. */
function placeIsPossible(firstExtent: u64, dataLength: u64): bool {
  const end = nextOffset();
  if (firstExtent >= end || (firstExtent & 7) != 0) return false;
  if (dataLength == 0 || dataLength >= end || (dataLength & 7) != 0 || countPages(dataLength) == 0) return false;
  return streamOffsetInFile(firstExtent, streamBytes(dataLength) - 1) < end;
}

function masksArePossible(dataLength: u64, masks: usize, count: u32): bool {
  const extents = (streamBytes(dataLength) + EXTENT_BODY_BYTES - 1) / EXTENT_BODY_BYTES;
  if (<u64>count > extents) return false;
  let next: u64 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const entry = masks + ((<usize>i) << 3);
    const index = <u64>load<u32>(entry);
    if (index < next || index >= extents || load<u32>(entry, 4) == 0) return false;
    next = index + 1;
  }
  return true;
}

/** The most that `bytesAt` makes contiguous: a table's value and the block around it. */
const MAX_CONTIGUOUS_BYTES: u32 = 2 << 20;
/** A scratch that grew beyond this is given back when the next operation starts. */
const KEPT_SCRATCH_BYTES: u32 = 1 << 16;
const scratch: Buffer = Buffer.create();
let scratchIsLarge: bool = false;

/**
 * To be called when an operation of the core starts: forgets the last failure, and the memory that a big value took.
 */
export function startSegmentReading(): void {
  clearSegmentStatus();
  if (!scratchIsLarge) return;
  scratch.release();
  scratchIsLarge = false;
}

/**
 * Address of `length` bytes (at most 2 MiB) of the data: in the page where they lie in one, else in a scratch. Valid
 * until the next access to any segment. 0 on failure.
 */
export function bytesAt(segment: Segment, offset: u64, length: u32): usize {
  const inPage = <u32>offset & (PAGE_BYTES - 1);
  if (!rangeIsInData(segment, offset, length)) return failSegment(failContent(segment, offset));
  if (inPage + length <= PAGE_BYTES && length != 0) {
    const page = pageAddress(segment, <u32>(offset >> PAGE_BITS));
    return page != 0 ? page + inPage : 0;
  }
  if (length > MAX_CONTIGUOUS_BYTES) return failSegment(failContent(segment, offset));
  scratch.clear();
  const target = scratch.extend(max<u32>(length, 1));
  if (target == 0) return failSegment(OUT_OF_MEMORY);
  if (length > KEPT_SCRATCH_BYTES) scratchIsLarge = true;
  return copyPages(segment, offset, length, target) == OK ? target : 0;
}

/** Copies `length` bytes of the data to `destination`. */
export function readBytes(segment: Segment, offset: u64, length: u32, destination: usize): i32 {
  if (!rangeIsInData(segment, offset, length)) {
    const status = failContent(segment, offset);
    failSegment(status);
    return status;
  }
  return copyPages(segment, offset, length, destination);
}

function rangeIsInData(segment: Segment, offset: u64, length: u32): bool {
  const dataLength = segment.dataLength;
  return offset <= dataLength && <u64>length <= dataLength - offset;
}

/** Something in the data, about here, contradicts the format. Answers CORRUPT. */
export function failContent(segment: Segment, offset: u64): i32 {
  const within = min<u64>(offset, segment.dataLength);
  return fail(CORRUPT, Cause.SEGMENT_CONTENT, streamOffsetInFile(segment.firstExtent, within));
}

function copyPages(segment: Segment, offset: u64, length: u32, destination: usize): i32 {
  let result = OK;
  while (length != 0) {
    const inPage = <u32>offset & (PAGE_BYTES - 1);
    const piece = min<u32>(length, PAGE_BYTES - inPage);
    const page = pageAddress(segment, <u32>(offset >> PAGE_BITS));
    if (page != 0) {
      memory.copy(destination, page + inPage, piece);
    } else {
      // After a PENDING the other pages are asked for too, so that the host can fetch them together.
      result = segmentStatus;
      if (result != PENDING) return result;
    }
    offset += piece;
    destination += piece;
    length -= piece;
  }
  return result;
}
