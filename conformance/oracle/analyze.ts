import { readCharacters } from "./characters.js";
import { CapsuleFailure } from "./failure.js";
import type { Tokenize } from "./fields.js";
import { STOP_WORDS } from "./stop-words.js";
import { type Token, TokenKind } from "./token.js";
import { beginsUnit, readUnits, unitTokens } from "./units.js";
import { beginsWordRun, endOfWordRun, isContractionEnd, wordTokens } from "./words.js";

/** Ids of the analyzers (text-analysis.md, part 1). */
export const AnalyzerId = { english: 1, plain: 2 } as const;
/** What this implementation follows: a capsule with other numbers in its superblock can't be searched by it. */
export const ANALYZER_VERSION = 1;
export const UNICODE_MAJOR = 17;

/** The tokens of a text, in order (parts 4 to 6). */
export function analyze(text: Uint8Array, analyzerId: number): Token[] {
  const isEnglish = analyzerId === AnalyzerId.english;
  const characters = readCharacters(text);
  const tokens: Token[] = [];
  let previousRunEnd = -1;
  for (let at = 0; at < characters.length; ) {
    if (beginsWordRun(characters[at])) {
      const end = endOfWordRun(characters, at);
      const isSilent = isEnglish && isContractionEnd(characters, at, end, previousRunEnd);
      if (!isSilent) tokens.push(...wordTokens(characters.slice(at, end), isEnglish));
      previousRunEnd = end;
      at = end;
    } else if (beginsUnit(characters[at])) {
      const units = readUnits(characters, at);
      tokens.push(...unitTokens(units));
      at += units.flat().length;
    } else at++;
  }
  return tokens;
}

/** The terms of a query, each as often as the query holds it (part 2). */
export function queryTerms(query: Uint8Array, analyzerId: number): string[] {
  const terms = analyze(query, analyzerId)
    .filter(({ kind }) => kind !== TokenKind.unigram)
    .map(({ term }) => term);
  if (analyzerId !== AnalyzerId.english) return terms;
  const telling = terms.filter((term) => !STOP_WORDS.has(term));
  return telling.length > 0 ? telling : terms;
}

/** Text analysis of documents for a capsule's analyzer. Throws `newer` where the capsule wants one that isn't known here. */
export function tokenizerFor(analyzer: {
  analyzerId: number;
  analyzerVersion: number;
  unicodeMajor: number;
}): Tokenize {
  const { analyzerId, analyzerVersion, unicodeMajor } = analyzer;
  const ids: number[] = Object.values(AnalyzerId);
  if (!ids.includes(analyzerId) || analyzerVersion !== ANALYZER_VERSION || unicodeMajor !== UNICODE_MAJOR) {
    throw new CapsuleFailure(
      "newer",
      `analyzer ${analyzerId}, version ${analyzerVersion}, Unicode ${unicodeMajor} is not known`,
    );
  }
  return analyzerId === AnalyzerId.english ? tokenizeEnglish : tokenizePlain;
}

const tokenizeEnglish: Tokenize = (text) => analyze(text, AnalyzerId.english).map(({ term }) => term);
const tokenizePlain: Tokenize = (text) => analyze(text, AnalyzerId.plain).map(({ term }) => term);
