import { equalBytes } from "../bytes/search";
import { Cause, fail } from "../failure";
import {
  Codec,
  FRAME_HEADER_BYTES,
  FrameKind,
  frameBytes,
  frameMask,
  getRoot0,
  MARK_BYTES,
  startsWithMagic,
  xorMask,
} from "../format/item";
import { SIGNATURE_BYTES, signedEnd, signedRoot, signedSequence } from "../format/signature";
import { capsuleId } from "../format/superblock";
import { appendFrame, batchFrames } from "../log/append";
import { commitEnd, commitHash, commitView, loadCommit } from "../log/commit-frame";
import { headEnd, headNotesEnd, headOffset, headRoot, headSequence, lastTrailerEnd, tailUnits } from "../log/head";
import { isSignatureCommit } from "../log/signature-batch";
import { isPoisoned, readAt } from "../log/source";
import { CORRUPT, INVALID_ARGUMENT, OK, OUT_OF_MEMORY, POISONED, WRONG_STATE } from "../status";
import { batchIsOpen, batchRecords, listSegments, openBatch } from "./batch";
import { appendCommit, headIsContent, MAX_TAIL_UNITS } from "./commit";
import { result } from "./results";

/** Signatures: batches of their own at the end of a capsule, docs/format.md 5.1. The core carries them; keys are the host's. */

/** Before the first signature the tail has to leave room for as many commits: one that lists segments can't be of signatures. */
const SIGNATURE_ROOM: u32 = 16;
const MAX_SIGNATURES_AT_ONCE: u32 = 256;

/** What a signature is about: the newest commit that isn't one of signatures. */
let partSequence: u64 = 0;
let partEnd: u64 = 0;
const partRoot: usize = memory.data(32, 16);
const expectedRoot: usize = memory.data(32, 16);

/**
 * Finds what is to be signed. 0 with the result: f64 sequence, f64 end, 32 bytes root, 32 bytes root 0, 16 bytes capsule id. 1 if the
 * host has to commit first, even if nothing waits, and to ask again.
 */
export function prepareSigning(): i32 {
  const status = findSignedPart();
  if (status != OK) return status;
  const target = result.extend(96);
  if (target == 0) return OUT_OF_MEMORY;
  store<f64>(target, <f64>partSequence);
  store<f64>(target, <f64>partEnd, 8);
  memory.copy(target + 16, partRoot, 32);
  memory.copy(target + 48, getRoot0(), 32);
  memory.copy(target + 80, capsuleId(), 16);
  return OK;
}

function findSignedPart(): i32 {
  if (isPoisoned()) return POISONED;
  const waits = batchIsOpen && (batchRecords != 0 || batchFrames != 0);
  if (headSequence == 0 || waits || lastTrailerEnd > headNotesEnd) return 1;
  let status = walkToContent();
  if (status != OK) return status;
  const room = partSequence == headSequence ? SIGNATURE_ROOM : 1;
  if (tailUnits + room < MAX_TAIL_UNITS) return OK;
  status = openBatch();
  if (status != OK) return status;
  listSegments();
  return 1;
}

/** Goes back from the head over commits that only added signatures. */
function walkToContent(): i32 {
  if (headIsContent) {
    takePart(headSequence, headEnd, headRoot);
    return OK;
  }
  let offset = headOffset;
  memory.copy(expectedRoot, headRoot, 32);
  for (;;) {
    const status = loadCommit(offset, expectedRoot);
    if (status != OK) return status;
    const isSignatures = isSignatureCommit(offset);
    if (isSignatures < 0) return isSignatures;
    if (isSignatures == 0) break;
    memory.copy(expectedRoot, commitView.previousRoot, 32);
    offset = commitView.previousOffset;
  }
  takePart(commitView.sequence, commitEnd, commitHash);
  return OK;
}

function takePart(sequence: u64, end: u64, root: usize): void {
  partSequence = sequence;
  partEnd = end;
  memory.copy(partRoot, root, 32);
}

/** Appends a batch of `count` signatures (bodies of their frames, side by side) and its commit, as `appendCommit` does. */
export function appendSignatures(bodies: usize, count: u32, at: u64): i32 {
  if (count == 0 || count > MAX_SIGNATURES_AT_ONCE) return INVALID_ARGUMENT;
  let status = findSignedPart();
  if (status != OK) return status == 1 ? WRONG_STATE : status;
  for (let i: u32 = 0; i < count; i++) if (!isAboutPart(bodies + <usize>(i * SIGNATURE_BYTES))) return INVALID_ARGUMENT;
  status = openBatch();
  for (let i: u32 = 0; i < count && status == OK; i++) {
    const body = bodies + <usize>(i * SIGNATURE_BYTES);
    status = appendFrame(FrameKind.SIGNATURES, Codec.STORED, 0, body, SIGNATURE_BYTES, SIGNATURE_BYTES);
  }
  return status == OK ? appendCommit(at) : status;
}

