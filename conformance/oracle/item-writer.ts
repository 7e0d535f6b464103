import { ByteWriter, concat, hash } from "./bytes.js";
import type { FileRange } from "./commit.js";
import {
  ANCHOR_DISTANCE_BYTES,
  type CommitName,
  encodeFrame,
  encodeMark,
  type Frame,
  FrameKind,
  type Mark,
  MarkKind,
  parseFrame,
} from "./items.js";
import { rootZero } from "./superblock.js";

/** Appends frames and marks to a file, batch after batch, as part 4 says. Slow: the file is copied for each item. */
export class ItemWriter {
  /** Dead ranges that the batch being written declares. */
  deadRanges: FileRange[] = [];
  /** Frames of the batch being written, without its commit. */
  frames: Frame[] = [];
  batchStart: number;
  private digested: Uint8Array[] = [];
  private lastMarkEnd: number;

  /** @param previous the newest commit in the file, undefined where there is none */
  constructor(
    public file: Uint8Array,
    private previous: CommitName | undefined,
  ) {
    this.batchStart = file.length;
    this.lastMarkEnd = file.length;
  }

  get root0(): Uint8Array {
    return rootZero(this.file);
  }

  get previousCommit(): CommitName | undefined {
    return this.previous;
  }

  /** Digest of the batch so far (part 5). */
  get batchDigest(): Uint8Array {
    return hash(...this.digested);
  }

  /** Takes up a batch whose first items, notes and dead ranges, are in the file already. */
  beginBehind(batchStart: number, notes: readonly Mark[], deadRanges: readonly FileRange[]): void {
    this.batchStart = batchStart;
    this.deadRanges = [...deadRanges];
    const ranges = deadRanges.map(({ start, end }) => new ByteWriter().u64(start).u64(end).finish());
    this.digested = [...notes.map(({ bytes }) => bytes), ...ranges];
  }

  /** Writes a frame, and the anchor behind it that the rules want. */
  frame(kind: number, body: Uint8Array, skippable = false): Frame {
    const frame = this.writeFrame(kind, body, skippable);
    this.digested.push(frame.hash);
    this.frames.push(frame);
    const isLong = frame.end - frame.offset > ANCHOR_DISTANCE_BYTES;
    if (isLong || frame.end - this.lastMarkEnd > ANCHOR_DISTANCE_BYTES) this.mark(MarkKind.anchor);
    return frame;
  }

  /** Writes an anchor or a durable note. */
  mark(kind: number): void {
    const mark = encodeMark(kind, this.file.length, this.previous, this.root0);
    this.write(mark);
    this.digested.push(mark);
    this.lastMarkEnd = this.file.length;
  }

  /** Ends the batch with a commit frame and its trailer. */
  commit(body: Uint8Array): Frame {
    const frame = this.writeFrame(FrameKind.commit, body, false);
    this.write(encodeMark(MarkKind.trailer, this.file.length, frame, this.root0));
    this.previous = frame;
    this.deadRanges = [];
    this.frames = [];
    this.digested = [];
    this.batchStart = this.file.length;
    this.lastMarkEnd = this.file.length;
    return frame;
  }

  private writeFrame(kind: number, body: Uint8Array, skippable: boolean): Frame {
    const offset = this.file.length;
    this.write(encodeFrame({ kind, offset, body, skippable }));
    return parseFrame(this.file, offset);
  }

  private write(bytes: Uint8Array): void {
    this.file = concat(this.file, bytes);
  }
}
