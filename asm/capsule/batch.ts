import { compressPayload } from "../codec/lz4";
import { Counter } from "../format/commit";
import { Codec, FrameKind, MARK_BYTES } from "../format/item";
import { Record, recordAddress } from "../format/record";
import { appendFrame, beginBatch, lastFrameHash, lastFrameOffset, skipDeadRange, skipMark } from "../log/append";
import { MAX_DICTIONARY_BYTES, prepareDictionary, preparedDictionary } from "../log/dictionary";
import {
  counter,
  dictionaryHash,
  dictionaryOffset,
  headEnd,
  headNotesEnd,
  headOffset,
  headRoot,
  headSequence,
  lastTrailerEnd,
  recordCount,
  setDictionary,
} from "../log/head";
import {
  beginPack,
  closePack,
  openPackBranch,
  openPackFirstRecord,
  openPackIsFull,
  openPackRecords,
} from "../log/pack-writer";
import { decodePayload, payload } from "../log/payload";
import { readAt } from "../log/source";
import { Buffer } from "../memory/buffer";
import { memtableAddPack, memtableFirstRecord } from "../segment/memtable";
import { memtableRow } from "../segment/memtable-columns";
import { OK, OUT_OF_MEMORY } from "../status";
import { loadRecord, recordPack } from "./records";
import { completeTail } from "./tail";

/** The batch that is being written: begun by the first thing that is put, ended by a commit. */

export let batchIsOpen: bool = false;
/** Records put since the head. */
export let batchRecords: u32 = 0;
/** Packs of this batch that no segment covers: u64 offset, 32 bytes hash each. */
export const batchTailPacks: Buffer = Buffer.create();
/** Whether the commit has to list the segments: one was written in this batch. */
export let segmentsChanged: bool = false;

/** A dictionary is made once this many payload bytes were put. */
const DICTIONARY_AFTER_BYTES: u64 = 262144;

const mark: usize = memory.data(64, 16);

/** Number of the next record. */
export function nextRecord(): u32 {
  return recordCount + batchRecords;
}
export function nextSequence(): u64 {
  return headSequence + 1;
}

/** Begins a batch unless one is open. */
export function openBatch(): i32 {
  if (batchIsOpen) return OK;
  const complete = completeTail();
  if (complete != OK) return complete;
  beginBatch(headEnd, headOffset, headSequence == 0 ? 0 : load<u64>(headRoot));
  for (let at = headEnd; at < headNotesEnd; at += MARK_BYTES) {
    const status = readAt(at, MARK_BYTES, mark);
    if (status != OK) return status;
    skipMark(mark);
  }
  // A batch that was passed over stays where it is.
  if (lastTrailerEnd > headNotesEnd) skipDeadRange(headNotesEnd, lastTrailerEnd);
  batchIsOpen = true;
  batchRecords = 0;
  segmentsChanged = false;
  batchTailPacks.clear();
  return OK;
}

/** The batch has become the head, or there is none any more. */
export function endBatch(): void {
  batchIsOpen = false;
  batchRecords = 0;
  segmentsChanged = false;
  batchTailPacks.clear();
}

export function countRecord(): void {
  batchRecords++;
}

/** The packs so far are covered by a segment. */
export function packsAreCovered(): void {
  batchTailPacks.clear();
  segmentsChanged = true;
}

/** The commit of the open batch is to list the segments, however little it holds. */
export function listSegments(): void {
  segmentsChanged = true;
}

/** Sees to it that a pack for `branch` is open and has room. */
export function preparePack(branch: u32, at: u64): i32 {
  if (openPackRecords != 0) {
    if (!openPackIsFull() && openPackBranch() == branch) return OK;
    const status = finishPack();
    if (status != OK) return status;
  }
  let prepared: usize = 0;
  if (dictionaryOffset == 0 && counter(Counter.PAYLOAD_BYTES) >= DICTIONARY_AFTER_BYTES) {
    const status = makeDictionary();
    if (status != OK) return status;
  }
  if (dictionaryOffset != 0) {
    const status = prepareDictionary(dictionaryOffset, dictionaryHash);
    if (status != OK) return status;
    prepared = preparedDictionary();
  }
  beginPack(nextRecord(), branch, nextSequence(), at, dictionaryOffset, dictionaryHash, prepared);
  return OK;
}

/** Writes the open pack, and tells the index where its records lie. */
export function finishPack(): i32 {
  const count = openPackRecords;
  if (count == 0) return OK;
  const first = openPackFirstRecord;
  const status = closePack();
  if (status != OK) return status;
  for (let i: u32 = 0; i < count; i++) {
    memtableRow(first + i - memtableFirstRecord).address = recordAddress(lastFrameOffset, i);
  }
  const entry = batchTailPacks.extend(40);
  if (entry == 0) return OUT_OF_MEMORY;
  store<u64>(entry, lastFrameOffset);
  memory.copy(entry + 8, lastFrameHash, 32);
  return memtableAddPack(lastFrameOffset, lastFrameHash);
}

const record: Record = Record.create();
const dictionary: Buffer = Buffer.create();
const compressed: Buffer = Buffer.create();

/** Makes a dictionary of the newest payloads: docs/format.md part 6. */
function makeDictionary(): i32 {
  dictionary.clear();
  const space = dictionary.extend(MAX_DICTIONARY_BYTES);
  if (space == 0) return OUT_OF_MEMORY;
  let filled: u32 = 0;
  for (let number = nextRecord(); number > 0; number--) {
    const status = loadRecord(record, number - 1);
    if (status != OK) return status;
    const length = <u32>record.decodedPayloadLength();
    if (length > MAX_DICTIONARY_BYTES - filled) break;
    const decoded = decodePayload(record, recordPack);
    if (decoded != OK) return decoded;
    filled += length;
    memory.copy(space + MAX_DICTIONARY_BYTES - filled, payload, length);
  }
  if (filled == 0) return OK;
  const bytes = space + MAX_DICTIONARY_BYTES - filled;
  compressed.clear();
  const target = compressed.extend(filled);
  if (target == 0) return OUT_OF_MEMORY;
  const packed = compressPayload(bytes, filled, 0, target, filled - 1);
  const codec = packed > 0 ? Codec.LZ4 : Codec.STORED;
  const body = packed > 0 ? target : bytes;
  const status = appendFrame(FrameKind.DICTIONARY, codec, 0, body, packed > 0 ? <u32>packed : filled, filled);
  dictionary.release();
  compressed.release();
  if (status == OK) setDictionary(lastFrameOffset, lastFrameHash);
  return status;
}