function isAboutPart(body: usize): bool {
  return (
    signedSequence(body) == partSequence && signedEnd(body) == partEnd && equalBytes(signedRoot(body), partRoot, 32)
  );
}

// Reading

/** f64 sequence of the commit that added it, f64 offset of its frame, f64 1 if it names the commit that it must, then its body. */
const HEAD_BYTES: usize = 56;
const BODY_AT: usize = 24;
const ENTRY_BYTES: usize = BODY_AT + SIGNATURE_BYTES;
const header: usize = memory.data(64, 16);
let found: u32 = 0;

/**
 * Appends the signatures of the newest `limit` commits (from the head if `before` is 0, else before the commit at that offset), newest
 * first, and answers their number. The result begins with f64 offset to go on from, 0 at the capsule's beginning, 32 bytes root 0, 16
 * bytes capsule id.
 */
export function listSignatures(before: u64, limit: u32): i32 {
  const start = result.extend(HEAD_BYTES);
  if (start == 0) return OUT_OF_MEMORY;
  memory.copy(start + 8, getRoot0(), 32);
  memory.copy(start + 40, capsuleId(), 16);
  found = 0;
  let offset = headOffset;
  memory.copy(expectedRoot, headRoot, 32);
  if (before != 0) {
    const status = loadCommit(before, 0);
    if (status != OK) return status;
    offset = commitView.previousOffset;
    memory.copy(expectedRoot, commitView.previousRoot, 32);
  }
  // Signatures before this one were compared with the commit that they are about.
  let compared: u32 = 0;
  let inRow: u32 = 0;
  for (let count: u32 = 0; offset != 0; count++) {
    if (count >= limit && compared == found) break;
    const status = loadCommit(offset, expectedRoot);
    if (status != OK) return status;
    const isSignatures = isSignatureCommit(offset);
    if (isSignatures < 0) return isSignatures;
    if (isSignatures == 1) {
      if (++inRow >= MAX_TAIL_UNITS) return fail(CORRUPT, Cause.SIGNATURE_BATCH, offset);
      const taken = takeSignatures(offset);
      if (taken != OK) return taken;
    } else {
      inRow = 0;
      for (; compared < found; compared++) compareEntry(compared);
    }
    memory.copy(expectedRoot, commitView.previousRoot, 32);
    store<f64>(result.data, <f64>offset);
    offset = commitView.previousOffset;
  }
  if (offset == 0) store<f64>(result.data, 0);
  return <i32>found;
}

/** Takes the signatures of the batch at hand, which was checked, in the order of the file. */
function takeSignatures(commitOffset: u64): i32 {
  for (let at = commitView.batchStart; at < commitOffset; ) {
    let status = readAt(at, MARK_BYTES, header);
    if (status != OK) return status;
    if (startsWithMagic(header)) {
      at += MARK_BYTES;
      continue;
    }
    const entry = result.extend(ENTRY_BYTES);
    if (entry == 0) return OUT_OF_MEMORY;
    store<f64>(entry, <f64>commitView.sequence);
    store<f64>(entry, <f64>at, 8);
    store<f64>(entry, 0, 16);
    status = readAt(at + FRAME_HEADER_BYTES, SIGNATURE_BYTES, entry + BODY_AT);
    if (status != OK) return status;
    const mask = frameMask(header);
    if (mask != 0) xorMask(entry + BODY_AT, SIGNATURE_BYTES, mask);
    found++;
    at += frameBytes(SIGNATURE_BYTES);
  }
  return OK;
}

/** Notes whether a signature names the commit at hand: the newest before it that isn't one of signatures. */
function compareEntry(index: u32): void {
  const entry = result.data + HEAD_BYTES + <usize>index * ENTRY_BYTES;
  const body = entry + BODY_AT;
  const agrees =
    signedSequence(body) == commitView.sequence &&
    signedEnd(body) == commitEnd &&
    equalBytes(signedRoot(body), commitHash, 32);
  store<f64>(entry, agrees ? 1 : 0, 16);
}
