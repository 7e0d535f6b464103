import { ByteReader } from "./bytes.js";
import { demand } from "./failure.js";
import { decodeLz4Block } from "./lz4.js";
import type { PackedRecord } from "./pack.js";

const MAX_PAYLOAD_BYTES = 262_144;

/** A record's payload, taken apart. `inline` is the content where the mode is 1. */
export interface Payload {
  readonly title: Uint8Array;
  readonly attributes: Uint8Array;
  readonly inline: Uint8Array | undefined;
}

/** Length of a record's payload once decoded: title, attributes, and the content where the mode is 1. */
export function decodedPayloadBytes(record: PackedRecord): number {
  return record.titleBytes + record.attributesBytes + (record.place.mode === 1 ? record.place.contentBytes : 0);
}

/** Decodes a record's payload; `dictionary` is the decoded body of the pack's dictionary frame. Throws `corrupt`. */
export function decodePayload(record: PackedRecord, dictionary: Uint8Array | undefined): Payload {
  const what = `payload of record ${record.number}`;
  const inlineBytes = record.place.mode === 1 ? record.place.contentBytes : 0;
  const decodedBytes = decodedPayloadBytes(record);
  demand(decodedBytes <= MAX_PAYLOAD_BYTES, `${what} decodes to ${decodedBytes} bytes`);
  const reader = new ByteReader(decompressPayload(record, decodedBytes, dictionary, what), what);
  const title = reader.take(record.titleBytes);
  const attributes = reader.take(record.attributesBytes);
  const inline = record.place.mode === 1 ? reader.take(inlineBytes) : undefined;
  reader.expectEnd();
  return { title, attributes, inline };
}

function decompressPayload(
  record: PackedRecord,
  decodedBytes: number,
  dictionary: Uint8Array | undefined,
  what: string,
): Uint8Array {
  if (record.payloadCodec === 0) return record.payload;
  if (record.payloadCodec === 1) return decodeLz4Block(record.payload, decodedBytes, new Uint8Array(0), what);
  demand(dictionary !== undefined, `${what} wants a dictionary, and its pack has none`);
  return decodeLz4Block(record.payload, decodedBytes, dictionary, what);
}
