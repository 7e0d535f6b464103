/** A record as the core answers it: fifteen f64, three u32 lengths, and the three texts that they belong to. */

import type { CoreInstance } from "./instance.js";

const FIELD_BYTES = 8;
const LENGTHS_AT = 15 * FIELD_BYTES;
const TEXTS_AT = LENGTHS_AT + 3 * 4;

export interface CoreRecord {
  readonly recordNumber: number;
  readonly sequence: number;
  readonly branch: number;
  readonly kind: number;
  readonly isDocument: boolean;
  readonly tag: number;
  readonly atMs: number;
  readonly contentMode: number;
  readonly contentLength: number;
  readonly packOffset: number;
  readonly packLength: number;
  readonly indexInPack: number;
  readonly aliasesFollowed: number;
  readonly versionKind: number;
  /** Number of the record whose content it has, or which it promotes; -1 for none. */
  readonly sameAs: number;
  readonly uri: string;
  readonly title: string;
  /** JSON text; empty for no attributes. */
  readonly attributesJson: string;
}

/** What is needed to fetch a record's content. */
export interface ContentPlace {
  readonly recordNumber: number;
  readonly contentLength: number;
}

/** What a URI leads to, with its content if that came along. */
export interface FetchedContent extends ContentPlace {
  readonly bytes: Uint8Array<ArrayBuffer> | null;
}

/** Takes the record at `pointer` out of the core's memory. */
export function decodeRecord(core: CoreInstance, pointer: number): CoreRecord {
  const { view } = core;
  const field = (index: number): number => view.getFloat64(pointer + index * FIELD_BYTES, true);
  const uriLength = view.getUint32(pointer + LENGTHS_AT, true);
  const titleLength = view.getUint32(pointer + LENGTHS_AT + 4, true);
  const attributesLength = view.getUint32(pointer + LENGTHS_AT + 8, true);
  const titleAt = pointer + TEXTS_AT + uriLength;
  return {
    recordNumber: field(0),
    sequence: field(1),
    branch: field(2),
    kind: field(3),
    isDocument: field(4) === 1,
    tag: field(5),
    atMs: field(6),
    contentMode: field(7),
    contentLength: field(8),
    packOffset: field(9),
    packLength: field(10),
    indexInPack: field(11),
    aliasesFollowed: field(12),
    versionKind: field(13),
    sameAs: field(14),
    uri: core.readText(pointer + TEXTS_AT, uriLength),
    title: core.readText(titleAt, titleLength),
    attributesJson: core.readText(titleAt + titleLength, attributesLength),
  };
}

/** The record that the last call answered. */
export function answeredRecord(core: CoreInstance): CoreRecord {
  return decodeRecord(core, core.exports.resultPointer() >>> 0);
}

/** What the last `fetch` answered: record number, content length and, if `isRead`, the content. */
export function answeredContent(core: CoreInstance, isRead: boolean): FetchedContent {
  const pointer = core.exports.resultPointer() >>> 0;
  const { view } = core;
  const contentLength = view.getFloat64(pointer + 8, true);
  const start = pointer + 16;
  return {
    recordNumber: view.getFloat64(pointer, true),
    contentLength,
    bytes: isRead ? core.bytes.slice(start, start + contentLength) : null,
  };
}

/** The `count` records that the last call answered, each preceded by its length as u32. */
export function answeredRecords(core: CoreInstance, count: number): CoreRecord[] {
  const records: CoreRecord[] = [];
  let pointer = core.exports.resultPointer() >>> 0;
  for (let i = 0; i < count; i++) {
    records.push(decodeRecord(core, pointer + 4));
    pointer += 4 + core.view.getUint32(pointer, true);
  }
  return records;
}
