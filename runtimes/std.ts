/**
 * The few helpers for bytes and text that every part needs, in web-standard form: they run alike on Node, Bun, Deno and in a browser.
 * Paths are in `paths.ts`.
 */

const encoder = new TextEncoder();
// ignoreBOM keeps a leading U+FEFF: decoding must lose nothing. The option's name says the opposite of what it does.
const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lossyDecoder = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });

/** The UTF-8 bytes of `text`; a lone surrogate becomes U+FFFD. */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/** The text of UTF-8 bytes, a leading U+FEFF included. Throws `TypeError` on malformed input. */
export function decodeUtf8(bytes: Uint8Array): string {
  return strictDecoder.decode(bytes);
}

/** As {@link decodeUtf8}, with U+FFFD for what is malformed (Unicode's practice of maximal subparts). */
export function decodeUtf8Lossy(bytes: Uint8Array): string {
  return lossyDecoder.decode(bytes);
}

/** The text of UTF-8 bytes, or null if they are not well-formed UTF-8. */
export function tryDecodeUtf8(bytes: Uint8Array): string | null {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return null;
  }
}

/** All parts in one fresh array. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = 0;
  for (const part of parts) length += part.length;
  const joined = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** Whether both hold the same bytes. Not for secrets: it stops at the first difference. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Orders as unsigned bytes, a prefix before what it begins: negative, zero or positive. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/**
 * Orders two strings as {@link compareBytes} orders their UTF-8 bytes, which is by code points. The operator `<`
 * differs: it orders by UTF-16 units, and so puts U+10000 before U+FFFF.
 */
export function compareUtf8(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const unitA = a.charCodeAt(i);
    const unitB = b.charCodeAt(i);
    if (unitA !== unitB) return codePointRank(unitA) - codePointRank(unitB);
  }
  return a.length - b.length;
}

/** Moves surrogates above every other UTF-16 unit, where the code points that they stand for are. */
function codePointRank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

const HEX_DIGITS = "0123456789abcdef";

/** Lowercase hexadecimal, two digits a byte. */
export function encodeHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += HEX_DIGITS.charAt(byte >> 4) + HEX_DIGITS.charAt(byte & 15);
  return text;
}

/** The bytes of hexadecimal digits in either case. Throws `SyntaxError` on anything else. */
export function decodeHex(text: string): Uint8Array<ArrayBuffer> {
  if (!/^(?:[0-9a-fA-F]{2})*$/.test(text)) {
    throw new SyntaxError("Cannot decode hexadecimal text: expected an even number of digits 0-9, a-f, A-F");
  }
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

export interface Base64Options {
  /** `standard`: "+" and "/". `url`: "-" and "_". RFC 4648 sections 4 and 5. Default `standard`. */
  readonly alphabet?: "standard" | "url";
  /** Whether "=" fills the last group. Default true. */
  readonly padding?: boolean;
}

const BASE64_COMMON = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const BASE64_ALPHABETS = { standard: `${BASE64_COMMON}+/`, url: `${BASE64_COMMON}-_` } as const;
const BASE64_DIGITS = {
  standard: encoder.encode(BASE64_ALPHABETS.standard),
  url: encoder.encode(BASE64_ALPHABETS.url),
} as const;
const EQUALS_SIGN = 0x3d;

/** Base64 of RFC 4648, on one line. */
export function encodeBase64(bytes: Uint8Array, options: Base64Options = {}): string {
  const digits = BASE64_DIGITS[options.alphabet ?? "standard"];
  const padding = options.padding ?? true;
  const rest = bytes.length % 3;
  const whole = bytes.length - rest;
  const out = new Uint8Array((whole / 3) * 4 + (rest === 0 ? 0 : padding ? 4 : rest + 1)).fill(EQUALS_SIGN);
  let end = 0;
  const put = (value: number, count: number): void => {
    for (let i = 0, shift = 18; i < count; i++, shift -= 6) out[end++] = digits[(value >> shift) & 63] as number;
  };
  for (let i = 0; i < whole; i += 3) {
    put(((bytes[i] as number) << 16) | ((bytes[i + 1] as number) << 8) | (bytes[i + 2] as number), 4);
  }
  if (rest > 0) put(((bytes[whole] as number) << 16) | ((bytes[whole + 1] ?? 0) << 8), rest + 1);
  return decodeUtf8(out);
}

/**
 * The bytes of Base64 text. Strict: no white space, padding exactly as `options` says, unused bits zero, so that every
 * byte sequence has one spelling. Throws `SyntaxError`.
 */
export function decodeBase64(text: string, options: Base64Options = {}): Uint8Array<ArrayBuffer> {
  const values = BASE64_VALUES[options.alphabet ?? "standard"];
  const padding = options.padding ?? true;
  const digitCount = padding && text.length % 4 === 0 ? text.replace(/={1,2}$/, "").length : text.length;
  const rest = digitCount % 4;
  if (rest === 1 || (padding && text.length % 4 !== 0)) throw base64Error(text.length, "the length is impossible");
  const out = new Uint8Array(Math.floor((digitCount * 3) / 4));
  let buffered = 0;
  let bits = 0;
  let end = 0;
  for (let i = 0; i < digitCount; i++) {
    const value = values[text.charCodeAt(i)] ?? 255;
    if (value === 255) throw base64Error(i, "not a digit of the alphabet");
    buffered = ((buffered << 6) | value) & 0xfff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out[end++] = buffered >> bits;
    }
  }
  if ((buffered & ((1 << bits) - 1)) !== 0) throw base64Error(digitCount - 1, "unused bits are not zero");
  return out;
}

const BASE64_VALUES = {
  standard: base64Values(BASE64_DIGITS.standard),
  url: base64Values(BASE64_DIGITS.url),
} as const;

function base64Values(digits: Uint8Array): Uint8Array {
  const values = new Uint8Array(128).fill(255);
  digits.forEach((digit, value) => {
    values[digit] = value;
  });
  return values;
}

function base64Error(position: number, reason: string): SyntaxError {
  return new SyntaxError(`Cannot decode Base64 text: ${reason}, at character ${position}`);
}

/** `getRandomValues` refuses more in one call (Web Cryptography API, section 10.1.1). */
const RANDOM_BYTES_PER_CALL = 65_536;

/** Cryptographically secure bytes. */
export function secureRandomBytes(count: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(count);
  for (let offset = 0; offset < count; offset += RANDOM_BYTES_PER_CALL) {
    crypto.getRandomValues(bytes.subarray(offset, offset + RANDOM_BYTES_PER_CALL));
  }
  return bytes;
}
