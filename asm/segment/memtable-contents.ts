import { Buffer } from "../memory/buffer";
import { chunkBits, giveChunk, takeChunk } from "../memory/chunks";
import { countMemtableBytes } from "./memtable-memory";

/**
 * Which records have which content, by the first eight bytes of its hash. A BLAKE3 hash is evenly distributed already, so its
 * own bits choose the slot.
 */

/** u64 prefix, u32 ordinal, u32 1 + number of the older row with the same prefix (0: none). */
export const CONTENT_BYTES: usize = 16;
/** 4,096 slots of a u32, 1 + the row's number: 16 KiB, the smallest chunk. */
const FIRST_SLOT_BITS: i32 = 12;

export const memtableContents: Buffer = Buffer.create();
let slots: usize = 0;
let slotBits: i32 = 0;

function slotOf(prefix: u64): usize {
  const last = slots + ((<usize>4) << slotBits) - 4;
  let slot = slots + ((<usize>(prefix >>> (64 - slotBits))) << 2);
  while (true) {
    const number = load<u32>(slot);
    if (number == 0 || load<u64>(rowAddress(number)) == prefix) return slot;
    slot = slot == last ? slots : slot + 4;
  }
}

function rowAddress(number: u32): usize {
  return memtableContents.data + (<usize>number - 1) * CONTENT_BYTES;
}

/** The newest row with this prefix: address of the prefix, with the ordinal 8 bytes on. 0 if there is none. Valid until one is added. */
export function memtableFindContent(prefix: u64): usize {
  if (slotBits == 0) return 0;
  const number = load<u32>(slotOf(prefix));
  return number == 0 ? 0 : rowAddress(number);
}

/** The next older row with the same prefix, or 0. */
export function memtableOlderContent(row: usize): usize {
  const number = load<u32>(row, 12);
  return number == 0 ? 0 : rowAddress(number);
}

/** Notes that the record `ordinal` has content whose hash begins with `prefix`. False when memory is exhausted. */
export function addContent(prefix: u64, ordinal: u32): bool {
  const count = <u32>(memtableContents.length / CONTENT_BYTES);
  if (slotBits == 0 || count * 3 >= (<u32>2) << slotBits) {
    if (!growSlots()) return false;
  }
  const row = memtableContents.extend(CONTENT_BYTES);
  if (row == 0) return false;
  const slot = slotOf(prefix);
  store<u64>(row, prefix);
  store<u32>(row, ordinal, 8);
  store<u32>(row, load<u32>(slot), 12);
  store<u32>(slot, count + 1);
  countMemtableBytes(CONTENT_BYTES);
  return true;
}

function growSlots(): bool {
  const bits = slotBits == 0 ? FIRST_SLOT_BITS : slotBits + 1;
  const size = (<usize>4) << bits;
  const grown = takeChunk(chunkBits(size));
  if (grown == 0) return false;
  memory.fill(grown, 0, size);
  const oldSize: usize = slotBits == 0 ? 0 : (<usize>4) << slotBits;
  if (oldSize != 0) giveChunk(slots, chunkBits(oldSize));
  slots = grown;
  slotBits = bits;
  countMemtableBytes(size - oldSize);
  const count = <u32>(memtableContents.length / CONTENT_BYTES);
  // Later rows replace earlier ones with the same prefix, which they link to already.
  for (let number: u32 = 1; number <= count; number++) store<u32>(slotOf(load<u64>(rowAddress(number))), number);
  return true;
}

export function releaseContents(): void {
  if (slotBits != 0) giveChunk(slots, chunkBits((<usize>4) << slotBits));
  slots = 0;
  slotBits = 0;
  memtableContents.release();
}
