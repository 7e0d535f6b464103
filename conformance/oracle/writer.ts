import { readBatch, readCommit } from "./batch.js";
import { ByteWriter, concat, encodeText, equalBytes, hash } from "./bytes.js";
import { type Tokenize, buildSegmentData } from "./builder.js";
import { openCapsule, readChain } from "./capsule.js";
import { type BranchChange, type FileRange, type FrameReference, type SegmentReference, coveredRecords, encodeCommitBody } from "./commit.js";
import { countAnew } from "./counters.js";
import { findTrailerEnd } from "./damage.js";
import { History, readHistory } from "./history.js";
import { ANCHOR_DISTANCE_BYTES, type CommitName, type Frame, FrameKind, MAX_BODY_BYTES, MarkKind, encodeFrame, encodeMark, parseFrame } from "./items.js";
import { type Json, canonicalJson } from "./json.js";
import { type ContentPlace, RecordKind, type RecordToPack, encodePack, recordsBytes } from "./pack.js";
import { buildStream, buildPageTree, cut } from "./segment.js";
import { type Superblock, encodeSuperblock, rootZero } from "./superblock.js";

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

export interface CommitOptions {
  /** `none`: no segment list; `tail`: one more segment over the tail; `all`: one segment over all records; `keep`: the list as it was. */
  readonly segments?: "none" | "tail" | "all" | "keep";
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

/** Writes small capsules for tests: nothing is compressed, segments are written when told. Simple and slow: the file is copied for each item. */
export class CapsuleWriter {
  private history = new History();
  private pending: { record: NewRecord; number: number }[] = [];
  private newBranches: BranchChange[] = [];
  private deadRanges: FileRange[] = [];
  private digested: Uint8Array[] = [];
  private frames: Frame[] = [];
  private batchStart: number;
  private lastMarkEnd: number;
  private readonly root0: Uint8Array;

  private constructor(
    private file: Uint8Array,
    private readonly tokenize: Tokenize,
  ) {
    this.root0 = rootZero(file);
    this.batchStart = file.length;
    this.lastMarkEnd = file.length;
  }

  static create(tokenize: Tokenize, superblock: Partial<Superblock> = {}): CapsuleWriter {
    return new CapsuleWriter(encodeSuperblock({ ...EXAMPLE_SUPERBLOCK, ...superblock }), tokenize);
  }

  /** Goes on writing a capsule as a recovering writer does (part 8.2): the dead tail is cut off, a passed-over batch becomes a dead range. */
  static resume(file: Uint8Array, tokenize: Tokenize): CapsuleWriter {
    const capsule = openCapsule(file);
    const history = readHistory(capsule);
    const liveEnd = capsule.deadTail?.start ?? file.length;
    const deadEnd = findTrailerEnd(file, liveEnd, capsule.root0) ?? liveEnd;
    const writer = new CapsuleWriter(file.slice(0, deadEnd), tokenize);
    writer.history = history;
    writer.batchStart = readChain(capsule).at(-1)?.trailer.end ?? liveEnd;
    writer.digested = capsule.notes.map(({ bytes }) => bytes);
    writer.lastMarkEnd = deadEnd;
    if (deadEnd > liveEnd) writer.deadRanges.push({ start: liveEnd, end: deadEnd });
    for (const { start, end } of writer.deadRanges) writer.digested.push(new ByteWriter().u64(start).u64(end).finish());
    return writer;
  }

  get bytes(): Uint8Array {
    return this.file.slice();
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
    const number = this.history.records.length + this.pending.length;
    this.pending.push({ record, number });
    return number;
  }

  /** Writes what was added, and a commit with its trailer. */
  commit(options: CommitOptions = {}): void {
    this.writePending();
    const segments = this.writeSegments(options.segments ?? "none");
    const { sequence } = this;
    const previous = this.previousCommit();
    const before = [...this.history.frames.values()];
    // Of the commit frame itself only the kind counts.
    const counters = countAnew(this.history.records, [...before, { kind: FrameKind.commit, stored: new Uint8Array(0) }]);
    const body = encodeCommitBody({
      sequence,
      committedAtMs: options.committedAtMs ?? FIRST_TIME_MS + sequence * 1000,
      batchStart: this.batchStart,
      previousOffset: previous?.offset ?? 0,
      previousRoot: previous?.hash ?? this.root0,
      batchDigest: hash(...this.digested),
      recordCount: this.history.records.length,
      counters,
      dictionary: undefined,
      branchChanges: this.newBranches,
      deadRanges: this.deadRanges,
      tailPacks: this.tailPacks(segments),
      segments,
    });
    const frame = this.writeFrame(FrameKind.commit, body);
    this.write(encodeMark(MarkKind.trailer, this.file.length, frame, this.root0));
    this.history.frames.set(frame.offset, frame);
    this.history.batches.push(readBatch(this.file, readCommit(this.file, frame.offset, this.root0), this.root0));
    this.beginBatch();
  }

