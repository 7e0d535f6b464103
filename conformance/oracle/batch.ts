import { ByteWriter, equalBytes, hash } from "./bytes.js";
import { type CommitBody, type FileRange, parseCommitBody } from "./commit.js";
import { CapsuleFailure, demand } from "./failure.js";
import {
  type Frame,
  FrameKind,
  findMark,
  frameBody,
  hasMarkMagic,
  type Item,
  MARK_BYTES,
  type Mark,
  MarkKind,
  parseFrame,
} from "./items.js";
import { checkSignatureBatch } from "./signatures.js";
import { SUPERBLOCK_BYTES } from "./superblock.js";

/** A commit frame that was checked by itself, and its trailer. */
export interface Commit {
  readonly frame: Frame;
  readonly body: CommitBody;
  readonly trailer: Mark;
}

/** The items of a batch before its commit frame. */
export interface Batch {
  readonly commit: Commit;
  /** Notes, frames and anchors in file order. */
  readonly items: readonly Item[];
}

/** Reads the commit frame at an offset and its trailer; everything is checked that the frame itself can tell. Throws `corrupt`. */
export function readCommit(file: Uint8Array, offset: number, root0: Uint8Array): Commit {
  demand(offset >= SUPERBLOCK_BYTES && offset < file.length, `no commit frame can lie at ${offset}`);
  const frame = parseFrame(file, offset);
  demand(frame.kind === FrameKind.commit, `frame of kind ${frame.kind} instead of a commit`, offset);
  const body = parseCommitBody(frameBody(frame), offset);
  demand(body.batchStart >= SUPERBLOCK_BYTES && body.batchStart <= offset, `batch start is ${body.batchStart}`, offset);
  demand(body.previousOffset < body.batchStart, `previous commit lies at ${body.previousOffset}`, offset);
  const trailer = findMark(file, frame.end, root0);
  demand(trailer !== undefined && trailer.kind === MarkKind.trailer, "no trailer behind the commit frame", frame.end);
  demand(namesCommit(trailer, frame), "the trailer does not name the commit frame before it", frame.end);
  return { frame, body, trailer };
}

export function namesCommit(mark: Mark, commit: { offset: number; hash: Uint8Array } | undefined): boolean {
  if (!commit) return mark.commitOffset === 0;
  return mark.commitOffset === commit.offset && equalBytes(mark.commitHash, commit.hash.subarray(0, 8));
}

/** The commit that this one names as the one before, whole and with the root that this one says; undefined for the first. Throws `corrupt`. */
export function readPreviousCommit(file: Uint8Array, commit: Commit, root0: Uint8Array): Commit | undefined {
  const { body, frame } = commit;
  if (body.previousOffset === 0) {
    demand(equalBytes(body.previousRoot, root0), "first commit does not name root 0", frame.offset);
    return undefined;
  }
  const previous = readCommit(file, body.previousOffset, root0);
  demand(
    equalBytes(previous.frame.hash, body.previousRoot),
    "previous root is not the hash of the previous commit frame",
    frame.offset,
  );
  return previous;
}

/** As readPreviousCommit, and the other links have to fit too: the sequence, and the batch start. Throws `corrupt`. */
export function followLinks(file: Uint8Array, commit: Commit, root0: Uint8Array): Commit | undefined {
  const { body, frame } = commit;
  const previous = readPreviousCommit(file, commit, root0);
  const previousSequence = previous?.body.sequence ?? 0;
  const previousEnd = previous?.trailer.end ?? SUPERBLOCK_BYTES;
  demand(body.sequence === previousSequence + 1, `sequence ${body.sequence} follows ${previousSequence}`, frame.offset);
  demand(
    body.batchStart === previousEnd,
    `batch starts at ${body.batchStart}, the one before ends at ${previousEnd}`,
    frame.offset,
  );
  return previous;
}

/** Reads all items of a commit's batch: they have to tile it, be whole, and give the batch digest (parts 4.3 and 5). Throws `corrupt`. */
export function readBatch(file: Uint8Array, commit: Commit, root0: Uint8Array): Batch {
  const { body, frame: commitFrame } = commit;
  const previous = body.previousOffset === 0 ? undefined : { offset: body.previousOffset, hash: body.previousRoot };
  const items: Item[] = [];
  const digested: Uint8Array[] = [];
  let at = body.batchStart;
  for (const note of readNotes(file, at, previous, root0, body.deadRanges[0]?.start ?? commitFrame.offset)) {
    items.push(note);
    digested.push(note.bytes);
    at = note.end;
  }
  for (const range of body.deadRanges) {
    checkDeadRange(range, at, commitFrame.offset);
    digested.push(new ByteWriter().u64(range.start).u64(range.end).finish());
    at = range.end;
  }
  while (at < commitFrame.offset) {
    const item = readBatchItem(file, at, root0);
    demand(item.end <= commitFrame.offset, "an item reaches into the commit frame", at);
    if (item.type === "mark") demand(namesCommit(item, previous), "an anchor does not name the commit before", at);
    items.push(item);
    digested.push(item.type === "mark" ? item.bytes : item.hash);
    at = item.end;
  }
  demand(at === commitFrame.offset, "the items of the batch do not end where the commit frame begins", at);
  demand(equalBytes(hash(...digested), body.batchDigest), "batch digest is wrong", commitFrame.offset);
  checkSignatureBatch(items, body, commitFrame.offset);
  return { commit, items };
}

/** The durable notes that follow one another from an offset on and name the commit; they end at `limit` at the latest. */
export function readNotes(
  file: Uint8Array,
  start: number,
  commit: { offset: number; hash: Uint8Array } | undefined,
  root0: Uint8Array,
  limit: number,
): Mark[] {
  const notes: Mark[] = [];
  for (let at = start; at + MARK_BYTES <= limit; at += MARK_BYTES) {
    const mark = findMark(file, at, root0);
    if (!mark || mark.kind !== MarkKind.note || !commit || !namesCommit(mark, commit)) break;
    notes.push(mark);
  }
  return notes;
}

function readBatchItem(file: Uint8Array, at: number, root0: Uint8Array): Item {
  if (!hasMarkMagic(file, at)) {
    const frame = parseFrame(file, at);
    demand(frame.kind !== FrameKind.commit, "a commit frame lies inside a batch", at);
    return frame;
  }
  const mark = findMark(file, at, root0);
  if (!mark) throw new CapsuleFailure("corrupt", "a mark is damaged", at);
  demand(mark.kind === MarkKind.anchor, `a mark of kind ${mark.kind} lies inside a batch`, at);
  return mark;
}

function checkDeadRange(range: FileRange, at: number, limit: number): void {
  demand(range.start === at, `dead range begins at ${range.start} instead of ${at}`, at);
  demand(range.end > range.start && range.end % 8 === 0 && range.end <= limit, `dead range ends at ${range.end}`, at);
}
