import { ByteReader, ByteWriter, concat, encodeText, sharedPrefixBytes, unzigzag, zigzag } from "./bytes.js";
import { encodeOptionalReference, type FrameReference, parseOptionalReference } from "./commit.js";
import { MAX_BODY_BYTES } from "./items.js";
import { checkUri } from "./uri.js";

export const RecordKind = {
  revision: 1,
  removal: 2,
  alias: 3,
  event: 4,
  checkpoint: 5,
  promotion: 6,
  branch: 7,
} as const;
export const DOCUMENT_FLAG = 0x80;
/** Content modes that part 6 allows for each kind; index is the kind. */
const MODES_OF_KIND: readonly (readonly number[])[] = [[], [1, 2, 3], [0], [1], [0, 1, 2, 3], [0, 1, 2, 3], [3], [1]];
export const MAX_PACK_RECORDS = 16_384;
const MAX_TITLE_BYTES = 4096;
/** Of a checkpoint's label and a branch's name. */
const MAX_NAME_BYTES = 256;
const MAX_ATTRIBUTES_BYTES = 65_536;

/** Where a record's content is (part 6). `contentBytes` is C, the decoded length. */
export type ContentPlace =
  | { readonly mode: 0; readonly contentBytes: 0 }
  | { readonly mode: 1; readonly contentBytes: number }
  | {
      readonly mode: 2;
      readonly contentBytes: number;
      readonly hash: Uint8Array | undefined;
      readonly blobs: readonly FrameReference[];
    }
  | { readonly mode: 3; readonly contentBytes: number; readonly source: number };

/** A record as its pack holds it, the payload not yet decoded. */
export interface PackedRecord {
  readonly number: number;
  readonly address: number;
  readonly kind: number;
  readonly isDocument: boolean;
  readonly tag: number;
  readonly uri: string;
  readonly uriBytes: Uint8Array;
  /** Bytes of the URI that aren't stored, since the URI of the pack's first record begins with them. */
  readonly sharedUriBytes: number;
  readonly timeMs: number;
  readonly titleBytes: number;
  readonly attributesBytes: number;
  readonly place: ContentPlace;
  readonly payloadCodec: number;
  readonly payload: Uint8Array;
}

export interface Pack {
  readonly offset: number;
  readonly firstRecord: number;
  readonly sequence: number;
  readonly branch: number;
  readonly timeBaseMs: number;
  readonly dictionary: FrameReference | undefined;
  readonly records: readonly PackedRecord[];
  /** Length of all records but the last. */
  readonly bytesBeforeLast: number;
}

/** Parses a pack's body (part 6). `offset` is that of its frame. Throws `corrupt`. */
export function parsePack(body: Uint8Array, offset: number): Pack {
  const reader = new ByteReader(body, `pack at ${offset}`);
  const firstRecord = reader.varint();
  const sequence = reader.varint();
  const branch = reader.varint();
  const timeBaseMs = reader.varint();
  const dictionary = parseOptionalReference(reader);
  const count = reader.varint();
  if (count === 0 || count > MAX_PACK_RECORDS) reader.fail(`holds ${count} records`);
  const lengths = Array.from({ length: count }, () => reader.varint());
  const records: PackedRecord[] = [];
  for (const [index, length] of lengths.entries()) {
    const record = new ByteReader(reader.take(length), `record ${firstRecord + index} in the pack at ${offset}`);
    const firstUri = records[0]?.uriBytes ?? new Uint8Array(0);
    const place = { number: firstRecord + index, address: (offset / 8) * MAX_PACK_RECORDS + index };
    records.push(parseRecord(record, place, firstUri, timeBaseMs));
  }
  reader.expectEnd();
  const bytesBeforeLast = lengths.slice(0, -1).reduce((total, length) => total + length, 0);
  return { offset, firstRecord, sequence, branch, timeBaseMs, dictionary, records, bytesBeforeLast };
}