  /** Writes a durable note behind the newest trailer. */
  note(): void {
    const note = encodeMark(MarkKind.note, this.file.length, this.previousCommit(), this.root0);
    this.write(note);
    this.digested.push(note);
    this.lastMarkEnd = this.file.length;
  }

  /** Writes any frame into the batch, with the anchor behind it that the rules want. */
  frame(kind: number, body: Uint8Array, skippable = false): Frame {
    const frame = this.writeFrame(kind, body, skippable);
    this.digested.push(frame.hash);
    this.frames.push(frame);
    this.history.addFrame(frame, this.sequence);
    const far = frame.end - frame.offset > ANCHOR_DISTANCE_BYTES || frame.end - this.lastMarkEnd > ANCHOR_DISTANCE_BYTES;
    if (far) this.anchor();
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
    for (const { record } of this.pending) {
      if (branch !== (record.branch ?? 0)) close();
      branch = record.branch ?? 0;
      // A duplicate may be in the pack that is still open: it is looked for among the records of closed packs only.
      batch.push(this.prepare(record, firstRecord + batch.length));
      if (recordsBytes(batch) >= PACK_CLOSE_BYTES) close();
    }
    close();
    this.pending = [];
  }

  private anchor(): void {
    const anchor = encodeMark(MarkKind.anchor, this.file.length, this.previousCommit(), this.root0);
    this.write(anchor);
    this.digested.push(anchor);
    this.lastMarkEnd = this.file.length;
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
    const source = kind === RecordKind.revision && contentBytes >= MIN_DUPLICATE_BYTES ? this.sameContent(content) : undefined;
    if (source !== undefined) return { mode: 3, contentBytes, source };
    if (contentBytes < INLINE_CONTENT_BYTES) return { mode: 1, contentBytes };
    const blobs = cut(content, MAX_BODY_BYTES).map((piece) => referenceTo(this.frame(FrameKind.blob, piece)));
    return { mode: 2, contentBytes, hash: blobs.length > 1 ? hash(content) : undefined, blobs };
  }

  private sameContent(content: Uint8Array): number | undefined {
    return this.history.records.find((record) => {
      const stored = record.place.mode === 1 || record.place.mode === 2;
      return stored && record.place.contentBytes === content.length && equalBytes(this.history.content(record) ?? new Uint8Array(0), content);
    })?.number;
  }

  private writeSegments(choice: "none" | "tail" | "all" | "keep"): SegmentReference[] | undefined {
    if (choice === "none") return undefined;
    const base = this.history.commits.findLast(({ body }) => body.segments)?.body.segments ?? [];
    const kept = choice === "all" ? [] : [...base];
    const firstRecord = coveredRecords(kept);
    const recordCount = this.history.records.length - firstRecord;
    return choice === "keep" || recordCount === 0 ? kept : [...kept, this.writeSegment(firstRecord, recordCount)];
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
    const tail = new Set(this.history.packs.filter(({ firstRecord }) => firstRecord >= covered).map(({ offset }) => offset));
    return this.frames.filter(({ offset }) => tail.has(offset)).map(referenceTo);
  }

  private previousCommit(): CommitName | undefined {
    return this.history.commits.at(-1)?.frame;
  }

  private writeFrame(kind: number, body: Uint8Array, skippable = false): Frame {
    const { length: offset } = this.file;
    this.write(encodeFrame({ kind, offset, body, skippable }));
    return parseFrame(this.file, offset);
  }

  private write(bytes: Uint8Array): void {
    this.file = concat(this.file, bytes);
  }

  private beginBatch(): void {
    this.newBranches = [];
    this.deadRanges = [];
    this.digested = [];
    this.frames = [];
    this.batchStart = this.file.length;
    this.lastMarkEnd = this.file.length;
  }
}

function referenceTo(frame: Frame): FrameReference {
  return { offset: frame.offset, hash: frame.hash };
}
