import { readBatch, readCommit } from "./batch.js";
import { encodeText, equalBytes, hash } from "./bytes.js";
import { type Tokenize, buildSegmentData } from "./builder.js";
import { openCapsule } from "./capsule.js";
import {
  type BranchChange,
  type FrameReference,
  type SegmentReference,
  coveredRecords,
  encodeCommitBody,
} from "./commit.js";
import { countAnew } from "./counters.js";
import { findTrailerEnd } from "./damage.js";
import { History, readHistory } from "./history.js";
import { ItemWriter } from "./item-writer.js";
import { type Frame, FrameKind, MAX_BODY_BYTES, MarkKind } from "./items.js";
import { type Json, canonicalJson } from "./json.js";
import { type ContentPlace, RecordKind, type RecordToPack, encodePack, recordsBytes } from "./pack.js";
import { isSegmentListDue, segmentsToMerge } from "./policy.js";
import { buildStream, buildPageTree, cut } from "./segment.js";
import { SUPERBLOCK_BYTES, type Superblock, encodeSuperblock } from "./superblock.js";

const PACK_CLOSE_BYTES = 16_384;
const INLINE_CONTENT_BYTES = 2048;
const MIN_DUPLICATE_BYTES = 32;
const FIRST_TIME_MS = 1_700_000_000_000;

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

export type SegmentChoice = "due" | "none" | "tail" | "all" | "keep";

export interface CommitOptions {
  /**
   * `due`: as the rules of parts 5 and 7.5 say (unless told); `none`: no segment list; `tail`: one more segment over the tail;
   * `all`: one segment over all records; `keep`: the list as it was, which has to cover all records of earlier commits.
   */
  readonly segments?: SegmentChoice;
  readonly committedAtMs?: number;
}

const EXAMPLE_SUPERBLOCK: Superblock = {
  minorVersion: 0,
  capsuleId: Uint8Array.from({ length: 16 }, (_, i) => i + 1),
  createdAtMs: FIRST_TIME_MS,
  analyzerId: 1,
  analyzerVersion: 1,
  unicodeMajor: 17,
  k1Times10000: 12_000,
  fields: [
    { name: "title", weight10000: 20_000, b10000: 7500 },
    { name: "body", weight10000: 10_000, b10000: 7500 },
  ],
  workspaceId: "test",
};

/** Writes small capsules for tests: nothing is compressed, segments are written when told. Simple and slow. */
export class CapsuleWriter {
  private pending: NewRecord[] = [];
  private newBranches: BranchChange[] = [];

  private constructor(
    private readonly items: ItemWriter,
    private readonly history: History,
    private readonly tokenize: Tokenize,
  ) {}

  static create(tokenize: Tokenize, superblock: Partial<Superblock> = {}): CapsuleWriter {
    const file = encodeSuperblock({ ...EXAMPLE_SUPERBLOCK, ...superblock });
    return new CapsuleWriter(new ItemWriter(file, undefined), new History(), tokenize);
  }

  /** Goes on writing a capsule as a recovering writer does (part 8.2): the dead tail is cut off, a passed-over batch becomes a dead range. */
  static resume(file: Uint8Array, tokenize: Tokenize): CapsuleWriter {
    const capsule = openCapsule(file);
    const liveEnd = capsule.deadTail?.start ?? file.length;
    const deadEnd = findTrailerEnd(file, liveEnd, capsule.root0) ?? liveEnd;
    const items = new ItemWriter(file.slice(0, deadEnd), capsule.head?.frame);
    const deadRanges = deadEnd > liveEnd ? [{ start: liveEnd, end: deadEnd }] : [];
    items.beginBehind(capsule.head?.trailer.end ?? SUPERBLOCK_BYTES, capsule.notes, deadRanges);
    return new CapsuleWriter(items, readHistory(capsule), tokenize);
  }

  get bytes(): Uint8Array {
    return this.items.file.slice();
  }

  /** The next commit's sequence. */
  get sequence(): number {
    return this.history.batches.length + 1;
  }

  /** Adds a branch that is forked from its parent's newest commit; returns its number. */
  branch(name: string, parent = 0): number {
    const change = { branch: this.history.branches.length, parent, forkSequence: this.sequence - 1, name };
    this.newBranches.push(change);
    this.history.addBranch(change, this.sequence);
    return change.branch;
  }

  /** Adds a record to the next commit; returns its number. */
  add(record: NewRecord): number {
    return this.history.records.length + this.pending.push(record) - 1;
  }

  /** Writes what was added, and a commit with its trailer. */
  commit(options: CommitOptions = {}): void {
    this.writePending();
    const segments = this.writeSegments(options.segments ?? "due");
    const { history, items, sequence } = this;
    // Of the commit frame itself only the kind counts.
    const frames = [...history.frames.values(), { kind: FrameKind.commit, stored: new Uint8Array(0) }];
    const body = encodeCommitBody({
      sequence,
      committedAtMs: options.committedAtMs ?? FIRST_TIME_MS + sequence * 1000,
      batchStart: items.batchStart,
      previousOffset: items.previousCommit?.offset ?? 0,
      previousRoot: items.previousCommit?.hash ?? items.root0,
      batchDigest: items.batchDigest,
      recordCount: history.records.length,
      counters: countAnew(history.records, frames),
      dictionary: undefined,
      branchChanges: this.newBranches,
      deadRanges: items.deadRanges,
      tailPacks: this.tailPacks(segments),
      segments,
    });
    const { offset } = items.commit(body);
    history.closeBatch(readBatch(items.file, readCommit(items.file, offset, items.root0), items.root0));
    this.newBranches = [];
  }

  /** Writes a durable note behind the newest trailer. */
  note(): void {
    this.items.mark(MarkKind.note);
  }

