import type { Character } from "./characters.js";
import { stem } from "./stemmer.js";

/** Kinds of tokens (text-analysis.md, part 2). */
export const TokenKind = { word: 0, compound: 1, subword: 2, unigram: 3 } as const;
/** Longest term, and longest part of a run that counts, in bytes. */
export const MAX_TERM_BYTES = 255;

export interface Token {
  /** Offsets in bytes, end exclusive. */
  readonly start: number;
  readonly end: number;
  readonly term: string;
  readonly kind: number;
}

/** The term of some characters (part 3.3), cut to 255 bytes before the first character that doesn't fit; stemmed if told. */
export function termOf(characters: readonly Pick<Character, "folded" | "foldedBytes">[], stems: boolean): string {
  let term = "";
  let termBytes = 0;
  for (const { folded, foldedBytes } of characters) {
    termBytes += foldedBytes;
    if (termBytes > MAX_TERM_BYTES) break;
    term += folded;
  }
  return stems && /^[a-z]{3,}$/.test(term) ? stem(term) : term;
}

/** The token over some characters; none where the term is empty. */
export function tokensOf(characters: readonly Character[], kind: number, term: string): Token[] {
  const [first, last] = [characters[0], characters.at(-1)];
  return first && last && term !== "" ? [{ start: first.start, end: last.end, term, kind }] : [];
}
