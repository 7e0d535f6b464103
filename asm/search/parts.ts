import { equalBytes } from "../bytes/search";
import { HASH_BYTES } from "../format/item";
import { Buffer } from "../memory/buffer";
import { Segment } from "../segment/reader";
import { OK, OUT_OF_MEMORY } from "../status";

/**
 * The parts of a capsule that are searched one after another: its segments in order, and last, not listed here, the memtable.
 *
 * Segments are opened and closed between searches, and an address may be used again. So each gets a number of its own, by which what
 * is cached about it is known, and keeps it as long as it is in the list, whether it was opened anew or not.
 */

@unmanaged
export class Part {
  /** Greater than 0, and never used again. */
  uid: u32;
  /** Address of the `Segment`. */
  segment: u32;
  firstRecord: u32;
  recordCount: u32;
  root0: u64;
  root1: u64;
  root2: u64;
  root3: u64;
}

const PART_ROOT: usize = offsetof<Part>("root0");

const bufferA: Buffer = Buffer.create();
const bufferB: Buffer = Buffer.create();
let current: Buffer = bufferA;
let lastUid: u32 = 0;
/** Changes whenever the list does. */
export let partsGeneration: u32 = 0;

export function partCount(): u32 {
  return <u32>(current.length / offsetof<Part>());
}

export function partAt(index: u32): Part {
  return changetype<Part>(current.data + <usize>index * offsetof<Part>());
}

export function partSegment(part: Part): Segment {
  return changetype<Segment>(<usize>part.segment);
}

/** Takes the list of live segments: `count` u32 addresses, ascending by their records. OK or OUT_OF_MEMORY. */
export function setParts(segments: usize, count: u32): i32 {
  if (isCurrent(segments, count)) return OK;
  const next = current == bufferA ? bufferB : bufferA;
  next.clear();
  const size = <usize>count * offsetof<Part>();
  if (!next.reserve(size)) return OUT_OF_MEMORY;
  next.length = size;
  let old: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const segment = changetype<Segment>(<usize>load<u32>(segments + ((<usize>i) << 2)));
    while (old < partCount() && partAt(old).firstRecord < segment.firstRecord) old++;
    const part = changetype<Part>(next.data + <usize>i * offsetof<Part>());
    if (old < partCount() && isSegment(partAt(old), segment)) part.uid = partAt(old).uid;
    else part.uid = ++lastUid;
    part.segment = <u32>changetype<usize>(segment);
    part.firstRecord = segment.firstRecord;
    part.recordCount = segment.recordCount;
    memory.copy(changetype<usize>(part) + PART_ROOT, segment.root, HASH_BYTES);
  }
  current = next;
  partsGeneration++;
  return OK;
}

function isCurrent(segments: usize, count: u32): bool {
  if (partCount() != count) return false;
  for (let i: u32 = 0; i < count; i++) {
    const part = partAt(i);
    const segment = load<u32>(segments + ((<usize>i) << 2));
    if (part.segment != segment || !isSegment(part, changetype<Segment>(<usize>segment))) return false;
  }
  return true;
}

/** Whether a part was made of a segment with the same content and place. */
function isSegment(part: Part, segment: Segment): bool {
  return (
    part.firstRecord == segment.firstRecord &&
    part.recordCount == segment.recordCount &&
    equalBytes(changetype<usize>(part) + PART_ROOT, segment.root, HASH_BYTES)
  );
}
