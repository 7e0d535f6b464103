import { permanent, takeChunk } from "../memory/chunks";

/** Analyzer `english`: English contractions shortened, English words stemmed. */
export const ENGLISH: i32 = 1;
/** Analyzer `plain`: words as they are, folded. */
export const PLAIN: i32 = 2;

/** A word, a segment of a compound, a pair of letters of a script without spaces, or such a letter alone. */
export const KIND_WORD: u32 = 0;
/** A whole identifier that holds underscores; its segments follow as words. */
export const KIND_COMPOUND: u32 = 1;
/** A piece of a word written in camel case or around a dotted number; the word itself stands before. */
export const KIND_SUBWORD: u32 = 2;
/** One ideograph of a longer run: for the index, so that a query for it alone finds it; queries leave it out. */
export const KIND_UNIGRAM: u32 = 3;

/** One token, 16 bytes. */
@unmanaged
export class Token {
  /** Where it begins in the text, in bytes. */
  start: u32;
  /** Where it ends. */
  end: u32;
  /** Address of the term, valid until the next call of `nextTokens`; at least 16 zero bytes follow it. */
  term: u32;
  /** Bytes of the term, 1 to 255. */
  length: u8;
  /** One of the kinds above. */
  kind: u8;
  unused: u16;
}

/** Bytes of a run that are looked at; what goes beyond them belongs to no token. */
export const RUN_LIMIT: usize = 255;
/** The longest term, in bytes. */
export const TERM_LIMIT: usize = 255;

const CHUNK_BITS: i32 = 16;
const RECORD_BYTES: usize = 1 << 14;
/** What one run may add at most: 214 tokens, and their terms with padding. */
const RESERVED_RECORDS: usize = 256 << 4;
const RESERVED_TERM_BYTES: usize = 1 << 14;

/** A scan stopped because the piece of text is used up, or what is left needs the bytes behind it. */
export const EXHAUSTED: i32 = 0;
/** A scan stopped because the token buffer is full. */
export const FULL: i32 = 1;
/** A scan stopped at a character that another scan handles. */
export const OTHER: i32 = 2;

/** A tokenizer: the text it is in, its place there, and the tokens found since `nextTokens` was called. */
@unmanaged
export class Tokenizer {
  /** Address of the first token record. */
  records: usize;
  /** Address behind the last token record in use. */
  recordsTop: usize;
  /** Where the next term goes. */
  top: usize;
  analyzer: i32;
  /** The piece of text: its bounds, and whether the text ends with it. */
  source: usize;
  end: usize;
  isLast: bool;
  /** The first byte not yet worked on. */
  position: usize;
  /** What to add to an address to get an offset in the text. */
  toOffset: usize;
  /** Offset behind the apostrophe that ended the last run; 2^32 - 1 when none did. */
  contractionStart: u32;
  /** Whether `position` lies in a run of which the first 255 bytes are done. */
  isSkipping: bool;
  /** In such a run, what the last character was (see `word-runs.ts`). */
  skippedLast: u32;
  /** Whether the unit at `position` follows another in its run. */
  isInUnspacedRun: bool;

  /** Address behind the last record and term that leave room for one more run. */
  recordsFull: usize;
  termsFull: usize;
}

/** Makes a tokenizer for as long as the instance lives; it holds 64 KiB. Returns null when memory is exhausted. */
export function createTokenizer(): Tokenizer | null {
  const chunk = takeChunk(CHUNK_BITS);
  if (chunk == 0) return null;
  const t = changetype<Tokenizer>(permanent(offsetof<Tokenizer>()));
  t.records = chunk;
  t.recordsFull = chunk + RECORD_BYTES - RESERVED_RECORDS;
  t.termsFull = chunk + ((<usize>1) << CHUNK_BITS) - RESERVED_TERM_BYTES;
  clearTokens(t);
  return t;
}

/** Forgets the tokens, not the place in the text. */
export function clearTokens(t: Tokenizer): void {
  t.recordsTop = t.records;
  t.top = t.records + RECORD_BYTES;
}

/** Whether the buffer might not hold all tokens of one more run. */
export function isFull(t: Tokenizer): bool {
  return t.recordsTop > t.recordsFull || t.top > t.termsFull;
}
