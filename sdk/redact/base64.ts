/** Runs of base64 that hold text: RFC 4648 sections 4 and 5, on one line or wrapped as MIME and PEM wrap it. */

/** A run, and the texts that it may hold. */
export interface Base64Run {
  readonly start: number;
  readonly end: number;
  readonly texts: readonly string[];
}

/** Sixteen characters hold twelve bytes: no secret worth the name is shorter. */
const RUN = /[A-Za-z0-9+/_-]{16,}(?:\r?\n[ \t]{0,16}[A-Za-z0-9+/_-]{4,})*={0,2}/g;
/** Characters from the middle of a run that show whether it is text. */
const PROBE_CHARACTERS = 64;

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const VALUES = new Uint8Array(128).fill(255);
for (let i = 0; i < 64; i++) VALUES[ALPHABET.charCodeAt(i)] = i;
VALUES["-".charCodeAt(0)] = 62;
VALUES["_".charCodeAt(0)] = 63;

/** The runs of a text that decode to text. */
export function textRuns(text: string): Base64Run[] {
  const runs: Base64Run[] = [];
  for (const match of text.matchAll(RUN)) {
    const texts = textsOf(match[0]);
    if (texts.length > 0) runs.push({ start: match.index, end: match.index + match[0].length, texts });
  }
  return runs;
}

/** A run may begin with something else, a part of a path for instance: each of the four alignments is tried. */
function textsOf(run: string): string[] {
  const digits = run.replace(/[\s=]/g, "");
  const texts: string[] = [];
  for (let shift = 0; shift < 4; shift++) {
    const middle = shift + 4 * Math.floor((digits.length - shift) / 8);
    const from = Math.max(shift, middle - PROBE_CHARACTERS / 2);
    if (isText(decodeDigits(digits.slice(from, from + PROBE_CHARACTERS))))
      texts.push(decodeDigits(digits.slice(shift)));
  }
  return texts;
}

/** Latin-1: what isn't ASCII is no letter to any rule, whatever its encoding. */
function decodeDigits(digits: string): string {
  const codes: number[] = [];
  const pieces: string[] = [];
  let bits = 0;
  let held = 0;
  for (let i = 0; i < digits.length; i++) {
    bits = ((bits << 6) | (VALUES[digits.charCodeAt(i)] as number)) & 0xffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    const byte = (bits >> held) & 255;
    codes.push(byte < 0x80 ? byte : 0xfffd);
    if (codes.length === 8192) pieces.push(String.fromCharCode(...codes.splice(0)));
  }
  return pieces.join("") + String.fromCharCode(...codes);
}

/** Printable ASCII with white space, but for an eighth at most: other scripts, and a torn character at either end. */
function isText(text: string): boolean {
  let others = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 32 && code !== 9 && code !== 10 && code !== 13) return false;
    if (code > 126) others++;
  }
  return others * 8 <= text.length;
}
