import { ANALYZER_VERSION, AnalyzerId, tokenizerFor, UNICODE_MAJOR } from "./analyze.js";
import { readBatch, readCommit } from "./batch.js";
import { buildSegmentData } from "./builder.js";
import { ByteWriter } from "./bytes.js";
import { openCapsule } from "./capsule.js";
import { coveredRecords, encodeCommitBody, type FrameReference, type SegmentReference } from "./commit.js";
import { countAnew } from "./counters.js";
import { findTrailerEnd } from "./damage.js";
import type { Tokenize } from "./fields.js";
import { History, readHistory } from "./history.js";
import { ItemWriter } from "./item-writer.js";
import { type Frame, FrameKind, MAX_BODY_BYTES, MarkKind } from "./items.js";
import { encodePack, type RecordToPack, recordsBytes } from "./pack.js";
import { isSegmentListDue, segmentsToMerge } from "./policy.js";
import { FIRST_TIME_MS, type NewRecord, RecordPreparer } from "./record-preparer.js";
import { buildPageTree, buildStream, cut } from "./segment.js";
import { encodeSuperblock, SUPERBLOCK_BYTES, type Superblock } from "./superblock.js";

const PACK_CLOSE_BYTES = 16_384;

export type { NewRecord } from "./record-preparer.js";

export type SegmentChoice = "due" | "none" | "tail" | "all" | "keep";

export interface CommitOptions {
  /**
   * `due`: as the rules of parts 5 and 7.5 say (unless told); `none`: no segment list; `tail`: one more segment over the tail;
   * `all`: one segment over all records; `keep`: the list as it was, which has to cover all records of earlier commits.
   */
  readonly segments?: SegmentChoice;
  readonly committedAtMs?: number;
  /** Changes the data of the segments before they are written, with hashes to match: for files that lie. */
  readonly falsify?: (data: Uint8Array) => Uint8Array;
}

/** What a capsule gets unless told otherwise; the ranking parameters are the defaults of text-analysis.md, part 11. */
const EXAMPLE_SUPERBLOCK: Superblock = {
  minorVersion: 0,
  capsuleId: Uint8Array.from({ length: 16 }, (_, i) => i + 1),
  createdAtMs: FIRST_TIME_MS,
  analyzerId: AnalyzerId.english,
  analyzerVersion: ANALYZER_VERSION,
  unicodeMajor: UNICODE_MAJOR,
  k1Times10000: 15_000,
  fields: [
    { name: "title", weight10000: 30_000, b10000: 7500 },
    { name: "body", weight10000: 10_000, b10000: 7500 },
  ],
  workspaceId: "test",
};

/** Writes small capsules for tests: nothing is compressed, segments are written when told. Simple and slow. */
export class CapsuleWriter {
  private pending: NewRecord[] = [];
  /** Branches besides `main`, those that wait for their records included. */
  private branchCount: number;
  private readonly preparer: RecordPreparer;
  private falsify = (data: Uint8Array): Uint8Array => data;

  private constructor(
    private readonly items: ItemWriter,
    private readonly history: History,
    private readonly tokenize: Tokenize,
  ) {
    this.branchCount = history.branches.length - 1;
    this.preparer = new RecordPreparer(history, (content) => referenceTo(this.frame(FrameKind.blob, content)));
  }

  static create(parameters: Partial<Superblock> = {}): CapsuleWriter {
    const superblock = { ...EXAMPLE_SUPERBLOCK, ...parameters };
    const items = new ItemWriter(encodeSuperblock(superblock), undefined);
    return new CapsuleWriter(items, new History(), tokenizerFor(superblock));
  }

  /** Goes on writing a capsule as a recovering writer does (part 8.2): the dead tail is cut off, a passed-over batch becomes a dead range. */
  static resume(file: Uint8Array): CapsuleWriter {
    const capsule = openCapsule(file);
    const liveEnd = capsule.deadTail?.start ?? file.length;
    const deadEnd = findTrailerEnd(file, liveEnd, capsule.root0) ?? liveEnd;
    const items = new ItemWriter(file.slice(0, deadEnd), capsule.head?.frame);
    const deadRanges = deadEnd > liveEnd ? [{ start: liveEnd, end: deadEnd }] : [];
    items.beginBehind(capsule.head?.trailer.end ?? SUPERBLOCK_BYTES, capsule.notes, deadRanges);
    return new CapsuleWriter(items, readHistory(capsule), tokenizerFor(capsule.superblock));
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
    const branch = this.branchCount + 1;
    const content = new ByteWriter()
      .varint(parent)
      .varint(this.sequence - 1)
      .finish();
    this.add({ kind: "branch", uri: `mv2://test/branch/${name}`, title: name, content, branch });
    this.branchCount = branch;
    return branch;
  }

  /** Adds a record to the next commit; returns its number. */
  add(record: NewRecord): number {
    return this.history.records.length + this.pending.push(record) - 1;
  }

  /** Writes what was added, and a commit with its trailer. */
  commit(options: CommitOptions = {}): void {
    this.writePending();
    this.falsify = options.falsify ?? ((data) => data);
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
      branchCount: this.branchCount,
      deadRanges: items.deadRanges,
      tailPacks: this.tailPacks(segments),
      segments,
    });
    const { offset } = items.commit(body);
    history.closeBatch(readBatch(items.file, readCommit(items.file, offset, items.root0), items.root0));
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
      if (branch !== (record.branch ?? 0)) close();
      branch = record.branch ?? 0;
      batch.push(this.preparer.prepare(record, firstRecord + batch.length));
      if (recordsBytes(batch) >= PACK_CLOSE_BYTES) close();
    }
    close();
    this.pending = [];
  }

  private packBody(records: readonly RecordToPack[], firstRecord: number, branch: number): Uint8Array {
    return encodePack({ firstRecord, sequence: this.sequence, branch, timeBaseMs: records[0]?.timeMs ?? 0 }, records);
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
    const data = this.falsify(buildSegmentData(this.history, firstRecord, recordCount, this.tokenize));
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
