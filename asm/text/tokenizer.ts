/**
 * The tokenizer: UTF-8 in, tokens out, the same for documents and queries. `docs/text-analysis.md` defines its results.
 *
 *     const tokenizer = createTokenizer();
 *     startText(tokenizer, ENGLISH);
 *     feedText(tokenizer, address, length, true);
 *     for (let count = nextTokens(tokenizer); count > 0; count = nextTokens(tokenizer))
 *       for (let i = 0; i < count; i++) use(tokenAt(tokenizer, i));
 */
import { scanAscii } from "./ascii-runs";
import { classOf, decode, unfinishedBytes, WORD } from "./code-points";
import { clearTokens, FULL, isFull, OTHER, Token, Tokenizer } from "./tokenizer-state";
import { isUnspaced, scanUnspacedRun } from "./unspaced-runs";
import { isAsciiWord, scanWordRun, skipRun } from "./word-runs";

export {
  createTokenizer,
  ENGLISH,
  KIND_COMPOUND,
  KIND_SUBWORD,
  KIND_UNIGRAM,
  KIND_WORD,
  PLAIN,
  Token,
  Tokenizer,
} from "./tokenizer-state";

/** No offset in a text. */
const NOWHERE: u32 = 0xffffffff;

/** Begins a text: forgets where the last one was left. Texts are shorter than 4 GiB. */
export function startText(t: Tokenizer, analyzer: i32): void {
  clearTokens(t);
  t.analyzer = analyzer;
  t.source = 0;
  t.end = 0;
  t.position = 0;
  t.toOffset = 0;
  t.isLast = false;
  t.contractionStart = NOWHERE;
  t.isSkipping = false;
  t.isInUnspacedRun = false;
}

/**
 * Gives the tokenizer the next piece of the text. All of a text may be one piece; otherwise each piece but the first
 * begins with the bytes that `consumedBytes` said were not used of the piece before.
 */
export function feedText(t: Tokenizer, source: usize, length: usize, isLast: bool): void {
  // Offsets go on where the last piece was left.
  const offset = t.position + t.toOffset;
  t.source = source;
  t.position = source;
  t.end = source + length - (isLast ? 0 : unfinishedBytes(source, source + length));
  t.toOffset = offset - source;
  t.isLast = isLast;
}

/** Finds the next tokens and returns how many there are; 0 when the piece holds no more. They replace those found before. */
export function nextTokens(t: Tokenizer): i32 {
  clearTokens(t);
  if (t.isSkipping) skipRun(t);
  let outcome = OTHER;
  if (t.isInUnspacedRun && t.position < t.end) outcome = scanUnspacedRun(t);
  while (outcome == OTHER && !t.isSkipping) {
    outcome = scanAscii(t);
    if (outcome == OTHER) outcome = scanOther(t);
  }
  return <i32>((t.recordsTop - t.records) / offsetof<Token>());
}

/** The token at `index` of those that `nextTokens` found. */
export function tokenAt(t: Tokenizer, index: i32): Token {
  return changetype<Token>(t.records + <usize>index * offsetof<Token>());
}

/** Bytes of the current piece that are done with. After `nextTokens` gave 0, at most 512 are left over, of the last piece none. */
export function consumedBytes(t: Tokenizer): usize {
  return t.position - t.source;
}

/** Tokens from a character that the fast path can't take, on to the next run that it can. */
function scanOther(t: Tokenizer): i32 {
  let outcome = scanCharacter(t);
  while (outcome == OTHER && t.position < t.end) {
    const byte = <u32>load<u8>(t.position);
    if (byte >= 0x80) outcome = scanCharacter(t);
    else if (isAsciiWord(byte)) return OTHER;
    else t.position++;
  }
  return outcome;
}

/** Tokens of the run that starts at `t.position`, or none if a separator stands there. */
function scanCharacter(t: Tokenizer): i32 {
  if (isFull(t)) return FULL;
  const character = decode(t.position, t.end);
  const kind = classOf(character >>> 3);
  if (isUnspaced(kind)) return scanUnspacedRun(t);
  if (kind == WORD || isAsciiWord(character >>> 3)) return scanWordRun(t);
  t.position += character & 7;
  return OTHER;
}