function parseRecord(
  reader: ByteReader,
  identity: { number: number; address: number },
  firstUri: Uint8Array,
  timeBaseMs: number,
): PackedRecord {
  const { kind, isDocument, tag } = parseKind(reader);
  const { uriBytes, sharedUriBytes } = parseUri(reader, firstUri);
  const timeMs = timeBaseMs + unzigzag(reader.varintExact());
  if (timeMs < 0 || !Number.isSafeInteger(timeMs)) reader.fail(`has time ${timeMs}`);
  const titleBytes = reader.varint();
  const attributesBytes = reader.varint();
  const isNamed = kind === RecordKind.checkpoint || kind === RecordKind.branch;
  const maxTitleBytes = isNamed ? MAX_NAME_BYTES : MAX_TITLE_BYTES;
  if (titleBytes > maxTitleBytes) reader.fail(`has a title of ${titleBytes} bytes`);
  if (attributesBytes > MAX_ATTRIBUTES_BYTES) reader.fail(`has attributes of ${attributesBytes} bytes`);
  const place = parsePlace(reader, identity.number);
  if (!(MODES_OF_KIND[kind] ?? []).includes(place.mode)) reader.fail(`of kind ${kind} has content mode ${place.mode}`);
  if (kind === RecordKind.promotion && titleBytes + attributesBytes > 0)
    reader.fail("is a promotion with title or attributes");
  const payloadCodec = reader.u8();
  if (payloadCodec > 2) reader.fail(`has payload codec ${payloadCodec}`);
  const payload = reader.take(reader.left);
  const uri = checkUri(uriBytes);
  return {
    ...identity,
    kind,
    isDocument,
    tag,
    uri,
    uriBytes,
    sharedUriBytes,
    timeMs,
    titleBytes,
    attributesBytes,
    place,
    payloadCodec,
    payload,
  };
}

function parseKind(reader: ByteReader): { kind: number; isDocument: boolean; tag: number } {
  const kindByte = reader.u8();
  const kind = kindByte & ~DOCUMENT_FLAG;
  const isDocument = kindByte >= DOCUMENT_FLAG;
  if (kind < RecordKind.revision || kind > RecordKind.branch) reader.fail(`has kind ${kind}`);
  if (isDocument && kind !== RecordKind.revision) reader.fail(`of kind ${kind} is marked as a document`);
  const tag = reader.varint();
  if (tag !== 0 && kind !== RecordKind.event && kind !== RecordKind.promotion)
    reader.fail(`of kind ${kind} has tag ${tag}`);
  return { kind, isDocument, tag };
}

function parseUri(reader: ByteReader, firstUri: Uint8Array): { uriBytes: Uint8Array; sharedUriBytes: number } {
  const sharedUriBytes = reader.varint();
  const rest = reader.varint();
  if (sharedUriBytes > firstUri.length)
    reader.fail(`shares ${sharedUriBytes} bytes of a URI that has ${firstUri.length}`);
  return { uriBytes: concat(firstUri.subarray(0, sharedUriBytes), reader.take(rest)), sharedUriBytes };
}

function parsePlace(reader: ByteReader, recordNumber: number): ContentPlace {
  const mode = reader.u8();
  if (mode === 0) return { mode, contentBytes: 0 };
  const contentBytes = reader.varint();
  if (mode === 1) return { mode, contentBytes };
  if (mode === 2) return parseBlobs(reader, contentBytes);
  if (mode !== 3) reader.fail(`has content mode ${mode}`);
  const source = reader.varint();
  if (source >= recordNumber) reader.fail(`has the content of record ${source}, which is not an earlier one`);
  return { mode: 3, contentBytes, source };
}

function parseBlobs(reader: ByteReader, contentBytes: number): ContentPlace {
  const count = reader.varint();
  if (contentBytes === 0) reader.fail("has empty content in blobs");
  if (count !== Math.ceil(contentBytes / MAX_BODY_BYTES)) reader.fail(`has ${count} blobs for ${contentBytes} bytes`);
  const hash = count > 1 ? reader.take(32) : undefined;
  const blobs = Array.from({ length: count }, () => ({ offset: reader.varint(), hash: reader.take(32) }));
  return { mode: 2, contentBytes, hash, blobs };
}

