import { encodeText } from "./bytes.js";
import { CharacterClass, classOf, foldingOf } from "./unicode.js";

/** A character of a text (text-analysis.md, part 3). */
export interface Character {
  /** Offsets in bytes, end exclusive. */
  readonly start: number;
  readonly end: number;
  /** -1 for a byte that isn't part of a well-formed sequence. */
  readonly codePoint: number;
  readonly characterClass: number;
  /** What it gives to a term: its folding, nothing where it is transparent. */
  readonly folded: string;
  /** Length of that in UTF-8. */
  readonly foldedBytes: number;
}

/** Smallest and greatest second byte by first byte, where they aren't 80 and BF (Unicode, table 3-7). */
const SECOND_BYTES: ReadonlyMap<number, readonly [number, number]> = new Map([
  [0xe0, [0xa0, 0xbf]],
  [0xed, [0x80, 0x9f]],
  [0xf0, [0x90, 0xbf]],
  [0xf4, [0x80, 0x8f]],
]);
const known = new Map<number, Pick<Character, "characterClass" | "folded" | "foldedBytes">>();

/** Reads a text's characters; bytes that aren't well-formed UTF-8 are separators, each by itself. */
export function readCharacters(text: Uint8Array): Character[] {
  const characters: Character[] = [];
  for (let at = 0; at < text.length; ) {
    const length = sequenceLength(text, at);
    const end = at + Math.max(1, length);
    const codePoint = length === 0 ? -1 : decodeSequence(text.subarray(at, end));
    characters.push({ start: at, end, codePoint, ...propertiesOf(codePoint) });
    at = end;
  }
  return characters;
}

/** Length of the well-formed sequence that begins here; 0 if none does. */
function sequenceLength(text: Uint8Array, at: number): number {
  const first = text[at] ?? 0;
  if (first < 0x80) return 1;
  const length =
    first >= 0xc2 && first <= 0xdf ? 2 : first >= 0xe0 && first <= 0xef ? 3 : first >= 0xf0 && first <= 0xf4 ? 4 : 0;
  for (let i = 1; i < length; i++) {
    const [low, high] = (i === 1 && SECOND_BYTES.get(first)) || [0x80, 0xbf];
    const byte = text[at + i] ?? 0;
    if (byte < low || byte > high) return 0;
  }
  return length;
}

function decodeSequence(sequence: Uint8Array): number {
  const [first = 0, ...rest] = sequence;
  if (rest.length === 0) return first;
  const firstBits = first & (0x3f >> rest.length);
  return rest.reduce((codePoint, byte) => codePoint * 64 + (byte & 0x3f), firstBits);
}

function propertiesOf(codePoint: number): Pick<Character, "characterClass" | "folded" | "foldedBytes"> {
  if (codePoint < 0) return { characterClass: CharacterClass.separator, folded: "", foldedBytes: 0 };
  const found = known.get(codePoint);
  if (found) return found;
  const characterClass = classOf(codePoint);
  const folded = characterClass === CharacterClass.transparent ? "" : String.fromCodePoint(...foldingOf(codePoint));
  const properties = { characterClass, folded, foldedBytes: encodeText(folded).length };
  known.set(codePoint, properties);
  return properties;
}
