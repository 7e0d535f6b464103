import { ByteReader, ByteWriter, compareBytes, concat, sharedPrefixBytes } from "./bytes.js";
import type { Section } from "./directory.js";
import { demand } from "./failure.js";

/** A block of a table ends with the entry that makes it this long (part 7.2). */
const BLOCK_BYTES = 1024;
const MAX_KEY_BYTES = 1024;
const MAX_VALUE_BYTES = 1_048_576;

export interface TableEntry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

interface Block {
  readonly firstKey: Uint8Array;
  readonly bytes: Uint8Array;
}

/** Builds the section of a table from entries in ascending order of keys (part 7.2). */
export function buildTable(tag: number, entries: readonly TableEntry[]): Section {
  let blocks = cutIntoBlocks(entries, 1);
  let levels = 1;
  const parts: Uint8Array[] = [];
  let at = 0;
  let lastOffset = 0;
  for (;;) {
    const index: TableEntry[] = [];
    for (const block of blocks) {
      index.push({ key: block.firstKey, value: new ByteWriter().varint(at).varint(block.bytes.length).finish() });
      parts.push(block.bytes);
      lastOffset = at;
      at += block.bytes.length;
    }
    if (blocks.length <= 1) break;
    blocks = cutIntoBlocks(index, 2);
    levels++;
  }
  return {
    tag,
    parameter: levels,
    auxiliaryOffset: lastOffset,
    auxiliaryBytes: at - lastOffset,
    bytes: concat(...parts),
  };
}

/** An index block has two entries at least, or its levels would never come to an end with long keys. */
function cutIntoBlocks(entries: readonly TableEntry[], leastEntries: number): Block[] {
  const blocks: Block[] = [];
  let writer = new ByteWriter();
  let firstKey: Uint8Array | undefined;
  let previousKey = new Uint8Array(0);
  let inBlock = 0;
  for (const { key, value } of entries) {
    const shared = firstKey ? sharedPrefixBytes(previousKey, key) : 0;
    firstKey ??= key;
    writer
      .varint(shared)
      .varint(key.length - shared)
      .put(key.subarray(shared))
      .varint(value.length)
      .put(value);
    previousKey = key.slice();
    inBlock++;
    if (writer.length < BLOCK_BYTES || inBlock < leastEntries) continue;
    blocks.push({ firstKey, bytes: writer.finish() });
    writer = new ByteWriter();
    firstKey = undefined;
    inBlock = 0;
  }
  if (firstKey) blocks.push({ firstKey, bytes: writer.finish() });
  return blocks;
}

/** Reads all entries of a table through its index, in ascending order of keys. Throws `corrupt`. */
export function readTable(section: Section): TableEntry[] {
  let blocks = [section.bytes.subarray(section.auxiliaryOffset, section.auxiliaryOffset + section.auxiliaryBytes)];
  for (let level = section.parameter; level > 1; level--) {
    blocks = readLevel(section, blocks).map((entry) => childBlock(section, entry));
  }
  return readLevel(section, blocks);
}

/** The entries of all blocks of a level. Since their keys ascend, no block can be named twice: hostile tables come to an end. */
function readLevel(section: Section, blocks: readonly Uint8Array[]): TableEntry[] {
  const entries = blocks.flatMap(readBlock);
  for (let i = 1; i < entries.length; i++) {
    const ascends = compareBytes(entries[i - 1]?.key ?? new Uint8Array(0), entries[i]?.key ?? new Uint8Array(0)) < 0;
    demand(ascends, `keys of the table with tag ${section.tag} do not ascend`);
  }
  return entries;
}

function childBlock(section: Section, entry: TableEntry): Uint8Array {
  const reader = new ByteReader(entry.value, `index of the table with tag ${section.tag}`);
  const offset = reader.varint();
  const length = reader.varint();
  reader.expectEnd();
  if (offset + length > section.bytes.length) reader.fail("names a block outside the section");
  const block = section.bytes.subarray(offset, offset + length);
  const firstKey = readBlock(block)[0]?.key;
  if (!firstKey || compareBytes(firstKey, entry.key) !== 0) reader.fail("has another key than the block that it names");
  return block;
}

function readBlock(block: Uint8Array): TableEntry[] {
  const reader = new ByteReader(block, "table block");
  const entries: TableEntry[] = [];
  let previous = new Uint8Array(0);
  while (reader.left > 0) {
    const shared = reader.varint();
    const rest = reader.varint();
    if (shared > previous.length) reader.fail(`shares ${shared} bytes of a key that has ${previous.length}`);
    const key = concat(previous.subarray(0, shared), reader.take(rest));
    if (key.length > MAX_KEY_BYTES) reader.fail(`has a key of ${key.length} bytes`);
    const valueBytes = reader.varint();
    if (valueBytes > MAX_VALUE_BYTES) reader.fail(`has a value of ${valueBytes} bytes`);
    entries.push({ key, value: reader.take(valueBytes) });
    previous = key.slice();
  }
  return entries;
}
