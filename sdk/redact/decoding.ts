/** Texts within texts: JSON escapes, percent-encoding and character references undone, with the way back to where each character stood. */

/** A decoded text. Character `i` of it stood from `starts[i]` to `starts[i + 1]`. */
export interface Decoded {
  readonly text: string;
  readonly starts: Uint32Array;
}

/** What a decoder writes for a byte or character that no rule looks at. */
const OTHER = 0xfffd;

type ReadEscape = (text: string, at: number) => { readonly code: number; readonly length: number } | null;

const JSON_LETTERS: Readonly<Record<string, number>> = {
  n: 10,
  r: 13,
  t: 9,
  b: 8,
  f: 12,
  '"': 34,
  "'": 39,
  "\\": 92,
  "/": 47,
};

function hexValue(text: string, from: number, digits: number): number {
  const hex = text.slice(from, from + digits);
  return hex.length === digits && /^[0-9a-f]+$/i.test(hex) ? Number.parseInt(hex, 16) : -1;
}

/** RFC 8259, section 7, and the `\'` and `\x` of other languages. */
const readJsonEscape: ReadEscape = (text, at) => {
  const letter = text[at + 1] ?? "";
  if (letter === "u" || letter === "x") {
    const digits = letter === "u" ? 4 : 2;
    const code = hexValue(text, at + 2, digits);
    return code < 0 ? null : { code, length: 2 + digits };
  }
  const code = JSON_LETTERS[letter];
  return code === undefined ? null : { code, length: 2 };
};

/** RFC 3986, section 2.1. Bytes beyond ASCII are parts of characters that no rule looks at. */
const readPercent: ReadEscape = (text, at) => {
  const code = hexValue(text, at + 1, 2);
  return code < 0 ? null : { code: code < 0x80 ? code : OTHER, length: 3 };
};

/** Characters of HTML and XML by their number. */
const readCharacterReference: ReadEscape = (text, at) => {
  const reference = /^&#(?:x([0-9a-f]{1,6})|(\d{1,7}));/i.exec(text.slice(at, at + 12));
  if (reference === null) return null;
  const code = reference[1] === undefined ? Number(reference[2]) : Number.parseInt(reference[1], 16);
  return { code: code < 0x80 ? code : OTHER, length: reference[0].length };
};

function decode(text: string, mark: string, readEscape: ReadEscape): Decoded | null {
  let at = text.indexOf(mark);
  if (at < 0) return null;
  const pieces: string[] = [];
  const starts = new Uint32Array(text.length + 1);
  let from = 0;
  let length = 0;
  const keepUntil = (end: number) => {
    for (let i = from; i < end; i++) starts[length++] = i;
    pieces.push(text.slice(from, end));
  };
  for (; at >= 0; at = text.indexOf(mark, at)) {
    const undone = readEscape(text, at);
    if (undone === null) {
      at++;
      continue;
    }
    keepUntil(at);
    starts[length++] = at;
    pieces.push(String.fromCharCode(undone.code));
    from = at += undone.length;
  }
  if (pieces.length === 0) return null;
  keepUntil(text.length);
  starts[length] = text.length;
  return { text: pieces.join(""), starts: starts.subarray(0, length + 1) };
}

/** The text with its JSON escapes undone; null if it has none. */
export const decodeJsonEscapes = (text: string) => decode(text, "\\", readJsonEscape);

/** The text with its percent-encoding undone; null if it has none. */
export const decodePercent = (text: string) => decode(text, "%", readPercent);

/** The text with its numeric character references undone; null if it has none. */
export const decodeCharacterReferences = (text: string) => decode(text, "&#", readCharacterReference);
