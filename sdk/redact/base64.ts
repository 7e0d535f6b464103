/** Runs of base64 or hexadecimal digits that hold text: RFC 4648 sections 4, 5 and 8, on one line or wrapped as MIME and PEM wrap it. */

import { type AsciiText, fromCodes, hexValue, OTHER } from "./ascii.js";

/** A run, and the texts that it may hold. */
export interface Base64Run {
  readonly start: number;
  readonly end: number;
  readonly texts: readonly AsciiText[];
}

/** Sixteen characters hold twelve bytes: no secret worth the name is shorter. */
const MIN_RUN = 16;
/** A line that goes on with a run has as many. */
const MIN_LINE = 4;
const MAX_INDENT = 16;
/** Characters from the middle of a run that show whether it is text. */
const PROBE_CHARACTERS = 64;

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const NONE = 255;
const VALUES = new Uint8Array(128).fill(NONE);
for (let i = 0; i < 64; i++) VALUES[ALPHABET.charCodeAt(i)] = i;
VALUES["-".charCodeAt(0)] = 62;
VALUES["_".charCodeAt(0)] = 63;

const [LINE_FEED, RETURN, TAB, SPACE, PADDING] = [0x0a, 0x0d, 0x09, 0x20, 0x3d];
const isDigitAt = (codes: Uint8Array, at: number) => at < codes.length && VALUES[codes[at] as number] !== NONE;

/** The runs of a text that decode to text. */
export function textRuns({ codes }: AsciiText): Base64Run[] {
  const runs: Base64Run[] = [];
  // A run that is long enough covers one of any MIN_RUN characters that follow each other: the others needn't be looked at.
  for (let at = MIN_RUN - 1; at < codes.length; at += MIN_RUN) {
    if (!isDigitAt(codes, at)) continue;
    let start = at;
    while (start > 0 && isDigitAt(codes, start - 1)) start--;
    at = endOfDigits(codes, at);
    if (at - start < MIN_RUN) continue;
    at = endOfLines(codes, at);
    const texts = textsOf(codes, start, at);
    if (texts.length === 0) continue;
    const isPadding = (place: number) => codes[place] === PADDING;
    const end = isPadding(at) ? at + (isPadding(at + 1) ? 2 : 1) : at;
    runs.push({ start, end, texts });
  }
  return runs;
}

function endOfDigits(codes: Uint8Array, from: number): number {
  let end = from;
  while (isDigitAt(codes, end)) end++;
  return end;
}

/** Where the lines end that go on with a run. */
function endOfLines(codes: Uint8Array, from: number): number {
  for (let end = from; ; ) {
    let at = codes[end] === RETURN ? end + 1 : end;
    if (codes[at] !== LINE_FEED) return end;
    const line = ++at;
    while (at < line + MAX_INDENT && (codes[at] === SPACE || codes[at] === TAB)) at++;
    const next = endOfDigits(codes, at);
    if (next - at < MIN_LINE) return end;
    end = next;
  }
}

/** A run may begin with something else, a part of a path for instance: each of the four alignments is tried. */
function textsOf(codes: Uint8Array, start: number, end: number): AsciiText[] {
  const digits = digitsOf(codes, start, end);
  const texts: AsciiText[] = [];
  for (let shift = 0; shift < 4; shift++) {
    const middle = shift + 4 * Math.floor((digits.length - shift) / 8);
    const from = Math.max(shift, middle - PROBE_CHARACTERS / 2);
    const to = Math.min(digits.length, from + PROBE_CHARACTERS);
    if (isText(decodeDigits(digits, from, to)))
      texts.push(fromCodes(asAscii(decodeDigits(digits, shift, digits.length))));
  }
  const bytes = hexBytes(codes, start, end);
  if (bytes !== null && isText(bytes)) texts.push(fromCodes(asAscii(bytes)));
  return texts;
}

/** The values of a run's digits, white space left out. */
function digitsOf(codes: Uint8Array, start: number, end: number): Uint8Array {
  const digits = new Uint8Array(end - start);
  let length = 0;
  for (let i = start; i < end; i++) {
    const value = VALUES[codes[i] as number] as number;
    if (value !== NONE) digits[length++] = value;
  }
  return digits.subarray(0, length);
}

function decodeDigits(digits: Uint8Array, from: number, to: number): Uint8Array {
  const bytes = new Uint8Array(Math.floor(((to - from) * 6) / 8));
  let bits = 0;
  let held = 0;
  let length = 0;
  for (let i = from; i < to; i++) {
    bits = ((bits << 6) | (digits[i] as number)) & 0xffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes[length++] = (bits >> held) & 255;
  }
  return bytes;
}

/** The bytes of a run that is nothing but pairs of hexadecimal digits; else null. */
function hexBytes(codes: Uint8Array, start: number, end: number): Uint8Array | null {
  if (end - start < 2 * MIN_RUN || (end - start) % 2 === 1) return null;
  const bytes = new Uint8Array((end - start) / 2);
  for (let i = start; i < end; i += 2) {
    const [high, low] = [hexValue(codes[i] as number), hexValue(codes[i + 1] as number)];
    if (high < 0 || low < 0) return null;
    bytes[(i - start) / 2] = high * 16 + low;
  }
  return bytes;
}

/** What isn't ASCII is no letter to any rule, whatever its encoding; the zeros of UTF-16 are left out. */
function asAscii(bytes: Uint8Array): Uint8Array {
  let length = 0;
  const codes = new Uint8Array(bytes.length);
  for (const byte of bytes) if (byte !== 0) codes[length++] = byte < 0x80 ? byte : OTHER;
  return codes.subarray(0, length);
}

/**
 * Printable ASCII with white space, but for an eighth at most: other scripts, and a torn character at either end. As UTF-16, in which each
 * other byte is zero, too.
 */
function isText(bytes: Uint8Array): boolean {
  let others = 0;
  let zeros = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    // Zeros next to each other are no text.
    if (byte === 0 && bytes[i + 1] !== 0) zeros++;
    else if (byte < 32 && byte !== 9 && byte !== 10 && byte !== 13) return false;
    else if (byte > 126) others++;
  }
  const isWide = zeros * 2 >= bytes.length - 2;
  return (zeros === 0 || isWide) && others * 8 <= bytes.length;
}
