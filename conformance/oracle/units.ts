import type { Character } from "./characters.js";
import { type Token, TokenKind, termOf, tokensOf } from "./token.js";
import { CharacterClass } from "./unicode.js";

const MAX_UNIT_BYTES = 64;

/** True if an unspaced run, and a unit of it, begins at this character (text-analysis.md, part 4). */
export function beginsUnit(character: Character | undefined): boolean {
  const characterClass = character?.characterClass;
  return characterClass === CharacterClass.unspaced || characterClass === CharacterClass.ideographic;
}

/** The units of the unspaced run that begins at index `start` (part 6). */
export function readUnits(characters: readonly Character[], start: number): Character[][] {
  const units: Character[][] = [];
  for (let at = start; beginsUnit(characters[at]); ) {
    const end = endOfUnit(characters, at);
    units.push(characters.slice(at, end));
    at = end;
  }
  return units;
}

function endOfUnit(characters: readonly Character[], start: number): number {
  const startByte = characters[start]?.start ?? 0;
  let end = start + 1;
  for (let next = characters[end]; next; next = characters[end]) {
    const follows = next.characterClass === CharacterClass.mark || next.characterClass === CharacterClass.transparent;
    if (!follows || next.end - startByte > MAX_UNIT_BYTES) break;
    end++;
  }
  return end;
}

/** The tokens of an unspaced run: pairs of units, and single ideographs. */
export function unitTokens(units: readonly Character[][]): Token[] {
  return units.flatMap((unit, i) => {
    const letters = composeHangul(unit);
    const single = termOf(letters, false);
    if (units.length === 1) return tokensOf(unit, TokenKind.word, single);
    const isIdeograph = unit[0]?.characterClass === CharacterClass.ideographic;
    const unigram = isIdeograph ? tokensOf(unit, TokenKind.unigram, single) : [];
    const next = units[i + 1];
    if (!next) return unigram;
    const pair = termOf([...letters, ...composeHangul(next)], false);
    return [...unigram, ...tokensOf([...unit, ...next], TokenKind.word, pair)];
  });
}

/** A unit with the conjoining letters of its Hangul syllable put together; a syllable folds to itself. */
function composeHangul(unit: readonly Character[]): Letter[] {
  const [first, second, ...rest] = unit;
  if (!first || !second) return first ? [first] : [];
  if (isIn(first.codePoint, 0x1100, 0x1112) && isIn(second.codePoint, 0x1161, 0x1175)) {
    const syllable = syllableOf(0xac00 + ((first.codePoint - 0x1100) * 21 + (second.codePoint - 0x1161)) * 28);
    return withFinal(syllable, rest);
  }
  return withFinal(first, [second, ...rest]);
}

type Letter = Pick<Character, "codePoint" | "folded" | "foldedBytes">;

function withFinal(first: Letter, rest: readonly Letter[]): Letter[] {
  const final = rest[0]?.codePoint ?? 0;
  const isOpen = isIn(first.codePoint, 0xac00, 0xd7a3) && (first.codePoint - 0xac00) % 28 === 0;
  if (!isOpen || !isIn(final, 0x11a8, 0x11c2)) return [first, ...rest];
  return [syllableOf(first.codePoint + (final - 0x11a7)), ...rest.slice(1)];
}

function syllableOf(codePoint: number): Letter {
  return { codePoint, folded: String.fromCodePoint(codePoint), foldedBytes: 3 };
}

function isIn(codePoint: number, low: number, high: number): boolean {
  return codePoint >= low && codePoint <= high;
}
