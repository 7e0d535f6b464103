import { takeChunk } from "../memory/chunks";
import { memtableFindTerm } from "../segment/memtable-terms";
import { OK } from "../status";
import { hasBit } from "./bitmap";
import { advance, Cursor, clearCursorStatus, cursorStatus, decodeBlock } from "./cursor";
import { listHidden, MAX_HIDDEN } from "./hidden";
import { openCursor } from "./open-cursor";
import { PartView, partSegmentOf } from "./part-view";
import { QueryTerm, queryArena } from "./query";
import { findTermPlace, TermPlace } from "./term-places";
import { View } from "./view-list";

/**
 * How many documents of a view hold a term. Where all of a part shows, its dictionary knows; where not, postings are looked through,
 * and the result is kept, for as long as no other takes its place.
 */

/** u64 offset of the postings, u32 number of the set of documents, u32 frequency. */
const KEPT_BYTES: usize = 16;
const KEPT_BITS: u32 = 12;
let kept: usize = 0;

/** Where the frequency of a term among the documents that a part shows is kept, if it is; 0 without memory for it. */
function keptPlace(part: PartView, place: TermPlace): usize {
  if (kept == 0) {
    kept = takeChunk(KEPT_BITS + 4);
    if (kept == 0) return 0;
    memory.fill(kept, 0, KEPT_BYTES << KEPT_BITS);
  }
  const hash = (place.offset ^ ((<u64>part.visibility) << 40)) * 0x9e3779b97f4a7c15;
  return kept + <usize>(hash >>> (64 - KEPT_BITS)) * KEPT_BYTES;
}

/** Looks a term up in a part: sets `place`, with the number of its documents that show. OK or a status. */
export function placeTerm(view: View, part: PartView, term: QueryTerm, place: TermPlace, cursor: Cursor): i32 {
  place.df = 0;
  place.visibleDf = 0;
  if (part.documents == 0) return OK;
  if (part.segment == 0) return placeMemtableTerm(part, term, place, cursor);
  const status = findTermPlace(partSegmentOf(part), term.bytes, term.length, place);
  if (status != OK || place.df == 0 || part.bits == 0) return status;
  const known = keptPlace(part, place);
  if (known != 0 && load<u32>(known, 8) == part.visibility && load<u64>(known) == place.offset) {
    place.visibleDf = load<u32>(known, 12);
    return OK;
  }
  const counted = countVisible(view, part, place, cursor);
  if (counted == OK && known != 0) {
    store<u64>(known, place.offset);
    store<u32>(known, part.visibility, 8);
    store<u32>(known, place.visibleDf, 12);
  }
  return counted;
}

function placeMemtableTerm(part: PartView, term: QueryTerm, place: TermPlace, cursor: Cursor): i32 {
  const found = memtableFindTerm(term.bytes, term.length);
  if (found == null) return OK;
  place.offset = <u64>changetype<usize>(found);
  place.length = 0;
  place.df = 1;
  const status = openCursor(cursor, part, place, 0, queryArena);
  if (status != OK) return status;
  place.df = cursor.df;
  place.visibleDf = part.bits == 0 ? cursor.df : countShown(part, cursor);
  return OK;
}

/** Counts the documents with a term that show, in a part where some don't. */
function countVisible(view: View, part: PartView, place: TermPlace, cursor: Cursor): i32 {
  const hiddenDocuments = part.allDocuments - part.documents;
  if (part.hidden == 0 && hiddenDocuments <= MAX_HIDDEN) {
    const status = listHidden(view, part);
    if (status != OK) return status;
  }
  let status = openCursor(cursor, part, place, 0, queryArena);
  if (status != OK) return status;
  clearCursorStatus();
  if (hiddenDocuments <= MAX_HIDDEN) {
    place.visibleDf = place.df - countHidden(part, cursor);
    return cursorStatus;
  }
  let count: u32 = 0;
  for (let block: u32 = 0; block < cursor.blocks && status == OK; block++) {
    if (block != cursor.block) status = decodeBlock(cursor, block);
    if (status == OK) count += countShown(part, cursor);
  }
  place.visibleDf = count;
  return status;
}

/** How many of the decoded postings are of documents that show. */
function countShown(part: PartView, cursor: Cursor): u32 {
  let count: u32 = 0;
  for (let at: usize = 0; at < <usize>cursor.end; at += 4)
    count += u32(hasBit(part.bits, load<u32>(cursor.ordinals + at)));
  return count;
}

/** How many of the listed documents that don't show have the term: reads only blocks that may hold one. */
function countHidden(part: PartView, cursor: Cursor): u32 {
  let count: u32 = 0;
  for (let i: u32 = 0; i < part.hiddenCount; i++) {
    const ordinal = load<u32>(part.hidden + ((<usize>i) << 2));
    advance(cursor, ordinal);
    if (cursor.ordinal == ordinal) count++;
  }
  return count;
}
