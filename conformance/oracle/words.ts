import type { Character } from "./characters.js";
import { MAX_TERM_BYTES, type Token, TokenKind, termOf, tokensOf } from "./token.js";
import { CharacterClass } from "./unicode.js";

const UNDERSCORE = 0x5f;
const DOT = 0x2e;
const APOSTROPHES = [0x27, 0x2019];
const CONTRACTION_ENDS = ["s", "t", "d", "m", "ll", "re", "ve"];
const MIN_SUBWORD_BYTES = 3;

/** True if a word run begins at this character (text-analysis.md, part 4). */
export function beginsWordRun(character: Character | undefined): boolean {
  return character?.characterClass === CharacterClass.word || character?.codePoint === UNDERSCORE;
}

/** Index behind the last character of the word run that begins at index `start` (part 5.1). */
export function endOfWordRun(characters: readonly Character[], start: number): number {
  let at = start;
  while (at < characters.length && continuesRun(characters, start, at)) at++;
  return at;
}

function continuesRun(characters: readonly Character[], start: number, at: number): boolean {
  const [before, character, after] = [characters[at - 1], characters[at], characters[at + 1]];
  if (beginsWordRun(character)) return true;
  if (character?.codePoint === DOT) return isDigit(before) && isDigit(after);
  const isLoose =
    character?.characterClass === CharacterClass.mark || character?.characterClass === CharacterClass.transparent;
  return isLoose && at > start && before?.codePoint !== UNDERSCORE;
}

/**
 * True if the run is the end of a contraction (part 5.2): it begins behind an apostrophe that begins where another word run ends.
 * `previousRunEnd` is the index behind that run's last character, -1 where there is none.
 */
export function isContractionEnd(
  characters: readonly Character[],
  start: number,
  end: number,
  previousRunEnd: number,
): boolean {
  const follows = start === previousRunEnd + 1 && APOSTROPHES.includes(characters[previousRunEnd]?.codePoint ?? 0);
  const text = String.fromCodePoint(
    ...characters.slice(start, Math.min(end, start + 3)).map(({ codePoint }) => codePoint),
  );
  return (
    follows && end - start < 3 && CONTRACTION_ENDS.includes(text.replace(/[A-Z]/g, (capital) => capital.toLowerCase()))
  );
}

/** The tokens of a word run (parts 5.3 to 5.5). */
export function wordTokens(run: readonly Character[], stems: boolean): Token[] {
  const segments = segmentsOf(cutRun(run));
  const whole = segments.flat();
  const [first, last] = [whole[0], whole.at(-1)];
  if (!first || !last) return [];
  const between = run.filter(({ start, end }) => start >= first.start && end <= last.end);
  const compound = segments.length > 1 ? tokensOf(between, TokenKind.compound, termOf(between, stems)) : [];
  return [...compound, ...segments.flatMap((segment) => segmentTokens(segment, stems))];
}

/** The characters of a run that count: those in its first 255 bytes, without a dot that is then last. */
function cutRun(run: readonly Character[]): readonly Character[] {
  const start = run[0]?.start ?? 0;
  if ((run.at(-1)?.end ?? 0) - start <= MAX_TERM_BYTES) return run;
  const kept = run.filter(({ end }) => end - start <= MAX_TERM_BYTES);
  return kept.at(-1)?.codePoint === DOT ? kept.slice(0, -1) : kept;
}

/** The pieces between underscores that aren't empty. */
function segmentsOf(run: readonly Character[]): Character[][] {
  const segments: Character[][] = [[]];
  for (const character of run) {
    if (character.codePoint === UNDERSCORE) segments.push([]);
    else segments.at(-1)?.push(character);
  }
  return segments.filter((segment) => segment.length > 0);
}

function segmentTokens(segment: readonly Character[], stems: boolean): Token[] {
  const subwords = subwordsOf(segment);
  const counting = subwords.length < 2 ? [] : subwords.filter((subword) => bytesOf(subword) >= MIN_SUBWORD_BYTES);
  return [
    ...tokensOf(segment, TokenKind.word, termOf(segment, stems)),
    ...counting.flatMap((subword) => tokensOf(subword, TokenKind.subword, termOf(subword, stems))),
  ];
}

function bytesOf(characters: readonly Character[]): number {
  return (characters.at(-1)?.end ?? 0) - (characters[0]?.start ?? 0);
}

function subwordsOf(segment: readonly Character[]): Character[][] {
  const inDottedNumber = dottedNumbers(segment);
  const subwords: Character[][] = [];
  segment.forEach((character, i) => {
    const divided = i === 0 || isHump(segment, i) || inDottedNumber[i] !== inDottedNumber[i - 1];
    if (divided) subwords.push([]);
    subwords.at(-1)?.push(character);
  });
  return subwords;
}

/** True at an ASCII capital before which a segment is divided (part 5.5). */
function isHump(segment: readonly Character[], i: number): boolean {
  const [before, here, next, afterNext] = [segment[i - 1], segment[i], segment[i + 1], segment[i + 2]];
  if (!isCapital(here)) return false;
  if (isSmall(before)) return true;
  return (isCapital(before) || isDigit(before)) && isSmall(next) && isSmall(afterNext);
}

/** For each character whether it is part of a dotted number: a longest sequence of digits and dots with a dot in it. */
function dottedNumbers(segment: readonly Character[]): boolean[] {
  const marked = new Array<boolean>(segment.length).fill(false);
  for (let at = 0; at < segment.length; ) {
    let end = at;
    while (isDigit(segment[end]) || segment[end]?.codePoint === DOT) end++;
    const hasDot = segment.slice(at, end).some(({ codePoint }) => codePoint === DOT);
    if (hasDot) marked.fill(true, at, end);
    at = Math.max(end, at + 1);
  }
  return marked;
}

function isBetween(character: Character | undefined, low: string, high: string): boolean {
  const codePoint = character?.codePoint ?? -1;
  return codePoint >= low.charCodeAt(0) && codePoint <= high.charCodeAt(0);
}

const isDigit = (character: Character | undefined) => isBetween(character, "0", "9");
const isCapital = (character: Character | undefined) => isBetween(character, "A", "Z");
const isSmall = (character: Character | undefined) => isBetween(character, "a", "z");
