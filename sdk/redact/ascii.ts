/**
 * Texts as rules see them. Every character beyond ASCII is DEL: it is no letter, no digit and no space to any expression, so that no result
 * depends on a host's Unicode tables, and a text's codes are bytes.
 */

/** A text of ASCII alone; `codes[i]` is its character `i`. */
export interface AsciiText {
  readonly text: string;
  readonly codes: Uint8Array;
}

/** What stands for a character that no rule looks at. */
export const OTHER = 0x7f;
/** Shorter texts are copied by hand: a call of the encoder takes longer. */
const SHORT_UNITS = 48;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The text with each of its UTF-16 units as one ASCII character. */
export function toAscii(original: string): AsciiText {
  const codes = new Uint8Array(original.length);
  if (original.length > SHORT_UNITS) {
    const { read, written } = encoder.encodeInto(original, codes);
    if (read === original.length && written === original.length) return { text: original, codes };
  }
  let isAscii = true;
  for (let i = 0; i < original.length; i++) {
    const code = original.charCodeAt(i);
    if (code >= 0x80) isAscii = false;
    codes[i] = code < 0x80 ? code : OTHER;
  }
  return { text: isAscii ? original : decoder.decode(codes), codes };
}

/** The text of codes below 0x80. */
export function fromCodes(codes: Uint8Array): AsciiText {
  return { text: decoder.decode(codes), codes };
}

export const isDigit = (code: number) => code >= 0x30 && code <= 0x39;
export const isUpper = (code: number) => code >= 0x41 && code <= 0x5a;
export const isLetter = (code: number) => isUpper(code & ~0x20);
/** White space of ASCII. */
export const isSpace = (code: number) => code === 0x20 || (code >= 9 && code <= 13);
/** `\w` of expressions. */
export const isWord = (code: number) => isLetter(code) || isDigit(code) || code === 0x5f;
/** The value of a hexadecimal digit, or -1. */
export function hexValue(code: number): number {
  if (isDigit(code)) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
