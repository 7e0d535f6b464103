import { Buffer } from "../memory/buffer";
import { OK, OUT_OF_MEMORY } from "../status";
import { findQueryTerm, parseQuery, queryArena, queryTermCount, searchTokenizer } from "./query";
import { feedText, KIND_UNIGRAM, nextTokens, startText, tokenAt } from "./tokenizer";

/**
 * Snippets: the piece of a document that shows best why it was found, with the words of the query marked.
 *
 * Among the windows of at most so many bytes that begin with a word of the query, the one that holds the most different terms wins, then
 * the most words of the query, then the first. It is widened to whole words, preferably back to the start of a line.
 */

/** Words of the query that are looked at; later ones can't be shown. */
const MAX_MATCHES: u32 = 16384;

/** u32 start, u32 end, u32 number of the query's term. */
const MATCH_BYTES: usize = 12;
const matches: Buffer = Buffer.create();
/** u32 for each term of the query: how many matches of the window hold it. */
const held: Buffer = Buffer.create();

let bestFirst: u32 = 0;
let bestLast: u32 = 0;

function matchCount(): u32 {
  return <u32>(matches.length / MATCH_BYTES);
}
function matchStart(index: u32): u32 {
  return load<u32>(matches.data + <usize>index * MATCH_BYTES);
}
function matchEnd(index: u32): u32 {
  return load<u32>(matches.data + <usize>index * MATCH_BYTES, 4);
}
function matchTerm(index: u32): u32 {
  return load<u32>(matches.data + <usize>index * MATCH_BYTES, 8);
}

/**
 * Appends the best snippet of `text` to `out`: u32 start, u32 end (in the text), u32 number of highlights, for each u32 start, u32 end (in the
 * snippet), then the snippet's bytes. OK or a status.
 */
export function writeSnippet(
  query: usize,
  queryLength: u32,
  analyzer: i32,
  text: usize,
  length: u32,
  maxBytes: u32,
  out: Buffer,
): i32 {
  let status = parseQuery(query, queryLength, analyzer);
  if (status == OK) status = findMatches(text, length, analyzer);
  if (status == OK) status = chooseWindow(maxBytes);
  if (status == OK) status = writeWindow(text, length, maxBytes, out);
  queryArena.reset();
  matches.release();
  return status;
}

function findMatches(text: usize, length: u32, analyzer: i32): i32 {
  matches.clear();
  const t = searchTokenizer();
  if (t == null) return OUT_OF_MEMORY;
  startText(t, analyzer);
  feedText(t, text, length, true);
  for (let count = nextTokens(t); count > 0 && matchCount() < MAX_MATCHES; count = nextTokens(t)) {
    for (let i = 0; i < count; i++) {
      const token = tokenAt(t, i);
      if (<u32>token.kind == KIND_UNIGRAM) continue;
      const term = findQueryTerm(<usize>token.term, token.length);
      if (term < 0) continue;
      const match = matches.extend(MATCH_BYTES);
      if (match == 0) return OUT_OF_MEMORY;
      store<u32>(match, token.start);
      store<u32>(match, token.end, 4);
      store<u32>(match, <u32>term, 8);
    }
  }
  sortMatches();
  return OK;
}

/** Tokens of compounds come a little out of order: an insertion sort by start, then end, is nearly free. */
function sortMatches(): void {
  for (let i: u32 = 1; i < matchCount(); i++) {
    const start = matchStart(i);
    const end = matchEnd(i);
    const term = matchTerm(i);
    let at = i;
    while (at > 0 && (matchStart(at - 1) > start || (matchStart(at - 1) == start && matchEnd(at - 1) > end))) {
      memory.copy(matches.data + <usize>at * MATCH_BYTES, matches.data + <usize>(at - 1) * MATCH_BYTES, MATCH_BYTES);
      at--;
    }
    const place = matches.data + <usize>at * MATCH_BYTES;
    store<u32>(place, start);
    store<u32>(place, end, 4);
    store<u32>(place, term, 8);
  }
}