  /** Writes any frame into the batch, with the anchor behind it that the rules want. */
  frame(kind: number, body: Uint8Array, skippable = false): Frame {
    const frame = this.items.frame(kind, body, skippable);
    this.history.addFrame(frame, this.sequence);
    return frame;
  }

  /** Writes the frames of the records added so far, as a writer of a big batch does before its commit. */
  writePending(): void {
    let batch: RecordToPack[] = [];
    let branch = 0;
    let firstRecord = this.history.records.length;
    const close = () => {
      if (batch.length === 0) return;
      this.frame(FrameKind.pack, this.packBody(batch, firstRecord, branch));
      batch = [];
      firstRecord = this.history.records.length;
    };
    for (const record of this.pending) {
      const inOpenPack = (record.promoted ?? -1) >= this.history.records.length;
      if (branch !== (record.branch ?? 0) || inOpenPack) close();
      branch = record.branch ?? 0;
      // A duplicate may be in the pack that is still open: it is looked for among the records of closed packs only.
      batch.push(this.prepare(record, firstRecord + batch.length));
      if (recordsBytes(batch) >= PACK_CLOSE_BYTES) close();
    }
    close();
    this.pending = [];
  }

  private packBody(records: readonly RecordToPack[], firstRecord: number, branch: number): Uint8Array {
    return encodePack({ firstRecord, sequence: this.sequence, branch, timeBaseMs: records[0]?.timeMs ?? 0 }, records);
  }

  private prepare(record: NewRecord, number: number): RecordToPack {
    const content = typeof record.content === "string" ? encodeText(record.content) : record.content;
    const kind = RecordKind[record.kind];
    const place = record.promoted === undefined ? this.place(content, kind) : this.placeOfPromoted(record.promoted);
    return {
      kind,
      isDocument: kind === RecordKind.revision && record.document !== false,
      tag: record.tag ?? 0,
      uri: record.uri,
      timeMs: record.timeMs ?? FIRST_TIME_MS + number,
      title: encodeText(record.title ?? ""),
      attributes: record.attributes ? encodeText(canonicalJson(record.attributes)) : new Uint8Array(0),
      place,
      ...(place.mode === 1 && content ? { inline: content } : {}),
    };
  }

  private placeOfPromoted(source: number): ContentPlace {
    return { mode: 3, contentBytes: this.history.record(source).place.contentBytes, source };
  }

  private place(content: Uint8Array | undefined, kind: number): ContentPlace {
    if (!content) return { mode: 0, contentBytes: 0 };
    const contentBytes = content.length;
    const source =
      kind === RecordKind.revision && contentBytes >= MIN_DUPLICATE_BYTES ? this.sameContent(content) : undefined;
    if (source !== undefined) return { mode: 3, contentBytes, source };
    if (contentBytes < INLINE_CONTENT_BYTES) return { mode: 1, contentBytes };
    const blobs = cut(content, MAX_BODY_BYTES).map((piece) => referenceTo(this.frame(FrameKind.blob, piece)));
    return { mode: 2, contentBytes, hash: blobs.length > 1 ? hash(content) : undefined, blobs };
  }

  private sameContent(content: Uint8Array): number | undefined {
    return this.history.records.find((record) => {
      const stored = record.place.mode === 1 || record.place.mode === 2;
      return (
        stored &&
        record.place.contentBytes === content.length &&
        equalBytes(this.history.content(record) ?? new Uint8Array(0), content)
      );
    })?.number;
  }

  private writeSegments(choice: SegmentChoice): SegmentReference[] | undefined {
    if (choice === "due") return isSegmentListDue(this.history, this.sequence) ? this.mergeWhereDue() : undefined;
    if (choice === "none") return undefined;
    const kept = choice === "all" ? [] : this.liveSegments;
    return choice === "keep" ? kept : this.withSegmentBehind(kept);
  }

  private get liveSegments(): SegmentReference[] {
    return [...(this.history.commits.findLast(({ body }) => body.segments)?.body.segments ?? [])];
  }

  /** The segments, and one over all records behind them if there are any. */
  private withSegmentBehind(segments: SegmentReference[]): SegmentReference[] {
    const firstRecord = coveredRecords(segments);
    const recordCount = this.history.records.length - firstRecord;
    return recordCount === 0 ? segments : [...segments, this.writeSegment(firstRecord, recordCount)];
  }

  private mergeWhereDue(): SegmentReference[] {
    let segments = this.withSegmentBehind(this.liveSegments);
    for (;;) {
      const run = segmentsToMerge(segments.map(({ dataBytes }) => dataBytes));
      if (run === 0) return segments;
      segments = this.withSegmentBehind(segments.slice(0, -run));
    }
  }

  private writeSegment(firstRecord: number, recordCount: number): SegmentReference {
    const data = buildSegmentData(this.history, firstRecord, recordCount, this.tokenize);
    const extents = cut(buildStream(data), MAX_BODY_BYTES).map((piece) => this.frame(FrameKind.extent, piece));
    return {
      firstExtentOffset: extents[0]?.offset ?? 0,
      dataBytes: data.length,
      firstRecord,
      recordCount,
      root: buildPageTree(data).root,
      maskedExtents: extents.flatMap(({ mask }, index) => (mask === 0 ? [] : [{ index, mask }])),
    };
  }

  private tailPacks(segments: readonly SegmentReference[] | undefined): FrameReference[] {
    const covered = segments ? coveredRecords(segments) : 0;
    const tail = new Set(
      this.history.packs.filter(({ firstRecord }) => firstRecord >= covered).map(({ offset }) => offset),
    );
    return this.items.frames.filter(({ offset }) => tail.has(offset)).map(referenceTo);
  }
}

function referenceTo(frame: Frame): FrameReference {
  return { offset: frame.offset, hash: frame.hash };
}
