import { readFailed, readPosition, readVarint32, startReading, readBytes as takeBytes } from "../bytes/varint";
import { PAGE_BYTES } from "./page-frames";
import { failSegment, segmentStatus } from "./pages";
import { bytesAt, failContent, Segment } from "./reader";
import { MAX_KEY_BYTES, MAX_VALUE_BYTES } from "./sections";

/**
 * Walking the entries of a table's block (docs/format.md 7.2), one walk at a time. Values are passed over unread.
 *
 * The walk sees the data through a window: the rest of a page, or a copy across two. It lasts as long as no other page
 * is accessed.
 */

/** The most that an entry takes before its value, and an index entry with it, rounded up. */
const ENTRY_HEAD_BYTES: u64 = 1064;
const COPIED_WINDOW_BYTES: u64 = 2048;
/** The most that an entry takes before its value if all its lengths are below 128. */
const SHORT_HEAD_BYTES: u64 = 130;

let segmentOfWalk: usize = 0;
/** Offsets in the data of the next entry and of the end of the walk. */
let at: u64 = 0;
let end: u64 = 0;
let window: usize = 0;
let windowStart: u64 = 0;
let windowEnd: u64 = 0;

/**
 * Of the entry that `nextEntry` found: bytes shared with the key before, the rest of its key, and where its value lies
 * in the data.
 */
export let entryShared: u32 = 0;
export let entryRest: usize = 0;
export let entryRestLength: u32 = 0;
export let entryValueOffset: u64 = 0;
export let entryValueLength: u32 = 0;

/** Starts a walk over the entries from one offset in the data to another. */
export function walkEntries(segment: Segment, from: u64, to: u64): void {
  segmentOfWalk = changetype<usize>(segment);
  at = from;
  end = to;
  windowStart = 0;
  windowEnd = 0;
}

/** Goes to the next entry. 1, or 0 at the end, or a status. */
export function nextEntry(): i32 {
  if (at >= end) return 0;
  if (at + ENTRY_HEAD_BYTES > windowEnd && windowEnd < end && !moveWindow()) return segmentStatus;
  const start = window + <usize>(at - windowStart);
  if (windowEnd - at < SHORT_HEAD_BYTES || !takeShortHead(start)) {
    if (!takeHead(start)) return failTable(changetype<Segment>(segmentOfWalk), at);
  }
  if (<u64>entryValueLength > end - entryValueOffset) return failTable(changetype<Segment>(segmentOfWalk), at);
  at = entryValueOffset + entryValueLength;
  return 1;
}

/** Reads the head of an entry whose lengths are all below 128, as most are. */
function takeShortHead(start: usize): bool {
  const shared = <u32>load<u8>(start);
  const restLength = <u32>load<u8>(start, 1);
  const valueAt = start + 2 + restLength;
  const valueLength = <u32>load<u8>(valueAt);
  if ((shared | restLength | valueLength) > 127 || restLength == 0) return false;
  entryShared = shared;
  entryRestLength = restLength;
  entryRest = start + 2;
  entryValueLength = valueLength;
  entryValueOffset = at + restLength + 3;
  return true;
}

/** Reads the head of any entry; false if it can't be one. */
function takeHead(start: usize): bool {
  startReading(start, <usize>(windowEnd - at));
  entryShared = readVarint32();
  entryRestLength = readVarint32();
  entryRest = takeBytes(entryRestLength);
  entryValueLength = readVarint32();
  entryValueOffset = at + (readPosition() - start);
  if (readFailed() || entryRestLength == 0 || entryValueLength > MAX_VALUE_BYTES) return false;
  // Compared one by one: their sum might wrap.
  return entryShared <= MAX_KEY_BYTES && entryRestLength <= MAX_KEY_BYTES - entryShared;
}

/**
 * Passes over the entries that come next, in the window and with short lengths, as long as they share more than
 * `matched` bytes with the one before: they lie on the same side of a key that differs from it there.
 * `entryValueOffset` and `entryValueLength` are the last one's.
 */
export function passSharing(matched: u32): void {
  const limit = window + <usize>(windowEnd - windowStart);
  let head = window + <usize>(at - windowStart);
  let value: usize = 0;
  let length: u32 = 0;
  while (head + <usize>SHORT_HEAD_BYTES <= limit) {
    const shared = <u32>load<u8>(head);
    const restLength = <u32>load<u8>(head, 1);
    const valueAt = head + restLength + 3;
    const valueLength = <u32>load<u8>(valueAt - 1);
    if (shared <= matched || (shared | restLength | valueLength) > 127 || restLength == 0) break;
    if (valueAt + valueLength > limit) break;
    value = valueAt;
    length = valueLength;
    head = valueAt + valueLength;
  }
  if (value == 0) return;
  entryValueOffset = windowStart + (value - window);
  entryValueLength = length;
  at = entryValueOffset + length;
}

/** Moves the window to the next entry. */
function moveWindow(): bool {
  const left = end - at;
  let length = min<u64>(left, PAGE_BYTES - (at & (PAGE_BYTES - 1)));
  if (length < ENTRY_HEAD_BYTES && length < left) length = min<u64>(left, COPIED_WINDOW_BYTES);
  window = bytesAt(changetype<Segment>(segmentOfWalk), at, <u32>length);
  windowStart = at;
  windowEnd = window != 0 ? at + length : at;
  return window != 0;
}

/** A table's bytes aren't what a writer writes. Answers CORRUPT. */
export function failTable(segment: Segment, offset: u64): i32 {
  const status = failContent(segment, offset);
  failSegment(status);
  return status;
}
