import { Cause, failNumbers } from "../failure";
import { Buffer } from "../memory/buffer";
import { LIMIT_EXCEEDED, OK, OUT_OF_MEMORY } from "../status";
import { feedText, nextTokens, startText, tokenAt } from "../text/tokenizer";
import { findQueryTerm, parseQuery, queryArena, queryTermCount, searchTokenizer } from "./query";
import { snippetEnd, snippetStart } from "./snippet-bounds";

/** Snippets: the part of a text that shows best why it was found, with the words that match. */

export const MAX_SNIPPET_BYTES: u32 = 1 << 20;

/** A token that matches a term of the query: 12 bytes. */
@unmanaged
class Match {
  /** Offsets in the text. */
  start: u32;
  end: u32;
  term: u32;
}
const MATCH_BYTES: usize = offsetof<Match>();
/** A list of matches that grew beyond this is given back. */
const KEPT_BYTES: usize = 1 << 16;

const matches: Buffer = Buffer.create();

/** The best window: indexes of its first match and behind its last; equal if there is none. */
let windowFirst: u32 = 0;
let windowEnd: u32 = 0;

function matchAt(index: u32): Match {
  return changetype<Match>(matches.data + <usize>index * MATCH_BYTES);
}
function matchCount(): u32 {
  return <u32>(matches.length / MATCH_BYTES);
}

/**
 * Appends to `out` the best snippet of a text for a query: at most `maxBytes` long, it begins and ends between words, with a line or a
 * sentence where one begins or ends near by. Best is what holds the most of the query's distinct terms, each weighted by its idf; then what
 * holds the most matching words; then the earliest. `idfs` are f64, one for each term as a search's answer lists them, or 0: then all
 * weigh the same. Without a match it is the beginning.
 *
 * The answer: u32 start, u32 end (offsets in the text), u32 number of highlights; for each u32 start, u32 end, relative to the snippet; the
 * snippet's bytes. OK or a status.
 */
export function snippetRun(
  text: usize,
  length: u32,
  analyzer: i32,
  query: usize,
  queryLength: u32,
  idfs: usize,
  maxBytes: u32,
  out: Buffer,
): i32 {
  if (maxBytes > MAX_SNIPPET_BYTES) return failNumbers(LIMIT_EXCEEDED, Cause.NONE, 0, MAX_SNIPPET_BYTES, maxBytes);
  let status = parseQuery(query, queryLength, analyzer);
  if (status == OK) status = findMatches(text, length, analyzer);
  if (status == OK) status = chooseWindow(idfs, maxBytes);
  queryArena.reset();
  if (status == OK) status = writeSnippet(text, length, maxBytes, out);
  if (matches.length > KEPT_BYTES) matches.release();
  matches.clear();
  return status;
}

function findMatches(text: usize, length: u32, analyzer: i32): i32 {
  matches.clear();
  const t = searchTokenizer();
  if (t == null) return OUT_OF_MEMORY;
  if (queryTermCount == 0) return OK;
  startText(t, analyzer);
  feedText(t, text, length, true);
  for (let count = nextTokens(t); count > 0; count = nextTokens(t)) {
    for (let i = 0; i < count; i++) {
      const token = tokenAt(t, i);
      const term = findQueryTerm(<usize>token.term, <u32>token.length);
      if (term < 0) continue;
      const match = changetype<Match>(matches.extend(MATCH_BYTES));
      if (changetype<usize>(match) == 0) return OUT_OF_MEMORY;
      match.start = token.start;
      match.end = token.end;
      match.term = <u32>term;
    }
  }
  return OK;
}

/** Weight of a term in units of 2^-20. */
function weightOf(idfs: usize, term: u32): i64 {
  return idfs == 0 ? 1 << 20 : <i64>nearest<f64>(load<f64>(idfs + ((<usize>term) << 3)) * 1048576.0);
}

/** Finds the best window of matches that lie within `maxBytes`: each match begins one, which takes in all that fit. */
function chooseWindow(idfs: usize, maxBytes: u32): i32 {
  windowFirst = 0;
  windowEnd = 0;
  const total = matchCount();
  if (total == 0) return OK;
  // How often each term is in the window at hand.
  const held = queryArena.allocZeroed((<usize>queryTermCount) << 2);
  if (held == 0) return OUT_OF_MEMORY;
  let weight: i64 = 0;
  let bestWeight: i64 = -1;
  let end: u32 = 0;
  for (let first: u32 = 0; first < total; first++) {
    const limit = <u64>matchAt(first).start + maxBytes;
    while (end < total && <u64>matchAt(end).end <= limit) {
      const place = held + ((<usize>matchAt(end).term) << 2);
      if (load<u32>(place) == 0) weight += weightOf(idfs, matchAt(end).term);
      store<u32>(place, load<u32>(place) + 1);
      end++;
    }
    if (end <= first) {
      end = first + 1;
      continue;
    }
    if (weight > bestWeight || (weight == bestWeight && end - first > windowEnd - windowFirst)) {
      bestWeight = weight;
      windowFirst = first;
      windowEnd = end;
    }
    const place = held + ((<usize>matchAt(first).term) << 2);
    store<u32>(place, load<u32>(place) - 1);
    if (load<u32>(place) == 0) weight -= weightOf(idfs, matchAt(first).term);
  }
  return OK;
}

function writeSnippet(text: usize, length: u32, maxBytes: u32, out: Buffer): i32 {
  let start: u32 = 0;
  let least: u32 = 0;
  if (windowEnd != windowFirst) {
    const first = matchAt(windowFirst).start;
    // Matches may lie within others: the last one need not end last.
    for (let i = windowFirst; i < windowEnd; i++) least = max<u32>(least, matchAt(i).end);
    start = snippetStart(text, first, maxBytes - (least - first));
  }
  const most = <u32>min<u64>(<u64>start + maxBytes, length);
  const end = snippetEnd(text, length, start, max<u32>(least, start), most);
  const head = out.length;
  if (out.extend(12) == 0) return OUT_OF_MEMORY;
  const highlights = writeHighlights(start, end, out);
  if (highlights < 0) return OUT_OF_MEMORY;
  store<u32>(out.data + head, start);
  store<u32>(out.data + head, end, 4);
  store<u32>(out.data + head, highlights, 8);
  return end == start || out.append(text + start, end - start) ? OK : OUT_OF_MEMORY;
}

/** Appends the matches within the snippet, overlapping ones as one. Returns their number, -1 when memory is exhausted. */
function writeHighlights(start: u32, end: u32, out: Buffer): i32 {
  let count = 0;
  let lastEnd: u32 = 0;
  for (let i: u32 = 0; i < matchCount(); i++) {
    const match = matchAt(i);
    if (match.start < start || match.end > end) continue;
    if (count != 0 && match.start < lastEnd) {
      lastEnd = max<u32>(lastEnd, match.end);
      store<u32>(out.data + out.length - 4, lastEnd - start);
      continue;
    }
    const place = out.extend(8);
    if (place == 0) return -1;
    store<u32>(place, match.start - start);
    store<u32>(place, match.end - start, 4);
    lastEnd = match.end;
    count++;
  }
  return count;
}
