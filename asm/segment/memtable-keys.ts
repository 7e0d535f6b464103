import { equalBytes } from "../bytes/search";
import { chunkBits, giveChunk, permanent, takeChunk } from "../memory/chunks";
import { countMemtableBytes, memtableAlloc } from "./memtable-memory";

/**
 * Hash tables from byte strings to entries: URIs, names, terms.
 *
 * An entry is a header whose last u32 is the key's length, then the key, zero-padded to a multiple of 8 bytes, so that it
 * can be compared and sorted eight bytes at a time. A slot is u32 hash, u32 address of the entry (0: free).
 */

/** 2,048 slots: 16 KiB, the smallest chunk. */
const FIRST_SLOT_BITS: i32 = 11;

const MIX_A: u64 = 0x9e3779b97f4a7c15;
const MIX_B: u64 = 0xd6e8feb86659fd93;

let seed: u64 = 0;

/**
 * Sets what hashes start from. Taken from the capsule's id, it keeps a text from being written so that its words collide in
 * every capsule. Nothing that is stored or answered depends on it.
 */
export function seedMemtable(value: u64): void {
  seed = value;
}

/** Takes eight more bytes into a hash. */
export function mixHash(hash: u64, word: u64): u64 {
  const product = (hash ^ word) * MIX_A;
  return (product ^ (product >> 32)) * MIX_B;
}

/** What a hash of `length` bytes starts from. */
export function startHash(length: usize): u64 {
  return seed + <u64>length;
}

/** The 32 bits of a hash by which tables find their slots; its high bits depend on every byte. */
export function finishHash(hash: u64): u32 {
  return <u32>(hash >> 32);
}

/** Hash of `length` bytes; reads none beyond them. */
export function hashKey(key: usize, length: usize): u32 {
  let hash = startHash(length);
  let at: usize = 0;
  for (; at + 8 <= length; at += 8) hash = mixHash(hash, load<u64>(key + at));
  const rest = length - at;
  if (rest == 0) return finishHash(hash);
  if (length >= 8) return finishHash(mixHash(hash, load<u64>(key + length - 8)));
  if (rest >= 4) return finishHash(mixHash(hash, <u64>load<u32>(key) | ((<u64>load<u32>(key + rest - 4)) << 32)));
  const word = <u64>load<u8>(key) | ((<u64>load<u8>(key + (rest >> 1))) << 8) | ((<u64>load<u8>(key + rest - 1)) << 16);
  return finishHash(mixHash(hash, word));
}

/** A hash table over entries whose keys begin at `keyOffset`. */
@unmanaged
export class KeyTable {
  slots: usize;
  slotsEnd: usize;
  /** A hash's slot is number `hash >>> shift`. */
  shift: i32;
  count: u32;
  keyOffset: usize;
  private slotBits: i32;

  static create(keyOffset: usize): KeyTable {
    const table = changetype<KeyTable>(permanent(offsetof<KeyTable>()));
    table.keyOffset = keyOffset;
    return table;
  }

  slotCount(): u32 {
    return this.slotBits == 0 ? 0 : (<u32>1) << this.slotBits;
  }

  /** The entry with this key, or 0. */
  find(key: usize, length: usize): usize {
    if (this.count == 0) return 0;
    const slot = this.findSlot(key, length, hashKey(key, length));
    return <usize>load<u32>(slot, 4);
  }

  /** The entry with this key, made with a cleared header if there was none; 0 when memory is exhausted. */
  findOrAdd(key: usize, length: usize): usize {
    if (!this.reserveSlot()) return 0;
    const hash = hashKey(key, length);
    const slot = this.findSlot(key, length, hash);
    const found = <usize>load<u32>(slot, 4);
    if (found != 0) return found;
    const entry = allocEntry(this.keyOffset, key, length);
    if (entry == 0) return 0;
    this.fill(slot, hash, entry);
    return entry;
  }

  /** The slot that a search looks at next. */
  slotAfter(slot: usize): usize {
    return slot + 8 < this.slotsEnd ? slot + 8 : this.slots;
  }

  /** The slot of the key, or the free one where it belongs. */
  private findSlot(key: usize, length: usize, hash: u32): usize {
    let slot = this.slots + ((<usize>(hash >>> this.shift)) << 3);
    while (true) {
      const entry = <usize>load<u32>(slot, 4);
      if (entry == 0) return slot;
      if (load<u32>(slot) == hash) {
        const own = entry + this.keyOffset;
        if (load<u32>(own - 4) == <u32>length && equalBytes(own, key, length)) return slot;
      }
      slot = this.slotAfter(slot);
    }
  }

  /** Puts an entry into the free slot that a search ended at. */
  fill(slot: usize, hash: u32, entry: usize): void {
    store<u32>(slot, hash);
    store<u32>(slot, <u32>entry, 4);
    this.count++;
  }

  /** Makes sure that one more entry leaves a third of the slots free. Slots may move. False when memory is exhausted. */
  reserveSlot(): bool {
    if (this.count * 3 < this.slotCount() << 1) return true;
    return this.grow();
  }

  private grow(): bool {
    const bits = this.slotBits == 0 ? FIRST_SLOT_BITS : this.slotBits + 1;
    const size = (<usize>8) << bits;
    const slots = takeChunk(chunkBits(size));
    if (slots == 0) return false;
    memory.fill(slots, 0, size);
    const oldSlots = this.slots;
    const oldSize = (<usize>this.slotCount()) << 3;
    this.slots = slots;
    this.slotsEnd = slots + size;
    this.slotBits = bits;
    this.shift = 32 - bits;
    for (let old = oldSlots; old < oldSlots + oldSize; old += 8) {
      if (load<u32>(old, 4) != 0) store<u64>(this.freeSlot(load<u32>(old)), load<u64>(old));
    }
    if (oldSize != 0) giveChunk(oldSlots, chunkBits(oldSize));
    countMemtableBytes(size - oldSize);
    return true;
  }

  private freeSlot(hash: u32): usize {
    let slot = this.slots + ((<usize>(hash >>> this.shift)) << 3);
    while (load<u32>(slot, 4) != 0) slot = this.slotAfter(slot);
    return slot;
  }

  /** Forgets the entries and gives the slots back. */
  release(): void {
    if (this.slotBits != 0) giveChunk(this.slots, chunkBits((<usize>8) << this.slotBits));
    this.slots = 0;
    this.slotsEnd = 0;
    this.slotBits = 0;
    this.shift = 0;
    this.count = 0;
  }
}

/** An entry with a cleared header and a copy of the key, zero-padded; 0 when memory is exhausted. */
export function allocEntry(keyOffset: usize, key: usize, length: usize): usize {
  const padded = (length + 7) & ~(<usize>7);
  const entry = memtableAlloc(keyOffset + padded);
  if (entry == 0) return 0;
  for (let at: usize = 0; at < keyOffset; at += 4) store<u32>(entry + at, 0);
  store<u32>(entry + keyOffset - 4, <u32>length);
  if (padded != 0) store<u64>(entry + keyOffset + padded - 8, 0);
  memory.copy(entry + keyOffset, key, length);
  return entry;
}
