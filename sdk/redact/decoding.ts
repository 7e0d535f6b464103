/**
 * Texts within texts: JSON escapes, percent-encoding and character references undone, with the way back to where each character stood. Only
 * zones around escapes are decoded: elsewhere, what there is to find was found in the text as it stands.
 */

import { type AsciiText, fromCodes, hexValue, isDigit, isSpace, OTHER } from "./ascii.js";

/** A part of a text, decoded. */
export interface Zone {
  readonly decoded: AsciiText;
  /** Parts that were left as they are: the decoded text's `decodedAt[i]` stood at `originalAt[i]`. */
  readonly decodedAt: readonly number[];
  readonly originalAt: readonly number[];
  /** Whether an edge tears a word. */
  readonly tornLeft: boolean;
  readonly tornRight: boolean;
}

/** Units around an escape that are read with it: more than the widest rule needs to see, but for tokens without end. */
const AROUND_UNITS = 1024;
/** A zone's edges are moved outwards to white space, this far at most. */
const MAX_WORD_UNITS = 16 * 1024;

/** What an escape at a place stands for: its code times 16, and its length; 0 if there is none. */
type ReadEscape = (codes: Uint8Array, at: number) => number;

const undoneEscape = (code: number, length: number) => (code << 4) | length;
const plainCode = (code: number) => (code < 0x80 ? code : OTHER);

const JSON_LETTERS = new Uint8Array(128);
for (const [letter, code] of Object.entries({ n: 10, r: 13, t: 9, b: 8, f: 12, '"': 34, "'": 39, "\\": 92, "/": 47 }))
  JSON_LETTERS[letter.charCodeAt(0)] = code;
const [LETTER_U, LETTER_X, BACKSLASH, PERCENT, AMPERSAND] = [0x75, 0x78, 0x5c, 0x25, 0x26];

function hexDigits(codes: Uint8Array, from: number, digits: number): number {
  let value = 0;
  for (let i = from; i < from + digits; i++) {
    const digit = i < codes.length ? hexValue(codes[i] as number) : -1;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

/** RFC 8259, section 7, and the `\'` and `\x` of other languages. */
const readJsonEscape: ReadEscape = (codes, at) => {
  const letter = codes[at + 1] ?? 0;
  if (letter === LETTER_U || letter === LETTER_X) {
    const digits = letter === LETTER_U ? 4 : 2;
    const code = hexDigits(codes, at + 2, digits);
    return code < 0 ? 0 : undoneEscape(plainCode(code), 2 + digits);
  }
  const code = JSON_LETTERS[letter] as number;
  return code === 0 ? 0 : undoneEscape(code, 2);
};

/** RFC 3986, section 2.1. Bytes beyond ASCII are parts of characters that no rule looks at. */
const readPercent: ReadEscape = (codes, at) => {
  const code = hexDigits(codes, at + 1, 2);
  return code < 0 ? 0 : undoneEscape(plainCode(code), 3);
};

const [NUMBER_SIGN, SEMICOLON] = [0x23, 0x3b];

/** Characters of HTML and XML by their number. */
const readCharacterReference: ReadEscape = (codes, at) => {
  if (codes[at + 1] !== NUMBER_SIGN) return 0;
  const isHex = ((codes[at + 2] ?? 0) | 0x20) === LETTER_X;
  const from = at + (isHex ? 3 : 2);
  let end = from;
  let code = 0;
  for (; end < codes.length && end < from + (isHex ? 6 : 7); end++) {
    const digit = hexValue(codes[end] as number);
    if (digit < 0 || (!isHex && !isDigit(codes[end] as number))) break;
    code = code * (isHex ? 16 : 10) + digit;
  }
  return end === from || codes[end] !== SEMICOLON ? 0 : undoneEscape(plainCode(code), end + 1 - at);
};

/** Where a zone that holds what is at `at` may begin or end, going by `step`. */
function edge(codes: Uint8Array, at: number, step: -1 | 1, limit: number): number {
  let place = at + step * AROUND_UNITS;
  const farthest = place + step * MAX_WORD_UNITS;
  const isInside = () => (step < 0 ? place > limit && place > farthest : place < limit && place < farthest);
  while (isInside() && !isSpace(codes[step < 0 ? place - 1 : place] as number)) place += step;
  return step < 0 ? Math.max(place, limit) : Math.min(place, limit);
}

/** The zones of a text that hold escapes, decoded. */
function* decode({ codes }: AsciiText, mark: number, readEscape: ReadEscape): Iterable<Zone> {
  let zone = new ZoneWriter(codes, 0);
  for (let at = codes.indexOf(mark); at >= 0; ) {
    const undone = readEscape(codes, at);
    const length = undone & 15;
    if (length > 0) {
      if (zone.isEmpty || at > zone.end) {
        if (!zone.isEmpty) yield zone.close();
        zone = new ZoneWriter(codes, edge(codes, at, -1, zone.end));
      }
      zone.write(at, undone >> 4, length);
    }
    at = codes.indexOf(mark, at + Math.max(1, length));
  }
  if (!zone.isEmpty) yield zone.close();
}

class ZoneWriter {
  /** Where the zone ends if no other escape follows. */
  end: number;
  private out = new Uint8Array(0);
  private length = 0;
  private from: number;
  private readonly decodedAt: number[] = [];
  private readonly originalAt: number[] = [];

  constructor(
    private readonly codes: Uint8Array,
    private readonly start: number,
  ) {
    this.from = this.end = start;
  }

  get isEmpty(): boolean {
    return this.decodedAt.length === 0;
  }

  write(at: number, code: number, length: number): void {
    this.keepUntil(at);
    this.out[this.length++] = code;
    this.from = at + length;
    if (this.from + AROUND_UNITS > this.end) this.end = edge(this.codes, this.from, 1, this.codes.length);
  }

  private keepUntil(end: number): void {
    const { codes, from } = this;
    this.decodedAt.push(this.length);
    this.originalAt.push(from);
    // One more for the escape that follows.
    if (this.length + end - from >= this.out.length) this.grow(this.length + end - from + 1);
    for (let i = from; i < end; i++) this.out[this.length++] = codes[i] as number;
  }

  private grow(needed: number): void {
    const grown = new Uint8Array(Math.max(needed, 2 * this.out.length, 4 * AROUND_UNITS));
    grown.set(this.out);
    this.out = grown;
  }

  close(): Zone {
    this.keepUntil(this.end);
    return {
      decoded: fromCodes(this.out.subarray(0, this.length)),
      decodedAt: this.decodedAt,
      originalAt: this.originalAt,
      tornLeft: this.start > 0 && !isSpace(this.codes[this.start - 1] as number),
      tornRight: this.end < this.codes.length && !isSpace(this.codes[this.end] as number),
    };
  }
}

/** Where a character of a zone stood; for the place behind the last one, where the zone ended. */
export function placeOf({ decodedAt, originalAt }: Zone, at: number): number {
  let low = 0;
  let high = decodedAt.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((decodedAt[middle] as number) <= at) low = middle;
    else high = middle - 1;
  }
  return (originalAt[low] as number) + at - (decodedAt[low] as number);
}

/** The zones of a text by each of the three encodings. */
export function* decodedZones(ascii: AsciiText): Iterable<Zone> {
  yield* decode(ascii, BACKSLASH, readJsonEscape);
  yield* decode(ascii, PERCENT, readPercent);
  yield* decode(ascii, AMPERSAND, readCharacterReference);
}
