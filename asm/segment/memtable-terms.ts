import { Buffer } from "../memory/buffer";
import { Token } from "../text/tokenizer";
import { allocEntry, finishHash, KeyTable, mixHash, startHash } from "./memtable-keys";
import { memtableAlloc } from "./memtable-memory";
import { MAX_TF, POSTING_MAX_BYTES, writePosting } from "./postings";

/**
 * The memtable's terms with their postings.
 *
 * A term knows the last document that held it and how often: the posting at hand, which becomes bytes when the next document
 * with the term comes. So counting needs no table for each document. The bytes are those of a remainder block (docs/format.md
 * 7.4), however many postings there are, in a chain of chunks: 12 bytes within the term, then 28, 60, 124 … up to 1,020
 * bytes, each followed by the address of the next.
 */

/** A term; its bytes follow, at `TERM_KEY`. */
@unmanaged
export class Term {
  /** Ordinal + 1 of the document at hand; 0 before the first. */
  document: u32;
  /** How often it holds the term: in the title, then the body. */
  titleTf: u32;
  bodyTf: u32;
  /** Ordinal + 1 of the document before; 0 if there is none. */
  previous: u32;
  /** Where the chain goes on, and where its last chunk ends. */
  chainTop: u32;
  chainEnd: u32;
  /** Bytes in the chain. */
  chainBytes: u32;
  /** Postings in the chain. */
  chained: u32;
  chunk0: u64;
  chunk1: u32;
  /** Address of the second chunk. */
  next: u32;
  /** Size of the last chunk: 16 << level bytes, with the address. */
  level: u32;
  length: u32;
}
export const TERM_KEY: usize = 56;
const TERM_TFS: usize = 4;
const FIRST_CHUNK: usize = 32;
const FIRST_CHUNK_BYTES: usize = 12;
const LAST_LEVEL: u32 = 6;

export const memtableTerms: KeyTable = KeyTable.create(TERM_KEY);

const posting: usize = memory.data(16, 8);
/** Ordinal + 1 of the document that is being indexed. */
let document: u32 = 0;
let exhausted: bool = false;

/** Tokens that follow are of the document `ordinal`, greater than those before. */
export function startTerms(ordinal: u32): void {
  document = ordinal + 1;
  exhausted = false;
}

/** Whether memory ran out since `startTerms`. */
export function termsExhausted(): bool {
  return exhausted;
}

/** Counts tokens of a field (0 title, 1 body) of the document at hand. */
export function addTokens(field: u32, tokens: usize, count: u32): void {
  if (memtableTerms.slots == 0 && !memtableTerms.reserveSlot()) {
    exhausted = true;
    return;
  }
  const tfs = TERM_TFS + ((<usize>field) << 2);
  for (const end = tokens + <usize>count * offsetof<Token>(); tokens < end; tokens += offsetof<Token>()) {
    const token = changetype<Token>(tokens);
    const bytes = <usize>token.term;
    const length = <u32>token.length;
    const hash = hashTerm(bytes, length);
    const slot = findTermSlot(bytes, length, hash);
    let term = changetype<Term>(<usize>load<u32>(slot, 4));
    if (changetype<usize>(term) == 0) {
      term = addTerm(bytes, length, hash, slot);
      if (changetype<usize>(term) == 0) {
        exhausted = true;
        return;
      }
    }
    if (term.document != document) startDocument(term);
    const tf = changetype<usize>(term) + tfs;
    store<u32>(tf, load<u32>(tf) + 1);
  }
}

function startDocument(term: Term): void {
  if (term.document != 0) chainPosting(term);
  term.document = document;
  store<u64>(changetype<usize>(term), 0, TERM_TFS);
}

/** Moves the posting at hand into the chain. */
function chainPosting(term: Term): void {
  const gap = term.document - term.previous - 1;
  const bodyTf = term.bodyTf;
  const top = <usize>term.chainTop;
  term.previous = term.document;
  term.chained++;
  if (gap < 32 && term.titleTf == 0 && bodyTf < 130 && top + 2 <= <usize>term.chainEnd) {
    const bytes: u32 = bodyTf == 1 ? 1 : 2;
    store<u8>(top, (gap << 2) | (bytes - 1));
    // Behind a posting of one byte this writes a byte that the next one replaces.
    store<u8>(top, bodyTf - 2, 1);
    term.chainTop = <u32>top + bytes;
    term.chainBytes += bytes;
    return;
  }
  const end = writePosting(posting, gap, min<u32>(term.titleTf, MAX_TF), min<u32>(bodyTf, MAX_TF));
  appendToChain(term, end - posting);
}

