import { Buffer } from "../memory/buffer";
import { segmentStatus } from "../segment/pages";
import { OK } from "../status";
import { contribution, saturation } from "./bm25";
import { advance, Cursor, clearCursorStatus, cursorStatus, restart } from "./cursor";
import { documentLength, PartView } from "./part-view";
import { queryTerm, queryTermCount } from "./query";
import { openStatus, openTermCursor, partArena, placeOf, view } from "./search-state";
import { hitAt, hitCount } from "./top-k";

/**
 * Why hits have their scores. For each term 32 bytes: f64 frequency in the title, f64 in the body, f64 saturation, i64 contribution; then
 * f64 length of the title, f64 of the body. The contributions add up to the score.
 */
const TERM_BYTES: usize = 32;

/** Bytes of the explanation of one hit. */
export function explanationBytes(): usize {
  return <usize>queryTermCount * TERM_BYTES + 16;
}

/**
 * Fills in the explanations of all hits, which lie, cleared, in `out`: u32 offsets at `offsets`, one for each hit. OK or a status.
 */
export function explainHits(out: Buffer, offsets: usize): i32 {
  clearCursorStatus();
  for (let index: u32 = 0; index < view.partCount; index++) {
    partArena.reset();
    const part = view.part(index);
    for (let i: u32 = 0; i < hitCount; i++)
      if (isIn(part, i)) writeLengths(part, i, out.data + load<u32>(offsets + ((<usize>i) << 2)));
    for (let term: u32 = 0; term < queryTermCount; term++) {
      if (placeOf(index, term).visibleDf == 0) continue;
      const cursor = openTermCursor(index, term);
      if (cursor == null) return openStatus;
      for (let i: u32 = 0; i < hitCount; i++) {
        const at = out.data + load<u32>(offsets + ((<usize>i) << 2));
        if (isIn(part, i)) explainTerm(part, cursor, i, at + <usize>term * TERM_BYTES);
      }
      if (cursorStatus != OK) return cursorStatus;
    }
  }
  return segmentStatus;
}

function isIn(part: PartView, hit: u32): bool {
  return hitAt(hit).record - part.firstRecord < part.recordCount;
}

function writeLengths(part: PartView, hit: u32, at: usize): void {
  const ordinal = hitAt(hit).record - part.firstRecord;
  const lengths = at + <usize>queryTermCount * TERM_BYTES;
  store<f64>(lengths, <f64>documentLength(part, 0, ordinal));
  store<f64>(lengths, <f64>documentLength(part, 1, ordinal), 8);
}

function explainTerm(part: PartView, cursor: Cursor, hit: u32, at: usize): void {
  const ordinal = hitAt(hit).record - part.firstRecord;
  restart(cursor);
  advance(cursor, ordinal);
  if (cursor.ordinal != ordinal) return;
  const titleTf = load<u32>(cursor.titleTfs + cursor.at);
  const bodyTf = load<u32>(cursor.bodyTfs + cursor.at);
  const s = saturation(titleTf, bodyTf, documentLength(part, 0, ordinal), documentLength(part, 1, ordinal));
  store<f64>(at, <f64>titleTf);
  store<f64>(at, <f64>bodyTf, 8);
  store<f64>(at, s, 16);
  store<i64>(at, contribution(queryTerm(cursor.term).weight, s), 24);
}
