import { commonPrefix } from "../bytes/search";
import {
  readVarint32,
  startReading,
  readBytes as takeBytes,
  VARINT32_MAX_BYTES,
  writeVarint32,
  writeVarint64,
} from "../bytes/varint";
import { Buffer } from "../memory/buffer";
import { permanent } from "../memory/chunks";
import { OK, OUT_OF_MEMORY, WRONG_STATE } from "../status";
import { BLOCK_LIMIT_BYTES, MAX_KEY_BYTES } from "./sections";

/** An index entry's value: offset and length of a block. */
const pointer: usize = memory.data(16, 8);

/** Of the block that `firstKeyOf` looked at: length of its first key. */
export let firstKeyLength: u32 = 0;

/** Address of the first key of a block, which stands there in full. */
export function firstKeyOf(block: usize, length: usize): usize {
  startReading(block, length);
  readVarint32();
  firstKeyLength = readVarint32();
  return takeBytes(firstKeyLength);
}

/** One level of a table that is being built: front-coded blocks, one after another in a buffer. */
@unmanaged
export class TableLevel {
  bytes: Buffer;
  /** A u32 for each block that has ended: its length. */
  blockLengths: Buffer;
  /** Where in `bytes` the block begins that is being filled, and how many entries it has. */
  blockStart: usize;
  blockEntries: u32;
  /** A block doesn't end before it has this many entries. */
  private minEntries: u32;
  /** The last key. */
  private key: usize;
  private keyLength: u32;

  static create(minEntries: u32): TableLevel {
    const level = changetype<TableLevel>(permanent(offsetof<TableLevel>() + MAX_KEY_BYTES));
    level.bytes = Buffer.create();
    level.blockLengths = Buffer.create();
    level.minEntries = minEntries;
    level.key = changetype<usize>(level) + offsetof<TableLevel>();
    return level;
  }

  clear(): void {
    this.bytes.clear();
    this.blockLengths.clear();
    this.blockStart = 0;
    this.blockEntries = 0;
    this.keyLength = 0;
  }

  release(): void {
    this.clear();
    this.bytes.release();
    this.blockLengths.release();
  }

  /** Length of the block that is being filled. */
  blockLength(): u32 {
    return <u32>(this.bytes.length - this.blockStart);
  }

  isFull(): bool {
    return this.blockLength() >= BLOCK_LIMIT_BYTES && this.blockEntries >= this.minEntries;
  }

  /** Appends an entry. WRONG_STATE if its key isn't behind the last one. */
  add(key: usize, keyLength: u32, value: usize, valueLength: u32): i32 {
    const common = <u32>commonPrefix(this.key, key, min<u32>(this.keyLength, keyLength));
    if (common == keyLength) return WRONG_STATE;
    if (common < this.keyLength && load<u8>(this.key + common) > load<u8>(key + common)) return WRONG_STATE;
    const shared: u32 = this.blockEntries == 0 ? 0 : common;
    const rest = keyLength - shared;
    if (!this.bytes.reserve(<usize>rest + valueLength + 3 * VARINT32_MAX_BYTES)) return OUT_OF_MEMORY;
    let at = this.bytes.data + this.bytes.length;
    at = writeVarint32(at, shared);
    at = writeVarint32(at, rest);
    memory.copy(at, key + shared, rest);
    at = writeVarint32(at + rest, valueLength);
    memory.copy(at, value, valueLength);
    this.bytes.length = at + valueLength - this.bytes.data;
    memory.copy(this.key + common, key + common, keyLength - common);
    this.keyLength = keyLength;
    this.blockEntries++;
    return OK;
  }

  /** Appends the index entry of a block of the level below, and ends the own block if that made it full. */
  addBlock(block: usize, length: u32, offset: u64): i32 {
    const key = firstKeyOf(block, length);
    const end = writeVarint32(writeVarint64(pointer, offset), length);
    const status = this.add(key, firstKeyLength, pointer, <u32>(end - pointer));
    return status == OK && this.isFull() ? this.endBlock() : status;
  }

  /** Ends the block that is being filled, if there is anything in it. */
  endBlock(): i32 {
    if (this.blockEntries == 0) return OK;
    const place = this.blockLengths.extend(4);
    if (place == 0) return OUT_OF_MEMORY;
    store<u32>(place, this.blockLength());
    this.blockStart = this.bytes.length;
    this.blockEntries = 0;
    return OK;
  }
}