/** The tag of a promotion: what it promotes. */
export function promotionTag(kind: number, tag: number): number {
  return kind + 8 * tag;
}

/** Kind and tag that a record has in the index: a promotion's are those of what it promotes. */
export function actingKind({ kind, tag }: Pick<PackedRecord, "kind" | "tag">): { kind: number; tag: number } {
  return kind === RecordKind.promotion ? { kind: tag % 8, tag: Math.floor(tag / 8) } : { kind, tag };
}

/** What the encoder needs of a record; the payload is stored, not compressed, unless `payload` gives it ready. */
export interface RecordToPack {
  readonly kind: number;
  readonly isDocument: boolean;
  readonly tag: number;
  readonly uri: string;
  readonly timeMs: number;
  readonly title: Uint8Array;
  readonly attributes: Uint8Array;
  readonly place: ContentPlace;
  /** The content, where the mode is 1. */
  readonly inline?: Uint8Array;
  readonly payload?: { readonly codec: number; readonly bytes: Uint8Array };
}

export interface PackHeader {
  readonly firstRecord: number;
  readonly sequence: number;
  readonly branch: number;
  readonly timeBaseMs: number;
  readonly dictionary?: FrameReference | undefined;
}

export function encodePack(header: PackHeader, records: readonly RecordToPack[]): Uint8Array {
  const writer = new ByteWriter().varint(header.firstRecord).varint(header.sequence).varint(header.branch);
  writer.varint(header.timeBaseMs);
  encodeOptionalReference(writer, header.dictionary);
  const firstUri = encodeText(records[0]?.uri ?? "");
  const encoded = records.map((record, i) =>
    encodeRecord(record, i === 0 ? new Uint8Array(0) : firstUri, header.timeBaseMs),
  );
  writer.varint(records.length);
  for (const bytes of encoded) writer.varint(bytes.length);
  for (const bytes of encoded) writer.put(bytes);
  return writer.finish();
}

/** Length of records in a pack of their own, whose time base is the first one's time. */
export function recordsBytes(records: readonly RecordToPack[]): number {
  const firstUri = encodeText(records[0]?.uri ?? "");
  const timeBaseMs = records[0]?.timeMs ?? 0;
  return records.reduce(
    (total, record, i) => total + encodeRecord(record, i === 0 ? new Uint8Array(0) : firstUri, timeBaseMs).length,
    0,
  );
}

function encodeRecord(record: RecordToPack, firstUri: Uint8Array, timeBaseMs: number): Uint8Array {
  const uri = encodeText(record.uri);
  const shared = sharedPrefixBytes(uri, firstUri);
  const writer = new ByteWriter().u8(record.kind + (record.isDocument ? DOCUMENT_FLAG : 0)).varint(record.tag);
  writer
    .varint(shared)
    .varint(uri.length - shared)
    .put(uri.subarray(shared));
  writer
    .varint(zigzag(record.timeMs - timeBaseMs))
    .varint(record.title.length)
    .varint(record.attributes.length);
  encodePlace(writer, record.place);
  const stored = { codec: 0, bytes: concat(record.title, record.attributes, record.inline ?? new Uint8Array(0)) };
  const payload = record.payload ?? stored;
  return writer.u8(payload.codec).put(payload.bytes).finish();
}

function encodePlace(writer: ByteWriter, place: ContentPlace): void {
  writer.u8(place.mode);
  if (place.mode === 0) return;
  writer.varint(place.contentBytes);
  if (place.mode === 3) writer.varint(place.source);
  if (place.mode !== 2) return;
  writer.varint(place.blobs.length);
  if (place.hash) writer.put(place.hash);
  for (const blob of place.blobs) writer.varint(blob.offset).put(blob.hash);
}
