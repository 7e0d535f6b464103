import { PROMOTED_KIND_BITS, promotedKind, RecordKind } from "../format/record";
import { Buffer } from "../memory/buffer";
import { countMemtableBytes } from "./memtable-memory";
import { EXCEPTION_BYTES, PACK_ENTRY_BYTES, RUN_BYTES } from "./sections";

/** What the memtable knows of each record by its ordinal, and what it knows of runs of records and of packs. */

/** One record. */
@unmanaged
export class Row {
  address: u64;
  /** Tokens in each field; 0 for what isn't a document. */
  titleLength: u32;
  bodyLength: u32;
  /** Address of the record's URI: an entry of the table of `memtable-uris.ts`. */
  uri: u32;
  /** Record kind, with 0x80 for a document. */
  kind: u8;
  /** An event's type, 255 for types above 254. */
  tag: u8;
  /** 1 for an event, promoted ones included. */
  isEvent: u8;
  unused: u8;
}

const rows: Buffer = Buffer.create();
/** Runs, packs and exceptions, with the bytes that they have in a segment. Exceptions are in the order in which they came. */
export const memtableRuns: Buffer = Buffer.create();
export const memtablePacks: Buffer = Buffer.create();
export const memtableExceptions: Buffer = Buffer.create();

/** Records in the memtable. */
export function memtableRecordCount(): u32 {
  return <u32>(rows.length / offsetof<Row>());
}

/** The row of a record. Valid until the next record is added. */
export function memtableRow(ordinal: u32): Row {
  return changetype<Row>(rows.data + <usize>ordinal * offsetof<Row>());
}

/** Appends a record's row. False when memory is exhausted. */
export function addRow(uri: usize, kind: u32, tag: u32, address: u64): bool {
  const row = changetype<Row>(rows.extend(offsetof<Row>()));
  if (changetype<usize>(row) == 0) return false;
  row.address = address;
  row.titleLength = 0;
  row.bodyLength = 0;
  row.uri = <u32>uri;
  row.kind = <u8>kind;
  const isPromotion = kind == RecordKind.PROMOTION;
  const eventTag = isPromotion ? tag >> PROMOTED_KIND_BITS : tag;
  row.tag = <u8>min<u32>(eventTag, 255);
  const actingKind = isPromotion ? promotedKind(tag) : kind;
  row.isEvent = actingKind == RecordKind.EVENT ? 1 : 0;
  row.unused = 0;
  countMemtableBytes(offsetof<Row>());
  return true;
}

/** Notes that records from `ordinal` on are of this branch and sequence. False when memory is exhausted. */
export function addRun(ordinal: u32, branch: u32, sequence: u64): bool {
  if (memtableRuns.length != 0) {
    const last = memtableRuns.data + memtableRuns.length - RUN_BYTES;
    if (load<u32>(last, 4) == branch && load<u64>(last, 8) == sequence) return true;
  }
  const run = memtableRuns.extend(RUN_BYTES);
  if (run == 0) return false;
  store<u32>(run, ordinal);
  store<u32>(run, branch, 4);
  store<u64>(run, sequence, 8);
  countMemtableBytes(RUN_BYTES);
  return true;
}

/** Address of the run (`RUN_BYTES`) that a record belongs to. */
export function memtableRunOf(ordinal: u32): usize {
  let low: usize = 0;
  let high = memtableRuns.length / RUN_BYTES;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (load<u32>(memtableRuns.data + middle * RUN_BYTES) <= ordinal) low = middle;
    else high = middle;
  }
  return memtableRuns.data + low * RUN_BYTES;
}

export function addException(document: u32, branch: u32, cause: u32, sign: u32): bool {
  const exception = memtableExceptions.extend(EXCEPTION_BYTES);
  if (exception == 0) return false;
  store<u32>(exception, document);
  store<u32>(exception, branch, 4);
  store<u64>(exception, ((<u64>cause) << 1) | sign, 8);
  countMemtableBytes(EXCEPTION_BYTES);
  return true;
}

export function addPack(frameOffset: u64, hash: usize): bool {
  const pack = memtablePacks.extend(PACK_ENTRY_BYTES);
  if (pack == 0) return false;
  store<u64>(pack, frameOffset);
  memory.copy(pack + 8, hash, 32);
  countMemtableBytes(PACK_ENTRY_BYTES);
  return true;
}

export function releaseColumns(): void {
  rows.release();
  memtableRuns.release();
  memtableExceptions.release();
  memtablePacks.release();
}
