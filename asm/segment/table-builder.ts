import { Buffer } from "../memory/buffer";
import { permanent } from "../memory/chunks";
import { LIMIT_EXCEEDED, OK, OUT_OF_MEMORY } from "../status";
import { MAX_KEY_BYTES, MAX_VALUE_BYTES } from "./sections";
import { TableLevel } from "./table-level";
import { sectionBegin, sectionBytes, sectionEnd } from "./writer";

/** Index blocks hold two entries at least: with one for each, long keys would pile level on level without end. */
const MIN_INDEX_ENTRIES: u32 = 2;

/**
 * Builds a table (docs/format.md 7.2) of entries in ascending order. Leaf blocks go straight into the section that is
 * open, or are collected while that is another one. Of the index, which is about a thirtieth of the leaves, all is held
 * until the end.
 *
 * Streamed: in the open section `begin(true)`, `add` …, `finish`, `sectionEnd(levels, rootLength, rootOffset)`.
 * Collected: `begin(false)`, `add` …, `finish`, and when its turn comes `writeSection(tag)`.
 */
@unmanaged
export class TableBuilder {
  /** What the directory says of the table, once it is finished; 0 levels for no entries. */
  levels: u32;
  rootLength: u32;
  rootOffset: u64;
  /** Entries added. */
  entries: u32;
  private streamed: bool;
  /** Leaf blocks that have ended, and their bytes. */
  private leafBlocks: u32;
  private leafBytes: u64;
  private leaves: TableLevel;
  private index: TableLevel;
  private above: TableLevel;
  /** The whole table, when it is collected. */
  private collected: Buffer;

  /** Makes an empty builder, to be used again and again. */
  static create(): TableBuilder {
    const builder = changetype<TableBuilder>(permanent(offsetof<TableBuilder>()));
    builder.leaves = TableLevel.create(1);
    builder.index = TableLevel.create(MIN_INDEX_ENTRIES);
    builder.above = TableLevel.create(MIN_INDEX_ENTRIES);
    builder.collected = Buffer.create();
    return builder;
  }

  begin(streamed: bool): void {
    this.streamed = streamed;
    this.levels = 0;
    this.rootLength = 0;
    this.rootOffset = 0;
    this.entries = 0;
    this.leafBlocks = 0;
    this.leafBytes = 0;
    this.leaves.clear();
    this.index.clear();
    this.collected.clear();
  }

  /**
   * Adds an entry. Its key, of 1 to 1,024 bytes, must be behind the last one's (else WRONG_STATE); its value is at most
   * 1 MiB.
   */
  add(key: usize, keyLength: u32, value: usize, valueLength: u32): i32 {
    if (keyLength == 0 || keyLength > MAX_KEY_BYTES || valueLength > MAX_VALUE_BYTES) return LIMIT_EXCEEDED;
    const status = this.leaves.add(key, keyLength, value, valueLength);
    if (status != OK) return status;
    this.entries++;
    return this.leaves.isFull() ? this.endLeaf() : OK;
  }

  /** Ends the table: the levels of the index follow the leaves. */
  finish(): i32 {
    let status = this.leaves.blockEntries != 0 ? this.endLeaf() : OK;
    if (status == OK && this.leafBlocks > 1) {
      status = this.writeIndex();
    } else {
      this.levels = this.leafBlocks;
      this.rootLength = <u32>this.leafBytes;
    }
    this.leaves.release();
    this.index.release();
    this.above.release();
    return status;
  }

  /** Writes the collected table as a section, and releases it. */
  writeSection(tag: u32): i32 {
    sectionBegin(tag);
    sectionBytes(this.collected.data, this.collected.length);
    this.collected.release();
    return sectionEnd(this.levels, this.rootLength, this.rootOffset);
  }

  /** Gives the builder's memory back, finished or not. */
  release(): void {
    this.leaves.release();
    this.index.release();
    this.above.release();
    this.collected.release();
  }

  private endLeaf(): i32 {
    const leaves = this.leaves;
    const length = leaves.blockLength();
    let status = this.index.addBlock(leaves.bytes.data, length, this.leafBytes);
    if (status == OK) status = this.emit(leaves.bytes);
    // Leaves aren't kept, but their last key is: it has to be before the next one.
    leaves.bytes.clear();
    leaves.blockEntries = 0;
    this.leafBytes += length;
    this.leafBlocks++;
    return status;
  }

  /** Writes the index level by level: the offsets of a level's blocks are known when all below are written. */
  private writeIndex(): i32 {
    let levelOffset = this.leafBytes;
    this.levels = 1;
    while (true) {
      const level = this.index;
      let status = level.endBlock();
      if (status == OK) status = this.emit(level.bytes);
      if (status != OK) return status;
      this.levels++;
      if (level.blockLengths.length == 4) {
        this.rootOffset = levelOffset;
        this.rootLength = <u32>level.bytes.length;
        return OK;
      }
      status = this.indexBlocksOf(level, levelOffset);
      if (status != OK) return status;
      levelOffset += level.bytes.length;
      this.index = this.above;
      this.above = level;
    }
  }

  /** Makes `above` the level over another that lies at an offset of the section. */
  private indexBlocksOf(level: TableLevel, levelOffset: u64): i32 {
    const above = this.above;
    above.clear();
    const blocks = level.blockLengths.length >> 2;
    let at: usize = 0;
    for (let i: usize = 0; i < blocks; i++) {
      const length = load<u32>(level.blockLengths.data + (i << 2));
      const status = above.addBlock(level.bytes.data + at, length, levelOffset + at);
      if (status != OK) return status;
      at += length;
    }
    return OK;
  }

  private emit(bytes: Buffer): i32 {
    if (this.streamed) return sectionBytes(bytes.data, bytes.length);
    return this.collected.append(bytes.data, bytes.length) ? OK : OUT_OF_MEMORY;
  }
}
