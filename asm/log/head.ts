import { COUNTERS } from "../format/commit";
import { Buffer } from "../memory/buffer";
import { permanent } from "../memory/chunks";

/** The head: the newest commit, as opening, refreshing and committing leave it, with what leads from it to all the rest. */

/** Offset, end (behind its trailer) and hash of the commit frame; sequence 0 and the superblock's end and hash without commits. */
export let headOffset: u64 = 0;
export let headEnd: u64 = 0;
export let headSequence: u64 = 0;
export const headRoot: usize = memory.data(32, 16);
/** Where the next batch begins: behind the durable notes that follow the trailer. */
export let headNotesEnd: u64 = 0;
export let headIsDurable: bool = false;
export let headAt: u64 = 0;
export let recordCount: u32 = 0;
/** u64 × 9, by `Counter`. */
export const counters: usize = permanent(8 * COUNTERS);

/** The counters as the head states them: those above run ahead while a batch is open. */
export const headCounters: usize = permanent(8 * COUNTERS);

/** The dictionary for new records: offset 0 if there is none yet. */
export let dictionaryOffset: u64 = 0;
export const dictionaryHash: usize = memory.data(32, 16);

/** Branches besides main, those of the batch at hand included. */
export let branchCount: u32 = 0;

/** Records that segments cover. */
export let coveredRecords: u32 = 0;
/** Commits, and units of part 5 of the format, since the base; text bytes are counted when the tail is loaded. */
export let tailUnits: u32 = 0;

/** The tail's packs, ascending: u64 offset, 32 bytes hash. */
export const TAIL_PACK_BYTES: usize = 40;
export const tailPacks: Buffer = Buffer.create();

/** The live segments: see `SegmentEntry`. */
export const segmentEntries: Buffer = Buffer.create();
/** Their masked extents: u32 index, u32 mask each. */
export const maskedExtents: Buffer = Buffer.create();

/** What lies behind the head and its notes, when the file was opened. */
export let deadTailStart: u64 = 0;
export let deadTailEnd: u64 = 0;
/** End of the last trailer in the dead tail: what a writer must not cut off. 0 if there is none. */
export let lastTrailerEnd: u64 = 0;
/** Offset of the commit that was passed over last; 0 if there was none. */
export let passedOverOffset: u64 = 0;

/** A segment of the list: what docs/format.md part 5 states of it. */
@unmanaged
export class SegmentEntry {
  firstExtent: u64;
  dataLength: u64;
  firstRecord: u32;
  recordCount: u32;
  /** Its part of `maskedExtents`: index of the first pair, number of pairs. */
  maskedFirst: u32;
  maskedCount: u32;
  root0: u64;
  root1: u64;
  root2: u64;
  root3: u64;

  /** Address of the 32-byte root. */
  root(): usize {
    return changetype<usize>(this) + offsetof<SegmentEntry>("root0");
  }
}
export const SEGMENT_ENTRY_BYTES: usize = offsetof<SegmentEntry>();

export function segmentEntryCount(): u32 {
  return <u32>(segmentEntries.length / SEGMENT_ENTRY_BYTES);
}
export function segmentEntry(index: u32): SegmentEntry {
  return changetype<SegmentEntry>(segmentEntries.data + <usize>index * SEGMENT_ENTRY_BYTES);
}
export function tailPackCount(): u32 {
  return <u32>(tailPacks.length / TAIL_PACK_BYTES);
}
export function tailPackOffset(index: u32): u64 {
  return load<u64>(tailPacks.data + <usize>index * TAIL_PACK_BYTES);
}
export function tailPackHash(index: u32): usize {
  return tailPacks.data + <usize>index * TAIL_PACK_BYTES + 8;
}

/** The state of a capsule without commits. */
export function resetHead(superblockEnd: u64, root0: usize): void {
  setHead(0, superblockEnd, 0, root0, 0, 0);
  memory.fill(counters, 0, 8 * COUNTERS);
  settleCounters();
  dictionaryOffset = 0;
  branchCount = 0;
  coveredRecords = 0;
  tailUnits = 0;
  tailPacks.clear();
  segmentEntries.clear();
  maskedExtents.clear();
  deadTailStart = 0;
  deadTailEnd = 0;
  lastTrailerEnd = 0;
  passedOverOffset = 0;
  headIsDurable = true;
}

export function setHead(offset: u64, end: u64, sequence: u64, root: usize, at: u64, records: u32): void {
  headOffset = offset;
  headEnd = end;
  headNotesEnd = end;
  headSequence = sequence;
  memory.copy(headRoot, root, 32);
  headAt = at;
  recordCount = records;
  headIsDurable = false;
}
/** The counters are those of the head now. */
export function settleCounters(): void {
  memory.copy(headCounters, counters, 8 * COUNTERS);
}
export function setDurable(notesEnd: u64): void {
  headIsDurable = true;
  headNotesEnd = notesEnd;
}
export function setDictionary(offset: u64, hash: usize): void {
  dictionaryOffset = offset;
  if (offset != 0) memory.copy(dictionaryHash, hash, 32);
}
export function setBranchCount(count: u32): void {
  branchCount = count;
}
export function counter(index: u32): u64 {
  return load<u64>(counters + ((<usize>index) << 3));
}
export function addToCounter(index: u32, amount: u64): void {
  const place = counters + ((<usize>index) << 3);
  store<u64>(place, load<u64>(place) + amount);
}
export function setTail(covered: u32, units: u32): void {
  coveredRecords = covered;
  tailUnits = units;
}
export function setDeadTail(start: u64, end: u64): void {
  deadTailStart = start;
  deadTailEnd = end;
}
/** What was dead has become a part of the history, or was cut off. */
export function forgetDeadTail(): void {
  deadTailStart = 0;
  deadTailEnd = 0;
  lastTrailerEnd = 0;
}
export function noteTrailerEnd(end: u64): void {
  if (end > lastTrailerEnd) lastTrailerEnd = end;
}
export function notePassedOver(offset: u64): void {
  if (passedOverOffset == 0) passedOverOffset = offset;
}