/** Slides over the matches; `bestFirst` to `bestLast` (excluded) are those of the best window. */
function chooseWindow(maxBytes: u32): i32 {
  bestFirst = 0;
  bestLast = 0;
  held.clear();
  const counts = held.extend((<usize>queryTermCount + 1) << 2);
  if (counts == 0) return OUT_OF_MEMORY;
  memory.fill(counts, 0, held.length);
  let different: u32 = 0;
  let bestDifferent: u32 = 0;
  let last: u32 = 0;
  for (let first: u32 = 0; first < matchCount(); first++) {
    while (last < matchCount() && (last == first || matchEnd(last) - matchStart(first) <= maxBytes)) {
      const slot = counts + (<usize>matchTerm(last) << 2);
      if (load<u32>(slot) == 0) different++;
      store<u32>(slot, load<u32>(slot) + 1);
      last++;
    }
    if (different > bestDifferent || (different == bestDifferent && last - first > bestLast - bestFirst)) {
      bestDifferent = different;
      bestFirst = first;
      bestLast = last;
    }
    const slot = counts + (<usize>matchTerm(first) << 2);
    store<u32>(slot, load<u32>(slot) - 1);
    if (load<u32>(slot) == 0) different--;
  }
  return OK;
}

function writeWindow(text: usize, length: u32, maxBytes: u32, out: Buffer): i32 {
  let start: u32 = 0;
  if (bestLast > bestFirst) {
    const first = matchStart(bestFirst);
    const span = min<u32>(matchEnd(bestLast - 1) - first, maxBytes);
    start = widenedStart(text, first, (maxBytes - span) >> 1);
  }
  const end = narrowedEnd(text, length, start, maxBytes);
  let shown: u32 = 0;
  for (let i: u32 = 0; i < matchCount(); i++) if (isShown(i, start, end)) shown++;
  const size = 12 + (<usize>shown << 3) + (end - start);
  let at = out.extend(size);
  if (at == 0) return OUT_OF_MEMORY;
  store<u32>(at, start);
  store<u32>(at, end, 4);
  store<u32>(at, shown, 8);
  at += 12;
  for (let i: u32 = 0; i < matchCount(); i++) {
    if (!isShown(i, start, end)) continue;
    store<u32>(at, matchStart(i) - start);
    store<u32>(at, matchEnd(i) - start, 4);
    at += 8;
  }
  memory.copy(at, text + start, end - start);
  return OK;
}

/** A match is shown if it lies in the window and isn't a part of the one before it. */
function isShown(index: u32, start: u32, end: u32): bool {
  if (matchStart(index) < start || matchEnd(index) > end) return false;
  if (index + 1 < matchCount() && matchStart(index + 1) == matchStart(index) && matchEnd(index + 1) <= end) return false;
  for (let before = index; before > 0; before--) {
    if (matchEnd(before - 1) > matchStart(index)) return false;
    if (matchStart(before - 1) + 256 < matchStart(index)) break;
  }
  return true;
}

function isSpace(byte: u32): bool {
  return byte == 0x20 || (byte >= 9 && byte <= 13);
}

/** Goes back by up to `room` bytes: to the start of the line if it is that near, else to the start of a word. */
function widenedStart(text: usize, first: u32, room: u32): u32 {
  const lowest = first > room ? first - room : 0;
  if (lowest == 0) return 0;
  for (let at = first; at > lowest; at--) if (load<u8>(text + at - 1) == 0x0a) return at;
  let word = lowest;
  while (word < first && !isSpace(load<u8>(text + word - 1))) word++;
  return word;
}

/** The end of at most `maxBytes` from `start` on: behind a word if the window holds a space, and never inside a character. */
function narrowedEnd(text: usize, length: u32, start: u32, maxBytes: u32): u32 {
  if (length - start <= maxBytes) return length;
  const most = start + maxBytes;
  let end = most;
  // Half of the window is given up for a whole word, no more.
  const least = start + (maxBytes >> 1);
  while (end > least && !isSpace(load<u8>(text + end))) end--;
  if (end > least) {
    while (end > least && isSpace(load<u8>(text + end - 1))) end--;
    return end;
  }
  end = most;
  while (end > start && (load<u8>(text + end) & 0xc0) == 0x80) end--;
  return end;
}
