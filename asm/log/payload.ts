import { lz4Decompress, lz4DecompressWithDictionary } from "../codec/lz4";
import { Cause, fail } from "../failure";
import { PackView } from "../format/pack";
import { PayloadCodec, Record } from "../format/record";
import { Buffer } from "../memory/buffer";
import { CORRUPT, OK, OUT_OF_MEMORY } from "../status";
import { dictionaryBytes, dictionaryLength, loadDictionary } from "./dictionary";

/** Payloads of records, decoded: title ‖ attributes ‖ inline content. */

const decoded: Buffer = Buffer.create();

/** The payload that was decoded last; valid until the next one. */
export let payload: usize = 0;

/** Decodes the payload of a record of `pack`. A stored payload isn't copied: it stays in the pack. */
export function decodePayload(record: Record, pack: PackView): i32 {
  if (record.payloadCodec == PayloadCodec.STORED) {
    payload = record.payload;
    return OK;
  }
  const length = <usize>record.decodedPayloadLength();
  decoded.clear();
  payload = decoded.extend(length);
  if (payload == 0) return OUT_OF_MEMORY;
  let result: i32;
  if (record.payloadCodec == PayloadCodec.LZ4) {
    result = lz4Decompress(record.payload, record.payloadLength, payload, length);
  } else {
    if (pack.dictionaryOffset == 0) return fail(CORRUPT, Cause.PAYLOAD, pack.frameOffset);
    const status = loadDictionary(pack.dictionaryOffset, pack.dictionaryHash);
    if (status != OK) return status;
    result = lz4DecompressWithDictionary(
      record.payload,
      record.payloadLength,
      dictionaryBytes(),
      dictionaryLength(),
      payload,
      length,
    );
  }
  return result < 0 ? fail(CORRUPT, Cause.PAYLOAD, pack.frameOffset) : OK;
}
