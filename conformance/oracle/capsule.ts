import {
  type Commit,
  followLinks,
  namesCommit,
  readBatch,
  readCommit,
  readNotes,
  readPreviousCommit,
} from "./batch.js";
import type { FileRange } from "./commit.js";
import { attempt, type CapsuleFailure, demand } from "./failure.js";
import { findMark, MARK_BYTES, type Mark, MarkKind } from "./items.js";
import { parseSuperblock, rootZero, SUPERBLOCK_BYTES, type Superblock } from "./superblock.js";

/** The newest batch, where its commit frame and trailer are whole but something else in it isn't (part 8.1). */
export interface PassedOver {
  readonly commit: Commit;
  readonly reason: CapsuleFailure;
}

/** What opening a capsule finds. */
export interface OpenCapsule {
  readonly file: Uint8Array;
  readonly superblock: Superblock;
  readonly root0: Uint8Array;
  /** The newest commit; undefined in a capsule without commits. */
  readonly head: Commit | undefined;
  /** True if a durable note names the head. */
  readonly durable: boolean;
  /** The durable notes behind the head's trailer. */
  readonly notes: readonly Mark[];
  readonly passedOver: PassedOver | undefined;
  /** What lies behind the head's trailer and notes. */
  readonly deadTail: FileRange | undefined;
}

/** Opens a capsule (part 8.1, steps 1 to 3). Throws what `parseSuperblock` throws, and `corrupt` where a durable commit is damaged. */
export function openCapsule(file: Uint8Array): OpenCapsule {
  const superblock = parseSuperblock(file);
  const root0 = rootZero(file);
  const passedOver: PassedOver[] = [];
  const head = findHead(file, root0, passedOver);
  const end = head?.trailer.end ?? SUPERBLOCK_BYTES;
  const notes = readNotes(file, end, head?.frame, root0, file.length);
  const deadStart = notes.at(-1)?.end ?? end;
  const deadTail = deadStart < file.length ? { start: deadStart, end: file.length } : undefined;
  return { file, superblock, root0, head, durable: notes.length > 0, notes, passedOver: passedOver[0], deadTail };
}

function findHead(file: Uint8Array, root0: Uint8Array, report: PassedOver[]): Commit | undefined {
  let limit = file.length;
  for (;;) {
    const mark = findNewestMark(file, limit, root0);
    if (!mark || mark.commitOffset === 0) return undefined;
    if (provesDurable(file, mark, root0)) return readNamedCommit(file, mark, root0);
    const named = attempt(() => readNamedCommit(file, mark, root0));
    if ("value" in named) return takeNewest(file, named.value, root0, report);
    limit = mark.offset;
  }
}

/** The newest commit, if its batch is whole; else the one before, which was durable when this batch was begun. Throws `corrupt`. */
function takeNewest(file: Uint8Array, commit: Commit, root0: Uint8Array, report: PassedOver[]): Commit | undefined {
  const batch = attempt(() => readBatch(file, commit, root0));
  if ("value" in batch) {
    followLinks(file, commit, root0);
    return commit;
  }
  report.push({ commit, reason: batch.failure });
  return readPreviousCommit(file, commit, root0);
}

/** True if the commit that a mark names was on the disk for sure: the mark is a note or an anchor, or a note stands right behind it. */
function provesDurable(file: Uint8Array, mark: Mark, root0: Uint8Array): boolean {
  if (mark.kind !== MarkKind.trailer) return true;
  const commit = { offset: mark.commitOffset, hash: mark.commitHash };
  return readNotes(file, mark.end, commit, root0, file.length).length > 0;
}

/** The newest whole mark that ends at or before `limit`. */
function findNewestMark(file: Uint8Array, limit: number, root0: Uint8Array): Mark | undefined {
  for (let at = Math.floor((limit - MARK_BYTES) / 8) * 8; at >= SUPERBLOCK_BYTES; at -= 8) {
    const mark = findMark(file, at, root0);
    if (mark) return mark;
  }
  return undefined;
}

/** The commit that a mark names, checked with its trailer and against the mark. Throws `corrupt`. */
function readNamedCommit(file: Uint8Array, mark: Mark, root0: Uint8Array): Commit {
  const commit = readCommit(file, mark.commitOffset, root0);
  const { frame, trailer } = commit;
  demand(namesCommit(mark, frame), "the mark has another hash than the commit that it names", mark.offset);
  if (mark.kind === MarkKind.trailer)
    demand(trailer.offset === mark.offset, "the trailer does not stand behind its commit", mark.offset);
  if (mark.kind === MarkKind.anchor)
    demand(mark.offset >= trailer.end, "the anchor stands before the commit that it names", mark.offset);
  if (mark.kind === MarkKind.note) {
    const notes = readNotes(file, trailer.end, frame, root0, mark.end);
    demand(
      notes.at(-1)?.offset === mark.offset,
      "a durable note does not stand behind the trailer of its commit",
      mark.offset,
    );
  }
  return commit;
}

/** All commits up to the head, oldest first, with the links between them checked. Throws `corrupt`. */
export function readChain(capsule: OpenCapsule): Commit[] {
  const chain: Commit[] = [];
  for (let commit = capsule.head; commit; commit = followLinks(capsule.file, commit, capsule.root0)) chain.push(commit);
  return chain.reverse();
}
