import { ContentMode, Record } from "../format/record";
import { decodePayload, payload } from "../log/payload";
import { Buffer } from "../memory/buffer";
import { OK, OUT_OF_MEMORY } from "../status";
import { recordIndex, recordPack } from "./records";

/** Where answers lie that are more than a number: the host reads them before its next call. */

export const result: Buffer = Buffer.create();
/** Beyond this the result's memory is given back when the next call starts. */
const KEPT_RESULT_BYTES: usize = 1 << 21;

/** To be called by each export that answers with bytes. */
export function startResult(): void {
  if (result.length > KEPT_RESULT_BYTES) result.release();
  result.clear();
}

/** f64s at the start of a record's result. */
const RECORD_NUMBERS: usize = 15;

/** Appends the description of the record that was loaded last; `aliases` were followed to it. Layout: see `index.ts`. */
export function appendRecord(record: Record, aliases: u32, what: u32): i32 {
  const own = record.titleLength + record.attributesLength;
  if (own != 0) {
    const status = decodePayload(record, recordPack);
    if (status != OK) return status;
  }
  const start = result.extend(RECORD_NUMBERS * 8 + 12 + record.uriLength + own);
  if (start == 0) return OUT_OF_MEMORY;
  store<f64>(start, <f64>record.number);
  store<f64>(start, <f64>record.sequence, 8);
  store<f64>(start, <f64>record.branch, 16);
  store<f64>(start, <f64>record.kind, 24);
  store<f64>(start, record.document ? 1.0 : 0.0, 32);
  store<f64>(start, <f64>record.tag, 40);
  store<f64>(start, <f64>record.at, 48);
  store<f64>(start, <f64>record.contentMode, 56);
  store<f64>(start, <f64>record.contentLength, 64);
  store<f64>(start, <f64>recordPack.frameOffset, 72);
  store<f64>(start, <f64>recordPack.bodyLength, 80);
  store<f64>(start, <f64>recordIndex, 88);
  store<f64>(start, <f64>aliases, 96);
  store<f64>(start, <f64>what, 104);
  store<f64>(start, record.contentMode == ContentMode.SAME_AS ? <f64>record.sameAs : -1, 112);
  const lengths = start + RECORD_NUMBERS * 8;
  store<u32>(lengths, record.uriLength);
  store<u32>(lengths, record.titleLength, 4);
  store<u32>(lengths, record.attributesLength, 8);
  memory.copy(lengths + 12, record.uri, record.uriLength);
  memory.copy(lengths + 12 + record.uriLength, payload, own);
  return OK;
}

/** As `appendRecord`, with the u32 length of the description before it: an entry of a list. */
export function appendEntry(record: Record, aliases: u32, what: u32): i32 {
  const place = result.length;
  if (result.extend(4) == 0) return OUT_OF_MEMORY;
  const status = appendRecord(record, aliases, what);
  if (status == OK) store<u32>(result.data + place, <u32>(result.length - place - 4));
  return status;
}
