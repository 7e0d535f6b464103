/** Where numbers that mean something begin: what is seen of them at their first run of digits, before any expression is tried. */

import { hexValue, isDigit, isUpper, isWord } from "./ascii.js";

const [SPACE, HYPHEN, DOT, PLUS, OPEN, CLOSE, COLON, AT] = [0x20, 0x2d, 0x2e, 0x2b, 0x28, 0x29, 0x3a, 0x40];
const [ZERO, ONE, TWO] = [0x30, 0x31, 0x32];

/** Longer runs of digits are none of a number that a rule knows. */
const MAX_RUN = 64;
/** Numbers of fewer digits in a row have other signs among them. */
const MIN_BARE = 9;
/** What a number that means something goes on with. */
const GOES_ON = new Uint8Array(128);
for (const sign of " -./():ABCDEFGHIJKLMNOPQRSTUVWXYZ") GOES_ON[sign.charCodeAt(0)] = 1;

const isTail = (code: number) => isWord(code) && !isUpper(code) && !isDigit(code);

/** How many digits stand in a row at `at`; 0 where none of the rules for numbers can match. */
export function numberLength(codes: Uint8Array, at: number): number {
  if (isTail(codes[at - 1] ?? 0)) return 0;
  let length = 1;
  while (length < MAX_RUN && isDigit(codes[at + length] ?? 0)) length++;
  const next = codes[at + length] ?? 0;
  return isTail(next) || (length < MIN_BARE && GOES_ON[next] === 0) ? 0 : length;
}

/** Where so many capital letters directly before `at` begin, or -1. */
export function lettersBefore(codes: Uint8Array, at: number, count: number): number {
  for (let i = 1; i <= count; i++) if (!isUpper(codes[at - i] ?? 0)) return -1;
  return at - count;
}

const isSign = (code: number | undefined) => code === SPACE || code === HYPHEN || code === DOT;

/** Groups of four, or all in one. */
export function cardNumber(codes: Uint8Array, at: number, length: number): number {
  const next = codes[at + length];
  return (length >= 12 && length <= 19) || (length === 4 && (next === SPACE || next === HYPHEN)) ? at : -1;
}

/** `(212) 555-0123`, `212-555-0123`. */
export function americanPhone(codes: Uint8Array, at: number, length: number): number {
  if (length !== 3 || (codes[at] as number) < TWO) return -1;
  const next = codes[at + 3];
  if (next === CLOSE) return codes[at - 1] === OPEN ? at - 1 : -1;
  return isSign(next) ? at : -1;
}

/** A plus, then no zero. */
export function internationalPhone(codes: Uint8Array, at: number): number {
  return codes[at - 1] === PLUS && codes[at] !== ZERO ? at - 1 : -1;
}

/** A zero first, perhaps in brackets. */
export function nationalNumber(codes: Uint8Array, at: number): number {
  if (codes[at] !== ZERO) return -1;
  return codes[at - 1] === OPEN ? at - 1 : at;
}

/** The beginning of the line in which a port stands between colons, behind a name. */
export function passwordLine(codes: Uint8Array, at: number, length: number): number {
  if (codes[at - 1] !== COLON || codes[at + length] !== COLON || length < 4 || length > 5) return -1;
  const start = skipBack(codes, at - 1, MAX_HOST, (code) => isWord(code) || code === HYPHEN || code === DOT);
  return start < at - 1 ? start : -1;
}

export function ipv4(codes: Uint8Array, at: number, length: number): number {
  return length <= 3 && codes[at + length] === DOT && isDigit(codes[at + length + 1] ?? 0) ? at : -1;
}

/** The first group before a colon that another one follows, at most four hexadecimal digits away. */
export function ipv6(codes: Uint8Array, at: number): number {
  let end = at + 1;
  while (end <= at + 4 && hexValue(codes[end] ?? 0) >= 0) end++;
  if (codes[end] !== COLON) return -1;
  let start = at;
  while (start > at - 4 && hexValue(codes[start - 1] ?? 0) >= 0) start--;
  const before = codes[start - 1] ?? 0;
  return isWord(before) || before === COLON || before === DOT ? -1 : start;
}

