import { type Commit, namesCommit, readBatch, readCommit, readNotes, readPreviousCommit } from "./batch.js";
import { CapsuleFailure, attempt, demand } from "./failure.js";
import { type Mark, MARK_BYTES, MarkKind, findMark } from "./items.js";
import { type FileRange } from "./commit.js";
import { SUPERBLOCK_BYTES, type Superblock, parseSuperblock, rootZero } from "./superblock.js";

/** A batch that ends in a commit which couldn't be read (part 8.1). */
export interface PassedOver {
  /** The mark that led to it. */
  readonly markOffset: number;
  readonly commitOffset: number;
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
  readonly passedOver: readonly PassedOver[];
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
  return { file, superblock, root0, head, durable: notes.length > 0, notes, passedOver, deadTail };
}

function findHead(file: Uint8Array, root0: Uint8Array, passedOver: PassedOver[]): Commit | undefined {
  let limit = file.length;
  for (;;) {
    const mark = findNewestMark(file, limit, root0);
    if (!mark) return undefined;
    if (mark.kind === MarkKind.note) return readDurableCommit(file, mark, root0);
    if (mark.commitOffset === 0) return undefined;
    const outcome = attempt(() => readNewestCommit(file, mark, root0));
    if ("value" in outcome) return outcome.value;
    refuseIfDurable(file, mark, root0, outcome.failure);
    passedOver.push({ markOffset: mark.offset, commitOffset: mark.commitOffset, reason: outcome.failure });
    limit = nextLimit(file, mark, root0);
  }
}

/** The newest whole mark that ends at or before `limit`. */
function findNewestMark(file: Uint8Array, limit: number, root0: Uint8Array): Mark | undefined {
  for (let at = Math.floor((limit - MARK_BYTES) / 8) * 8; at >= SUPERBLOCK_BYTES; at -= 8) {
    const mark = findMark(file, at, root0);
    if (mark) return mark;
  }
  return undefined;
}

/** The commit of a durable note. Any failure is an error. */
function readDurableCommit(file: Uint8Array, note: Mark, root0: Uint8Array): Commit {
  const commit = readCommit(file, note.commitOffset, root0);
  demand(namesCommit(note, commit.frame), "a durable note has another hash than the commit that it names", note.offset);
  const notes = readNotes(file, commit.trailer.end, commit.frame, root0, note.end);
  demand(notes.at(-1)?.offset === note.offset, "a durable note does not stand behind the trailer of its commit", note.offset);
  return commit;
}

/** The commit that a trailer or anchor names, checked with its links and its whole batch. */
function readNewestCommit(file: Uint8Array, mark: Mark, root0: Uint8Array): Commit {
  const commit = readCommit(file, mark.commitOffset, root0);
  demand(namesCommit(mark, commit.frame), "the mark has another hash than the commit that it names", mark.offset);
  if (mark.kind === MarkKind.trailer) demand(commit.trailer.offset === mark.offset, "the trailer does not stand behind its commit", mark.offset);
  demand(mark.offset >= commit.trailer.offset, "the mark stands before the commit that it names", mark.offset);
  readPreviousCommit(file, commit, root0);
  readBatch(file, commit, root0);
  return commit;
}

/** A commit with a durable note right behind its trailer is never passed over: its failure is an error. */
function refuseIfDurable(file: Uint8Array, mark: Mark, root0: Uint8Array, failure: CapsuleFailure): void {
  const commit = attempt(() => readCommit(file, mark.commitOffset, root0));
  if (!("value" in commit)) return;
  const { frame, trailer } = commit.value;
  if (readNotes(file, trailer.end, frame, root0, file.length).length > 0) throw failure;
}

/** Where the search for an older mark begins after a batch was passed over. */
function nextLimit(file: Uint8Array, mark: Mark, root0: Uint8Array): number {
  if (mark.kind === MarkKind.anchor) return mark.offset;
  const commit = attempt(() => readCommit(file, mark.commitOffset, root0));
  const known = "value" in commit && commit.value.trailer.offset === mark.offset;
  return known ? commit.value.body.batchStart : mark.offset;
}

/** All commits up to the head, oldest first, with the links between them checked. Throws `corrupt`. */
export function readChain(capsule: OpenCapsule): Commit[] {
  const chain: Commit[] = [];
  for (let commit = capsule.head; commit; commit = readPreviousCommit(capsule.file, commit, capsule.root0)) chain.push(commit);
  return chain.reverse();
}
