/** A slow tokenizer that follows `docs/text-analysis.md` sentence by sentence: what the fast one must agree with. */
import { classOf, foldingOf, IDEOGRAPHIC, MARK, TRANSPARENT, UNSPACED, WORD } from "../text/generate-unicode.mjs";

export interface ModelToken {
  start: number;
  end: number;
  term: string;
  kind: number;
}

/** Stems a term of letters a to z. */
export type Stemmer = (word: string) => string;

interface Character {
  codePoint: number;
  start: number;
  end: number;
  kind: number;
  folded: number[];
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Characters of a text; a byte that starts no well-formed sequence is a separator. */
function charactersOf(text: Uint8Array): Character[] {
  const characters: Character[] = [];
  for (let start = 0; start < text.length; ) {
    let end = start + 1;
    let codePoint = 0xfffd;
    for (const length of [1, 2, 3, 4]) {
      try {
        const decoded = decoder.decode(text.subarray(start, start + length));
        if (start + length > text.length) break;
        codePoint = decoded.codePointAt(0) as number;
        end = start + length;
        break;
      } catch {}
    }
    characters.push({ codePoint, start, end, kind: classOf(codePoint), folded: foldingOf(codePoint) });
    start = end;
  }
  return characters;
}

const encoder = new TextEncoder();
const is = (character: Character | undefined, test: RegExp) =>
  character !== undefined && character.codePoint < 0x80 && test.test(String.fromCharCode(character.codePoint));

/** The folding of each character that isn't transparent. */
const foldingsOf = (characters: Character[]) =>
  characters.filter(({ kind }) => kind !== TRANSPARENT).map(({ folded }) => String.fromCodePoint(...folded));

/** The term of these foldings: as many as make 255 bytes at most. */
function termOf(foldings: string[]): string {
  let term = "";
  for (const folding of foldings) {
    if (encoder.encode(term + folding).length > 255) break;
    term += folding;
  }
  return term;
}

export function tokenizeByModel(text: Uint8Array, english: boolean, stem: Stemmer = (word) => word): ModelToken[] {
  const all = charactersOf(text);
  const tokens: ModelToken[] = [];
  const add = (characters: Character[], kind: number, term = termOf(foldingsOf(characters))) => {
    const [first, last] = [characters[0], characters.at(-1)];
    if (term === "" || first === undefined || last === undefined) return;
    const stemmed = english && /^[a-z]{3,}$/.test(term) ? stem(term) : term;
    tokens.push({ start: first.start, end: last.end, term: stemmed, kind });
  };
  let contractionAt = -1;
  for (let i = 0; i < all.length; ) {
    const character = all[i] as Character;
    if (character.kind === UNSPACED || character.kind === IDEOGRAPHIC) {
      const units: Character[][] = [];
      while (all[i]?.kind === UNSPACED || all[i]?.kind === IDEOGRAPHIC) {
        const end = unitEnd(all, i);
        units.push(all.slice(i, end));
        i = end;
      }
      addUnits(units, add);
    } else if (character.kind === WORD || is(character, /_/)) {
      const end = runEnd(all, i);
      const run = all.slice(i, end);
      const text = run.map((c) => String.fromCodePoint(c.codePoint)).join("");
      if (
        !english ||
        contractionAt !== i ||
        !/^(s|t|d|m|ll|re|ve)$/.test(text.replace(/[A-Z]/g, (c) => c.toLowerCase()))
      )
        addRun(cutRun(run), add);
      if (all[end]?.codePoint === 0x27 || all[end]?.codePoint === 0x2019) contractionAt = end + 1;
      i = end;
    } else {
      i++;
    }
  }
  return tokens;
}

type Add = (characters: Character[], kind: number, term?: string) => void;

function unitEnd(all: Character[], start: number): number {
  let end = start + 1;
  for (; end < all.length; end++) {
    const next = all[end] as Character;
    if ((next.kind !== MARK && next.kind !== TRANSPARENT) || next.end - (all[start] as Character).start > 64) break;
  }
  return end;
}

/** As `foldingsOf`, the letters of a Hangul syllable put together. */
function unitFoldings(unit: Character[]): string[] {
  const at = (i: number) => unit[i]?.codePoint ?? 0;
  let syllable = at(0);
  let used = 1;
  if (at(0) >= 0x1100 && at(0) <= 0x1112 && at(1) >= 0x1161 && at(1) <= 0x1175) {
    syllable = 0xac00 + ((at(0) - 0x1100) * 21 + (at(1) - 0x1161)) * 28;
    used = 2;
  }
  const isOpen = syllable >= 0xac00 && syllable <= 0xd7a3 && (syllable - 0xac00) % 28 === 0;
  if (isOpen && at(used) >= 0x11a8 && at(used) <= 0x11c2) syllable += at(used++) - 0x11a7;
  if (used === 1) return foldingsOf(unit);
  return [String.fromCodePoint(syllable), ...foldingsOf(unit.slice(used))];
}

function addUnits(units: Character[][], add: Add): void {
  for (const [i, unit] of units.entries()) {
    const next = units[i + 1];
    if (units.length === 1) add(unit, 0, termOf(unitFoldings(unit)));
    else if (unit[0]?.kind === IDEOGRAPHIC) add(unit, 3, termOf(unitFoldings(unit)));
    if (next !== undefined) add([...unit, ...next], 0, termOf([...unitFoldings(unit), ...unitFoldings(next)]));
  }
}

function runEnd(all: Character[], start: number): number {
  let end = start;
  for (; end < all.length; end++) {
    const [before, character, after] = [all[end - 1], all[end] as Character, all[end + 1]];
    const isDot = is(character, /\./) && is(before, /\d/) && is(after, /\d/);
    const isMark = character.kind === MARK || character.kind === TRANSPARENT;
    const goesOn =
      character.kind === WORD || is(character, /_/) || isDot || (isMark && end > start && !is(before, /_/));
    if (!goesOn) break;
  }
  return end;
}

/** The first 255 bytes of a run, whole characters, without a dot at the end. */
function cutRun(run: Character[]): Character[] {
  const start = run[0]?.start ?? 0;
  if ((run.at(-1)?.end ?? 0) - start <= 255) return run;
  const cut = run.filter((character) => character.end - start <= 255);
  if (is(cut.at(-1), /\./)) cut.pop();
  return cut;
}

function addRun(run: Character[], add: Add): void {
  const segments: Character[][] = [[]];
  for (const character of run) {
    if (is(character, /_/)) segments.push([]);
    else segments.at(-1)?.push(character);
  }
  const words = segments.filter((segment) => segment.length > 0);
  const first = words[0]?.[0];
  const last = words.at(-1)?.at(-1);
  if (first === undefined || last === undefined) return;
  if (words.length > 1) add(run.slice(run.indexOf(first), run.indexOf(last) + 1), 1);
  for (const word of words) {
    add(word, 0);
    const subwords = subwordsOf(word);
    if (subwords.length < 2) continue;
    for (const subword of subwords) {
      const bytes = (subword.at(-1)?.end ?? 0) - (subword[0]?.start ?? 0);
      if (bytes >= 3) add(subword, 2);
    }
  }
}

function subwordsOf(word: Character[]): Character[][] {
  const text = word.map((c) => (c.codePoint < 0x80 ? String.fromCharCode(c.codePoint) : "\u{e000}")).join("");
  const starts = new Set([0, text.length]);
  for (const match of text.matchAll(/(?<=[a-z])[A-Z]|(?<=[A-Z0-9])[A-Z](?=[a-z][a-z])/g)) starts.add(match.index);
  for (const match of text.matchAll(/[0-9]+(\.[0-9]+)+/g)) starts.add(match.index).add(match.index + match[0].length);
  const sorted = [...starts].sort((a, b) => a - b);
  return sorted.slice(0, -1).map((start, i) => word.slice(start, sorted[i + 1]));
}
