/** Making the term of a token (folding, then stemming) and recording the token. */
import { decode, writeFolding } from "./code-points";
import { CACHED_WORD_LIMIT, cachedStem } from "./stem-cache";
import { stem } from "./stemmer";
import { ENGLISH, TERM_LIMIT, Token, Tokenizer } from "./tokenizer-state";

/** Terms of fewer bytes are never stemmed. */
const STEM_MINIMUM: usize = 3;

/** Sixteen bytes of ones and sixteen of zeros: a load from 16 - n keeps the first n bytes of a vector. */
const keepMasks: usize = memory.data<u64>([-1, -1, 0, 0], 16);

/** Records the token `[from, to)`, whose term of `length` bytes has been written at `t.top`. Clears what follows the term. */
export function recordToken(t: Tokenizer, from: usize, to: usize, length: usize, kind: u32): void {
  const term = t.top;
  v128.store(term + length, i64x2.splat(0));
  v128.store(term + length, i64x2.splat(0), 16);
  t.top = (term + length + 31) & ~(<usize>15);
  const token = changetype<Token>(t.recordsTop);
  token.start = <u32>(from + t.toOffset);
  token.end = <u32>(to + t.toOffset);
  token.term = <u32>term;
  token.length = <u8>length;
  token.kind = <u8>kind;
  token.unused = 0;
  t.recordsTop += offsetof<Token>();
}

/** Appends the token of an ASCII word of at most 15 bytes, of which 16 can be read; `isLetters` when it holds nothing else. */
export function appendShortAscii(t: Tokenizer, from: usize, length: usize, isLetters: bool): void {
  const raw = v128.load(from);
  const isUpper = i8x16.le_u(i8x16.sub(raw, i8x16.splat(65)), i8x16.splat(25));
  const folded = v128.or(raw, v128.and(isUpper, i8x16.splat(0x20)));
  let term = v128.and(folded, v128.load(keepMasks + 16 - length));
  let termLength = length;
  if (isLetters && length >= STEM_MINIMUM && t.analyzer == ENGLISH) {
    const cached = cachedStem(i64x2.extract_lane(term, 0), i64x2.extract_lane(term, 1), length);
    termLength = <usize>load<u8>(cached, 15);
    term = i8x16.replace_lane(v128.load(cached), 15, 0);
  }
  v128.store(t.top, term);
  recordToken(t, from, from + length, termLength, 0);
}

/** Appends the token of the characters `[from, to)`: folded, cut to 255 bytes, stemmed. Nothing when no character is left. */
export function appendTerm(t: Tokenizer, from: usize, to: usize, kind: u32): void {
  const term = t.top;
  const length = foldInto(term, from, to, term + TERM_LIMIT) - term;
  if (length == 0) return;
  recordToken(t, from, to, t.analyzer == ENGLISH ? stemTerm(term, length) : length, kind);
}

/**
 * Writes the folded characters `[from, to)`, as many as fit before `limit`, and returns the address behind them. Up to
 * 12 bytes behind the limit are overwritten.
 */
export function foldInto(destination: usize, from: usize, to: usize, limit: usize): usize {
  let top = destination;
  let position = from;
  while (position < to) {
    const byte = <u32>load<u8>(position);
    let next = top + 1;
    if (byte < 0x80) {
      store<u8>(top, byte - 65 < 26 ? byte | 0x20 : byte);
      position++;
    } else {
      const character = decode(position, to);
      next = writeFolding(top, character >>> 3);
      position += character & 7;
    }
    if (next > limit) break;
    top = next;
  }
  return top;
}

/** Stems a term in place if it consists of letters a to z alone. Returns its new length. */
function stemTerm(term: usize, length: usize): usize {
  if (length < STEM_MINIMUM) return length;
  for (let i: usize = 0; i < length; i++) if (<u32>load<u8>(term + i) - 97 > 25) return length;
  if (length > CACHED_WORD_LIMIT) return stem(term, length);
  const word = v128.and(v128.load(term), v128.load(keepMasks + 16 - length));
  const cached = cachedStem(i64x2.extract_lane(word, 0), i64x2.extract_lane(word, 1), length);
  v128.store(term, v128.load(cached));
  return <usize>load<u8>(cached, 15);
}
