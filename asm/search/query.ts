import { Cause, failNumbers } from "../failure";
import { Arena } from "../memory/arena";
import { LIMIT_EXCEEDED, OK, OUT_OF_MEMORY } from "../status";
import { isStopWord } from "../text/stop-words";
import {
  createTokenizer,
  ENGLISH,
  feedText,
  KIND_UNIGRAM,
  nextTokens,
  startText,
  Tokenizer,
  tokenAt,
} from "../text/tokenizer";

/** A query: its distinct terms in the order in which they first appear, and how often each does. */

export const MAX_QUERY_TERMS: u32 = 4096;
/** Bounds how often a term can be counted, and with it every score: far below 2^63. */
export const MAX_QUERY_BYTES: u32 = 1 << 20;

/** A term of a query. Statistics are filled in by the search. */
@unmanaged
export class QueryTerm {
  /** Address of the term's bytes, which zeros follow up to a multiple of 8, eight at least. */
  bytes: usize;
  length: u32;
  /** How often the query holds it. */
  frequency: u32;
  /** How many documents of the view hold it. */
  df: u32;
  idf: f64;
  weight: f64;
}

/** All that a query needs until it is answered. */
export const queryArena: Arena = Arena.create(16);

let tokenizer: Tokenizer | null = null;
/** Address of the terms of the query at hand. */
let terms: usize = 0;
export let queryTermCount: u32 = 0;
/** Hash table of u32: 1 + number of a term, 0 for a free slot. */
let slots: usize = 0;
let slotCount: u32 = 0;
const FIRST_SLOTS: u32 = 64;

/** Number of terms that there is room for. */
let capacity: u32 = 0;

export function queryTerm(index: u32): QueryTerm {
  return changetype<QueryTerm>(terms + <usize>index * offsetof<QueryTerm>());
}

/** The tokenizer that queries and snippets share; null when memory is exhausted. */
export function searchTokenizer(): Tokenizer | null {
  if (tokenizer == null) tokenizer = createTokenizer();
  return tokenizer;
}

/**
 * Splits a query into terms. Stop words are left out, unless there is nothing else. OK, LIMIT_EXCEEDED for a query that is too long or has
 * too many terms, or OUT_OF_MEMORY.
 */
export function parseQuery(text: usize, length: u32, analyzer: i32): i32 {
  if (length > MAX_QUERY_BYTES) return failNumbers(LIMIT_EXCEEDED, Cause.NONE, 0, MAX_QUERY_BYTES, length);
  const status = countTerms(text, length, analyzer, analyzer == ENGLISH);
  if (status != OK || queryTermCount != 0 || analyzer != ENGLISH) return status;
  return countTerms(text, length, analyzer, false);
}

function countTerms(text: usize, length: u32, analyzer: i32, leaveOut: bool): i32 {
  queryTermCount = 0;
  capacity = 0;
  slotCount = 0;
  const t = searchTokenizer();
  if (t == null) return OUT_OF_MEMORY;
  startText(t, analyzer);
  feedText(t, text, length, true);
  for (let count = nextTokens(t); count > 0; count = nextTokens(t)) {
    for (let i = 0; i < count; i++) {
      const token = tokenAt(t, i);
      const bytes = <usize>token.term;
      if (<u32>token.kind == KIND_UNIGRAM || (leaveOut && isStopWord(bytes, token.length))) continue;
      const status = countTerm(bytes, token.length);
      if (status != OK) return status;
    }
  }
  return OK;
}

/** Number of the term that equals these bytes, which zeros follow; -1 if the query doesn't hold it. */
export function findQueryTerm(bytes: usize, length: u32): i32 {
  if (slotCount == 0) return -1;
  return <i32>load<u32>(slotOf(bytes, length)) - 1;
}

function countTerm(bytes: usize, length: u32): i32 {
  if (queryTermCount * 2 >= slotCount && !growSlots()) return OUT_OF_MEMORY;
  const slot = slotOf(bytes, length);
  const number = load<u32>(slot);
  if (number != 0) {
    queryTerm(number - 1).frequency++;
    return OK;
  }
  if (queryTermCount == MAX_QUERY_TERMS)
    return failNumbers(LIMIT_EXCEEDED, Cause.NONE, 0, MAX_QUERY_TERMS, MAX_QUERY_TERMS + 1);
  if (queryTermCount == capacity && !growTerms()) return OUT_OF_MEMORY;
  const copy = queryArena.alloc(<usize>(length + 15) & ~7);
  if (copy == 0) return OUT_OF_MEMORY;
  memory.fill(copy, 0, <usize>(length + 15) & ~7);
  memory.copy(copy, bytes, length);
  const term = queryTerm(queryTermCount);
  term.bytes = copy;
  term.length = length;
  term.frequency = 1;
  term.df = 0;
  term.idf = 0;
  term.weight = 0;
  queryTermCount++;
  store<u32>(slot, queryTermCount);
  return OK;
}

/** The slot of a term, or the free one where it belongs. */
function slotOf(bytes: usize, length: u32): usize {
  let at = hashTerm(bytes, length) & (slotCount - 1);
  while (true) {
    const slot = slots + ((<usize>at) << 2);
    const number = load<u32>(slot);
    if (number == 0) return slot;
    const term = queryTerm(number - 1);
    if (term.length == length && equalTerms(term.bytes, bytes, length)) return slot;
    at = (at + 1) & (slotCount - 1);
  }
}

/** Whether two terms of a length are equal; both are compared eight bytes at a time, with the zeros behind them. */
function equalTerms(a: usize, b: usize, length: u32): bool {
  for (let at: usize = 0; at < <usize>length; at += 8) if (load<u64>(a + at) != load<u64>(b + at)) return false;
  return true;
}

/** A hash over the term, eight bytes at a time: order and slots depend on it, results don't. */
export function hashTerm(bytes: usize, length: u32): u32 {
  let hash = (load<u64>(bytes) ^ ((<u64>length) << 56)) * 0x9e3779b97f4a7c15;
  for (let at: usize = 8; at < <usize>length; at += 8) {
    hash = (rotl<u64>(hash, 29) ^ load<u64>(bytes + at)) * 0x9e3779b97f4a7c15;
  }
  return <u32>((hash ^ (hash >> 29)) >> 32);
}

function growSlots(): bool {
  const count = slotCount == 0 ? FIRST_SLOTS : slotCount << 2;
  slots = queryArena.allocZeroed((<usize>count) << 2);
  slotCount = slots == 0 ? 0 : count;
  if (slots == 0) return false;
  for (let i: u32 = 0; i < queryTermCount; i++) {
    const term = queryTerm(i);
    store<u32>(slotOf(term.bytes, term.length), i + 1);
  }
  return true;
}

function growTerms(): bool {
  const count = capacity == 0 ? 16 : capacity << 2;
  const grown = queryArena.alloc(<usize>count * offsetof<QueryTerm>());
  if (grown == 0) return false;
  memory.copy(grown, terms, <usize>queryTermCount * offsetof<QueryTerm>());
  terms = grown;
  capacity = count;
  return true;
}
