import { Arena } from "../memory/arena";
import { clearSegmentStatus } from "../segment/pages";
import { OK, OUT_OF_MEMORY, PENDING } from "../status";
import { inverseFrequency, startScoring, termWeight } from "./bm25";
import { Cursor, createCursors, cursorAt } from "./cursor";
import { placeTerm } from "./frequencies";
import { openCursor } from "./open-cursor";
import { queryArena, queryTerm, queryTermCount } from "./query";
import { TermPlace } from "./term-places";
import { View } from "./view-list";

/** What a search knows: its view, where each part keeps the postings of each term, and a cursor for each term. */

/** What is needed while one part is searched. */
export const partArena: Arena = Arena.create(16);

export let view: View = changetype<View>(0);
let places: usize = 0;
let cursors: usize = 0;

/** Where part `part` of the view keeps the postings of a term. */
export function placeOf(part: u32, term: u32): TermPlace {
  const index = <usize>part * queryTermCount + term;
  return changetype<TermPlace>(places + index * offsetof<TermPlace>());
}

/** Looks up each term of the query in each part, and weighs it. OK or a status. */
export function prepareSearch(searched: View): i32 {
  view = searched;
  places = queryArena.alloc(<usize>view.partCount * queryTermCount * offsetof<TermPlace>());
  cursors = createCursors(queryArena, queryTermCount);
  if (places == 0 || cursors == 0) return OUT_OF_MEMORY;
  let result = OK;
  for (let part: u32 = 0; part < view.partCount; part++) {
    for (let term: u32 = 0; term < queryTermCount; term++) {
      const status = placeTerm(view, view.part(part), queryTerm(term), placeOf(part, term), cursorOfTerm(term));
      if (status == OK) continue;
      if (status != PENDING) return status;
      // The others are asked for too, so that the host can fetch all together.
      clearSegmentStatus();
      result = PENDING;
    }
  }
  if (result == OK) weighTerms();
  return result;
}

function weighTerms(): void {
  startScoring(view.documents, view.titleTotal, view.bodyTotal);
  for (let i: u32 = 0; i < queryTermCount; i++) {
    const term = queryTerm(i);
    term.df = 0;
    for (let part: u32 = 0; part < view.partCount; part++) term.df += placeOf(part, i).visibleDf;
    if (term.df == 0) continue;
    term.idf = inverseFrequency(term.df);
    term.weight = termWeight(term.frequency, term.idf);
  }
}

function cursorOfTerm(term: u32): Cursor {
  return cursorAt(cursors, term);
}

/** Opens the cursor of a term in a part that has a visible document with it; null on failure, with the reason in `openStatus`. */
export function openTermCursor(part: u32, term: u32): Cursor | null {
  const cursor = cursorOfTerm(term);
  cursor.term = term;
  openStatus = openCursor(cursor, view.part(part), placeOf(part, term), queryTerm(term).weight, partArena);
  return openStatus == OK ? cursor : null;
}
export let openStatus: i32 = OK;

/** Number of the part that holds a record. */
export function partOfRecord(record: u32): u32 {
  let low: u32 = 0;
  let high = view.partCount;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (view.part(middle).firstRecord <= record) low = middle;
    else high = middle;
  }
  return low;
}
