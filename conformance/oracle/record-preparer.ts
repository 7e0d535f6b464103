import { encodeText, hash, toHex } from "./bytes.js";
import type { FrameReference } from "./commit.js";
import type { History } from "./history.js";
import { MAX_BODY_BYTES } from "./items.js";
import { canonicalJson, type Json } from "./json.js";
import { type ContentPlace, promotionTag, RecordKind, type RecordToPack } from "./pack.js";
import { cut } from "./segment.js";

const INLINE_CONTENT_BYTES = 2048;
const MIN_DUPLICATE_BYTES = 32;
/** The time that records are given from, a millisecond a record, where they come without one. */
export const FIRST_TIME_MS = 1_700_000_000_000;

/** A record to be written. Texts are encoded as UTF-8; what is left out is empty, branch 0, or a time made from the record's number. */
export interface NewRecord {
  readonly kind: keyof typeof RecordKind;
  readonly uri: string;
  readonly branch?: number;
  readonly title?: string;
  readonly attributes?: { [member: string]: Json };
  readonly content?: string | Uint8Array;
  /** Whether a revision is searched; true unless told. */
  readonly document?: boolean;
  readonly tag?: number;
  readonly timeMs?: number;
  /** The record that a promotion promotes. */
  readonly promoted?: number;
}

/** Decides where the content of new records goes: inline, into blobs, or to a record that has the same (part 6). */
export class RecordPreparer {
  /** First revision with some content, by the content's hash. */
  private readonly recordOfContent = new Map<string, number>();
  /** C of each record. */
  private readonly contentBytes: number[] = [];
  /** Kind and tag of each record. */
  private readonly kinds: { kind: number; tag: number }[] = [];

  /** @param history what is in the capsule already; @param writeBlob writes a piece of content as a blob frame */
  constructor(
    history: History,
    private readonly writeBlob: (piece: Uint8Array) => FrameReference,
  ) {
    for (const record of history.records) {
      this.kinds[record.number] = { kind: record.kind, tag: record.tag };
      this.remember(record.number, record.kind, record.place, history.content(record) ?? new Uint8Array(0));
    }
  }

  prepare(record: NewRecord, number: number): RecordToPack {
    const content = typeof record.content === "string" ? encodeText(record.content) : record.content;
    const kind = RecordKind[record.kind];
    const place = record.promoted === undefined ? this.place(content, kind) : this.placeOfPromoted(record.promoted);
    this.remember(number, kind, place, content ?? new Uint8Array(0));
    const tag = record.tag ?? this.tagOfPromoted(record.promoted);
    this.kinds[number] = { kind, tag };
    return {
      kind,
      isDocument: kind === RecordKind.revision && record.document !== false,
      tag,
      uri: record.uri,
      timeMs: record.timeMs ?? FIRST_TIME_MS + number,
      title: encodeText(record.title ?? ""),
      attributes: record.attributes ? encodeText(canonicalJson(record.attributes)) : new Uint8Array(0),
      place,
      ...(place.mode === 1 && content ? { inline: content } : {}),
    };
  }

  private remember(number: number, kind: number, place: ContentPlace, content: Uint8Array): void {
    this.contentBytes[number] = place.contentBytes;
    const isStored = kind === RecordKind.revision && (place.mode === 1 || place.mode === 2);
    const key = toHex(hash(content));
    if (isStored && content.length >= MIN_DUPLICATE_BYTES && !this.recordOfContent.has(key)) {
      this.recordOfContent.set(key, number);
    }
  }

  private tagOfPromoted(source: number | undefined): number {
    const promoted = source === undefined ? undefined : this.kinds[source];
    return promoted ? promotionTag(promoted.kind, promoted.tag) : 0;
  }

  private placeOfPromoted(source: number): ContentPlace {
    return { mode: 3, contentBytes: this.contentBytes[source] ?? 0, source };
  }

  private place(content: Uint8Array | undefined, kind: number): ContentPlace {
    if (!content) return { mode: 0, contentBytes: 0 };
    const contentBytes = content.length;
    // Short content isn't among those remembered.
    const source = kind === RecordKind.revision ? this.recordOfContent.get(toHex(hash(content))) : undefined;
    if (source !== undefined) return { mode: 3, contentBytes, source };
    if (contentBytes < INLINE_CONTENT_BYTES) return { mode: 1, contentBytes };
    const blobs = cut(content, MAX_BODY_BYTES).map((piece) => this.writeBlob(piece));
    return { mode: 2, contentBytes, hash: blobs.length > 1 ? hash(content) : undefined, blobs };
  }
}