export function usSocialSecurity(codes: Uint8Array, at: number, length: number): number {
  return length === 3 && codes[at + 3] === HYPHEN ? at : -1;
}

export function brazilianCpf(codes: Uint8Array, at: number, length: number): number {
  return length === 3 && codes[at + 3] === DOT ? at : -1;
}

/** Two letters and a space or none before an even number of digits. */
export function britishInsurance(codes: Uint8Array, at: number, length: number): number {
  if (length > 6 || length % 2 === 1) return -1;
  return lettersBefore(codes, codes[at - 1] === SPACE ? at - 1 : at, 2);
}

/** One or two first: a man's or a woman's. */
export function frenchInsurance(codes: Uint8Array, at: number, length: number): number {
  const first = codes[at];
  return (first === ONE || first === TWO) && (length >= 3 || codes[at + length] === SPACE) ? at : -1;
}

export function spanishDni(codes: Uint8Array, at: number, length: number): number {
  const next = codes[at + length] ?? 0;
  return length === 8 && (next === HYPHEN || isUpper(next)) ? at : -1;
}

export function spanishNie(codes: Uint8Array, at: number, length: number): number {
  return length === 7 ? lettersBefore(codes, codes[at - 1] === HYPHEN ? at - 1 : at, 1) : -1;
}

export function italianCode(codes: Uint8Array, at: number, length: number): number {
  return length === 2 ? lettersBefore(codes, at, 6) : -1;
}

/** Behind two letters, the check digits. */
export function iban(codes: Uint8Array, at: number, length: number): number {
  return length >= 2 ? lettersBefore(codes, at, 2) : -1;
}

const LOCAL_PART_SIGNS = new Set([..."_.+%'\x7f-"].map((sign) => sign.charCodeAt(0)));
const APOSTROPHE = 0x27;
const MAX_LOCAL_PART = 64;
const MAX_HOST = 253;
const isLocalPart = (code: number) => isWord(code) || LOCAL_PART_SIGNS.has(code);

/** Where the part of an address before its `@` begins: the leftmost place that nothing of it stands before. */
export function localPart(codes: Uint8Array, at: number, from: number): number {
  if (!isDomain(codes[at + 1] ?? 0)) return -1;
  const least = Math.max(from, at - MAX_LOCAL_PART);
  let start = -1;
  for (let i = at - 1; i >= least && isLocalPart(codes[i] as number); i--) {
    const before = i === 0 ? AT : (codes[i - 1] as number);
    if (before === APOSTROPHE || !isLocalPart(before)) start = i;
  }
  return start;
}

const isDomain = (code: number) => isWord(code) || code === HYPHEN || code === 0x7f;

const [LETTER_A, LETTER_T] = [0x61, 0x74];
const isAround = (code: number) => code === SPACE || code === OPEN || code === CLOSE || code === 0x5b || code === 0x5d;

function skipBack(codes: Uint8Array, from: number, limit: number, isSkipped: (code: number) => boolean): number {
  let at = from;
  while (at > 0 && from - at < limit && isSkipped(codes[at - 1] as number)) at--;
  return at;
}

/** Where an address begins that is spelled `name at domain dot org`, with its `dot` at `at`. */
export function spelledAddress(codes: Uint8Array, at: number): number {
  const domainEnd = skipBack(codes, at, 2, isAround);
  const domainAt = skipBack(codes, domainEnd, MAX_LOCAL_PART, isDomain);
  const signEnd = skipBack(codes, domainAt, 2, isAround);
  if (domainEnd === at || domainAt === domainEnd || signEnd === domainAt) return -1;
  if (((codes[signEnd - 1] ?? 0) | 0x20) !== LETTER_T || ((codes[signEnd - 2] ?? 0) | 0x20) !== LETTER_A) return -1;
  const nameEnd = skipBack(codes, signEnd - 2, 2, isAround);
  const start = skipBack(codes, nameEnd, MAX_LOCAL_PART, (code) => isWord(code) || code === HYPHEN || code === DOT);
  return nameEnd === signEnd - 2 || start === nameEnd ? -1 : start;
}
