import { Buffer } from "../memory/buffer";
import { KeyTable } from "./memtable-keys";

/**
 * Sorting: items by a number, and the entries of a key table by their keys' bytes.
 *
 * An item is 16 bytes: u64 and, at 12, u32 that it is sorted by, and at 8 a u32 that goes with them. A merge sort: no order
 * of the input makes it slow, what is in order already costs one pass, and equal items stay in order.
 *
 * Keys are compared eight bytes at a time, as big-endian numbers; those that agree in eight bytes are sorted by the next
 * eight among themselves. Of their items the u64 is the key's bytes, then the entry's address, then the key bytes left,
 * 9 for more than 8.
 */

export const ITEM_BYTES: usize = 16;
const ITEM_BITS: usize = 4;
const MORE: u32 = 9;
const RUN: usize = 16;

const scratch: Buffer = Buffer.create();

/** Address of the entry that item `index` of a sorted buffer stands for. */
export function sortedEntry(sorted: Buffer, index: u32): usize {
  return <usize>load<u32>(sorted.data + ((<usize>index) << ITEM_BITS), 8);
}

/** Fills `sorted` with an item for each entry of the table, in order. False when memory is exhausted. */
export function sortTable(table: KeyTable, sorted: Buffer): bool {
  const bytes = (<usize>table.count) << ITEM_BITS;
  sorted.clear();
  scratch.clear();
  if (!sorted.reserve(bytes) || !scratch.reserve(bytes)) return false;
  sorted.length = bytes;
  let item = sorted.data;
  const slotsEnd = table.slots + ((<usize>table.slotCount()) << 3);
  for (let slot = table.slots; slot < slotsEnd; slot += 8) {
    const entry = load<u32>(slot, 4);
    if (entry == 0) continue;
    store<u32>(item, entry, 8);
    item += ITEM_BYTES;
  }
  sortFrom(sorted.data, table.count, table.keyOffset, 0);
  scratch.release();
  return true;
}

/** Sorts a buffer of items. False when memory is exhausted. */
export function sortItems(items: Buffer): bool {
  scratch.clear();
  if (!scratch.reserve(items.length)) return false;
  mergeSort(items.data, items.length >> ITEM_BITS);
  scratch.release();
  return true;
}

/** Sorts items whose keys agree in the first `depth` bytes. */
function sortFrom(items: usize, count: usize, keyOffset: usize, depth: u32): void {
  loadPrefixes(items, count, keyOffset, depth);
  mergeSort(items, count);
  let start: usize = 0;
  while (start < count) {
    const first = items + (start << ITEM_BITS);
    let end = start + 1;
    if (load<u32>(first, 12) == MORE) {
      while (end < count && !isBefore(first, items + (end << ITEM_BITS))) end++;
      if (end - start > 1) sortFrom(first, end - start, keyOffset, depth + 8);
    }
    start = end;
  }
}

function loadPrefixes(items: usize, count: usize, keyOffset: usize, depth: u32): void {
  const end = items + (count << ITEM_BITS);
  for (let item = items; item < end; item += ITEM_BYTES) {
    const key = <usize>load<u32>(item, 8) + keyOffset;
    const left = load<u32>(key - 4) - depth;
    store<u64>(item, left != 0 ? bswap<u64>(load<u64>(key + depth)) : 0);
    store<u32>(item, left > 8 ? MORE : left, 12);
  }
}

/** The u64 decides, then the u32: of keys that agree in eight bytes, one that ends there comes first, the shorter before the longer. */
function isBefore(a: usize, b: usize): bool {
  const first = load<u64>(a);
  const second = load<u64>(b);
  return (i32(first < second) | (i32(first == second) & i32(load<u32>(a, 12) < load<u32>(b, 12)))) != 0;
}

function mergeSort(items: usize, count: usize): void {
  if (isSorted(items, count)) return;
  const bytes = count << ITEM_BITS;
  for (let start: usize = 0; start < count; start += RUN) {
    insertionSort(items + (start << ITEM_BITS), min<usize>(RUN, count - start));
  }
  let from = items;
  let to = scratch.data;
  for (let width = RUN << ITEM_BITS; width < bytes; width <<= 1) {
    for (let start: usize = 0; start < bytes; start += width << 1) {
      const middle = min<usize>(start + width, bytes);
      merge(from + start, from + middle, from + min<usize>(middle + width, bytes), to + start);
    }
    const swapped = from;
    from = to;
    to = swapped;
  }
  if (from != items) memory.copy(items, from, bytes);
}

function isSorted(items: usize, count: usize): bool {
  const end = items + (count << ITEM_BITS);
  for (let item = items + ITEM_BYTES; item < end; item += ITEM_BYTES) {
    if (isBefore(item, item - ITEM_BYTES)) return false;
  }
  return true;
}

function insertionSort(items: usize, count: usize): void {
  const end = items + (count << ITEM_BITS);
  for (let item = items + ITEM_BYTES; item < end; item += ITEM_BYTES) {
    const moved = v128.load(item);
    const prefix = load<u64>(item);
    const left = load<u32>(item, 12);
    let hole = item;
    while (hole > items) {
      const before = hole - ITEM_BYTES;
      const other = load<u64>(before);
      if (other < prefix || (other == prefix && load<u32>(before, 12) <= left)) break;
      v128.store(hole, v128.load(before));
      hole = before;
    }
    v128.store(hole, moved);
  }
}

/** Merges `[left, middle)` and `[middle, end)` to `to`. Which item is next can't be predicted: it is found without a branch. */
function merge(left: usize, middle: usize, end: usize, to: usize): void {
  let right = middle;
  while (left < middle && right < end) {
    const isRight = i32(isBefore(right, left));
    v128.store(to, v128.load(select<usize>(right, left, isRight)));
    right += (<usize>isRight) << ITEM_BITS;
    left += (<usize>(1 - isRight)) << ITEM_BITS;
    to += ITEM_BYTES;
  }
  memory.copy(to, left, middle - left);
  memory.copy(to + (middle - left), right, end - right);
}
