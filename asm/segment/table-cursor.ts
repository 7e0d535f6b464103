import { compareBytes } from "../bytes/search";
import { permanent } from "../memory/chunks";
import { OK, OUT_OF_MEMORY } from "../status";
import { loadDirectory } from "./directory";
import { failSegment } from "./pages";
import { bytesAt, Segment, sectionPlace } from "./reader";
import { BLOCK_LIMIT_BYTES, MAX_KEY_BYTES } from "./sections";
import { blockOffset, descend, findLeavesEnd } from "./table";
import {
  entryRest,
  entryRestLength,
  entryShared,
  entryValueLength,
  entryValueOffset,
  failTable,
  nextEntry,
  walkEntries,
} from "./table-entries";

/**
 * Goes through a table in the order of its keys. Any number of cursors may be open at once: a cursor keeps its key, and
 * otherwise offsets only, so that no page needs to stay in the cache.
 *
 * Keys ascend strictly, whatever the file says: a table that breaks the order is CORRUPT.
 */
@unmanaged
export class TableCursor {
  private segment: Segment;
  private tag: u32;
  /** Of the entry at hand. The key stays where it is, and is overwritten by the next one. */
  key: usize;
  keyLength: u32;
  /** Length of the value, and its offset in the segment's data. */
  valueLength: u32;
  valueOffset: u64;
  /**
   * Offsets in the data: the next entry, 0 while nothing was read; the block that it is in; the end of the leaf blocks.
   */
  private at: u64;
  private blockStart: u64;
  private end: u64;
  private nextFree: usize;

  /** Goes to the first entry. 1, or 0 if there is none, or a status. */
  first(): i32 {
    const place = sectionPlace(this.segment, this.tag);
    const status = this.findEnd();
    if (status != OK) return status;
    this.start(place.offset);
    return this.step();
  }

  /**
   * Goes to the first entry whose key is `key` or behind it. 1, or 0 if there is none, or a status; after a failure,
   * seek again.
   */
  seek(key: usize, keyLength: u32): i32 {
    const place = sectionPlace(this.segment, this.tag);
    let status = this.findEnd();
    if (status != OK) return status;
    if (place.length == 0) return 0;
    status = descend(this.segment, place, key, keyLength, true);
    if (status != 1) return status;
    this.start(place.offset + blockOffset);
    do {
      status = this.step();
    } while (status == 1 && compareBytes(this.key, this.keyLength, key, keyLength) < 0);
    return status;
  }

  /**
   * Goes to the next entry, at the beginning to the first. 1, or 0 at the end, or a status; after a failure the entry
   * is still the same.
   */
  next(): i32 {
    return this.end == 0 ? this.first() : this.step();
  }

  /** Address of the value, valid until the next access to any segment; 0 on failure. */
  value(): usize {
    return bytesAt(this.segment, this.valueOffset, this.valueLength);
  }

  private findEnd(): i32 {
    let status = loadDirectory(this.segment);
    if (status != OK) return status;
    const place = sectionPlace(this.segment, this.tag);
    if (place.length != 0) status = findLeavesEnd(this.segment, place);
    if (status == OK) this.end = place.offset + place.leavesEnd;
    return status;
  }

  /** Stands before the first entry of the block at an offset in the data. */
  private start(offset: u64): void {
    this.at = offset;
    this.blockStart = offset;
    this.keyLength = 0;
  }

  private step(): i32 {
    if (this.at >= this.end) return 0;
    walkEntries(this.segment, this.at, this.end);
    const status = nextEntry();
    if (status != 1) return status;
    // Blocks have no header: the one before ended with the entry that made it long enough.
    const opensBlock = this.keyLength == 0 || this.at - this.blockStart >= BLOCK_LIMIT_BYTES;
    if (!this.followsKey(opensBlock)) return failTable(this.segment, this.at);
    if (opensBlock) this.blockStart = this.at;
    memory.copy(this.key + entryShared, entryRest, entryRestLength);
    this.keyLength = entryShared + entryRestLength;
    this.valueOffset = entryValueOffset;
    this.valueLength = entryValueLength;
    this.at = entryValueOffset + entryValueLength;
    return 1;
  }

  /** Whether the entry just read comes behind the one at hand. */
  private followsKey(opensBlock: bool): bool {
    const length = this.keyLength;
    if (opensBlock) return entryShared == 0 && compareBytes(this.key, length, entryRest, entryRestLength) < 0;
    if (entryShared >= length) return entryShared == length;
    return load<u8>(entryRest) > load<u8>(this.key + entryShared);
  }

  static openOn(segment: Segment, tag: u32): TableCursor | null {
    let cursor = firstFree;
    if (cursor != 0) {
      firstFree = changetype<TableCursor>(cursor).nextFree;
    } else {
      cursor = permanent(offsetof<TableCursor>() + MAX_KEY_BYTES);
      if (cursor == 0) {
        failSegment(OUT_OF_MEMORY);
        return null;
      }
    }
    const opened = changetype<TableCursor>(cursor);
    opened.segment = segment;
    opened.tag = tag;
    opened.key = cursor + offsetof<TableCursor>();
    opened.keyLength = 0;
    opened.valueLength = 0;
    opened.valueOffset = 0;
    opened.at = 0;
    opened.blockStart = 0;
    opened.end = 0;
    return opened;
  }

  /** Gives the cursor back for another use. */
  close(): void {
    this.nextFree = firstFree;
    firstFree = changetype<usize>(this);
  }
}

let firstFree: usize = 0;