/** Appends the first `count` bytes of `posting` to the chain. */
function appendToChain(term: Term, count: usize): void {
  term.chainBytes += <u32>count;
  let top = <usize>term.chainTop;
  for (let i: usize = 0; i < count; i++) {
    if (top == <usize>term.chainEnd) {
      top = addChunk(term);
      if (top == 0) {
        exhausted = true;
        return;
      }
    }
    store<u8>(top, load<u8>(posting + i));
    top++;
  }
  term.chainTop = <u32>top;
}

function addChunk(term: Term): usize {
  const level = min<u32>(term.level + 1, LAST_LEVEL);
  const size = (<usize>16) << level;
  const chunk = memtableAlloc(size);
  if (chunk == 0) return 0;
  store<u32>(<usize>term.chainEnd, <u32>chunk);
  term.chainEnd = <u32>(chunk + size - 4);
  term.level = level;
  return chunk;
}

/** Hash of a term that zeros follow up to a multiple of 8 bytes. */
function hashTerm(term: usize, length: usize): u32 {
  let hash = mixHash(startHash(length), load<u64>(term));
  for (let at: usize = 8; at < length; at += 8) hash = mixHash(hash, load<u64>(term + at));
  return finishHash(hash);
}

function isTerm(entry: usize, term: usize, length: u32): bool {
  if (changetype<Term>(entry).length != length || load<u64>(entry, TERM_KEY) != load<u64>(term)) return false;
  for (let at: usize = 8; at < <usize>length; at += 8) {
    if (load<u64>(entry + at, TERM_KEY) != load<u64>(term + at)) return false;
  }
  return true;
}

/** The slot of a term, or the free one where it belongs. */
function findTermSlot(term: usize, length: u32, hash: u32): usize {
  let slot = memtableTerms.slots + ((<usize>(hash >>> memtableTerms.shift)) << 3);
  while (true) {
    const entry = <usize>load<u32>(slot, 4);
    if (entry == 0 || (load<u32>(slot) == hash && isTerm(entry, term, length))) return slot;
    slot = memtableTerms.slotAfter(slot);
  }
}

/** Adds a term at the free slot where it belongs; 0 when memory is exhausted. */
function addTerm(term: usize, length: u32, hash: u32, slot: usize): Term {
  const slots = memtableTerms.slots;
  if (!memtableTerms.reserveSlot()) return changetype<Term>(0);
  if (memtableTerms.slots != slots) slot = findTermSlot(term, length, hash);
  const entry = allocEntry(TERM_KEY, term, length);
  if (entry == 0) return changetype<Term>(0);
  memtableTerms.fill(slot, hash, entry);
  const made = changetype<Term>(entry);
  made.chainTop = <u32>(entry + FIRST_CHUNK);
  made.chainEnd = <u32>(entry + FIRST_CHUNK + FIRST_CHUNK_BYTES);
  return made;
}

/** The term of these bytes, of which zeros follow the last up to a multiple of 8, as a tokenizer leaves them; or null. */
export function memtableFindTerm(term: usize, length: u32): Term | null {
  if (memtableTerms.count == 0) return null;
  return changetype<Term | null>(<usize>load<u32>(findTermSlot(term, length, hashTerm(term, length)), 4));
}

/** Number of documents with the term. */
export function termDocuments(term: Term): u32 {
  return term.chained + 1;
}

/** Appends all postings of a term, as one remainder block of `termDocuments` postings. False when memory is exhausted. */
export function appendTermPostings(term: Term, out: Buffer): bool {
  if (!out.reserve(<usize>term.chainBytes + POSTING_MAX_BYTES)) return false;
  const start = out.data + out.length;
  let top = start;
  let chunk = changetype<usize>(term) + FIRST_CHUNK;
  let size: usize = FIRST_CHUNK_BYTES;
  let level: u32 = 0;
  let left = <usize>term.chainBytes;
  while (left > size) {
    memory.copy(top, chunk, size);
    top += size;
    left -= size;
    chunk = <usize>load<u32>(chunk + size);
    level = min<u32>(level + 1, LAST_LEVEL);
    size = ((<usize>16) << level) - 4;
  }
  memory.copy(top, chunk, left);
  const gap = term.document - term.previous - 1;
  const end = writePosting(top + left, gap, min<u32>(term.titleTf, MAX_TF), min<u32>(term.bodyTf, MAX_TF));
  out.length += end - start;
  return true;
}

export function releaseTerms(): void {
  memtableTerms.release();
}
