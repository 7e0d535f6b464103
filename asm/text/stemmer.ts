/**
 * The Snowball English stemmer ("Porter2"), as published at https://snowballstem.org/algorithms/english/stemmer.html
 * and revised up to Snowball 3.1, for words of the letters a to z alone. `docs/text-analysis.md` gives all its rules.
 */
import {
  addERules,
  doubleRules,
  eedExceptionRules,
  exceptionRules,
  ingExceptionRules,
  prefixRules,
  step2Rules,
  step3Rules,
  step4Rules,
} from "./stemmer-rules";

const ROW: usize = 24;

/** Conditions of rules (see `generate-stemmer.mjs`). */
const AFTER_LI_ENDING: u32 = 1;
const AFTER_L: u32 = 2;
const IN_R2: u32 = 3;
const AFTER_S_OR_T: u32 = 4;

/** Sets of letters, bit 0 for a. */
const A_E_O: u32 = 0x4011;
const VOWELS: u32 = 0x1104111;
const LI_ENDINGS: u32 = 0xa34dc;
const W_X: u32 = 0xc00000;

const D: u32 = 0x64;
const E: u32 = 0x65;
const G: u32 = 0x67;
const I: u32 = 0x69;
const L: u32 = 0x6c;
const N: u32 = 0x6e;
const S: u32 = 0x73;
const T: u32 = 0x74;
const U: u32 = 0x75;
const Y: u32 = 0x79;
/** A y that counts as a consonant. */
const CONSONANT_Y: u32 = 0x59;

/** The word at hand: its address, its length so far, and where its regions R1 and R2 begin. */
let word: usize = 0;
let length: usize = 0;
let r1: usize = 0;
let r2: usize = 0;

/** Stems in place a word of letters a to z of which 8 bytes before it can be read; returns the stem's length, not above the word's. */
export function stem(address: usize, wordLength: usize): usize {
  word = address;
  length = wordLength;
  if (length < 3 || stemException()) return length;
  const hasConsonantY = markConsonantYs();
  findRegions();
  removePlural();
  removeVerbEnding();
  replaceFinalY();
  const step2 = ruleFor(step2Rules);
  if (step2 != 0 && length - suffixLength(step2) >= r1) apply(step2);
  const step3 = ruleFor(step3Rules);
  if (step3 != 0 && length - suffixLength(step3) >= r1) apply(step3);
  const step4 = ruleFor(step4Rules);
  if (step4 != 0 && length - suffixLength(step4) >= r2) apply(step4);
  removeFinalLetter();
  if (hasConsonantY) restoreYs();
  return length;
}

function letter(index: usize): u32 {
  return <u32>load<u8>(word + index);
}

function isIn(set: u32, byte: u32): bool {
  const bit = byte - 97;
  return bit < 26 && ((set >>> bit) & 1) != 0;
}

function isVowel(index: usize): bool {
  return isIn(VOWELS, letter(index));
}

/** The first row of a list whose letters end the word's first `end` bytes, or 0. */
function ruleAt(rows: usize, end: usize): usize {
  const tail = load<u64>(word + end - 8);
  for (let row = rows; suffixLength(row) != 0; row += ROW) {
    const size = suffixLength(row);
    const before = <u64>(8 - size) * 8;
    if (size <= end && (tail ^ load<u64>(row)) >>> before == 0) return row;
  }
  return 0;
}

function ruleFor(rows: usize): usize {
  return ruleAt(rows, length);
}

function suffixLength(row: usize): usize {
  return <usize>load<u8>(row, 16);
}

/** Replaces the suffix that a rule found, if its condition holds. */
function apply(row: usize): void {
  const start = length - suffixLength(row);
  const condition = <u32>load<u8>(row, 18);
  if (condition == IN_R2) {
    if (start < r2) return;
  } else if (condition != 0) {
    if (start == 0) return;
    const before = letter(start - 1);
    if (condition == AFTER_LI_ENDING && !isIn(LI_ENDINGS, before)) return;
    if (condition == AFTER_L && before != L) return;
    if (condition == AFTER_S_OR_T && before != S && before != T) return;
  }
  const replacement = <usize>load<u8>(row, 17);
  for (let i: usize = 0; i < replacement; i++) store<u8>(word + start + i, load<u8>(row + i, 8));
  length = start + replacement;
}

/** Stems the word if it is one of the listed exceptions. */
function stemException(): bool {
  const row = ruleFor(exceptionRules);
  if (row == 0 || suffixLength(row) != length) return false;
  apply(row);
  return true;
}

/** Marks each y at the beginning or behind a vowel as a consonant; whether there is one. */
function markConsonantYs(): bool {
  let found = false;
  for (let i: usize = 0; i < length; i++) {
    if (letter(i) != Y || (i > 0 && !isVowel(i - 1))) continue;
    store<u8>(word + i, CONSONANT_Y);
    found = true;
  }
  return found;
}

function restoreYs(): void {
  for (let i: usize = 0; i < length; i++) if (letter(i) == CONSONANT_Y) store<u8>(word + i, Y);
}

function findRegions(): void {
  r1 = listedPrefixLength();
  if (r1 == 0) r1 = regionFrom(0);
  r2 = regionFrom(r1);
}

function listedPrefixLength(): usize {
  const head = load<u64>(word);
  for (let row = prefixRules; suffixLength(row) != 0; row += ROW) {
    const size = suffixLength(row);
    const behind = <u64>(8 - size) * 8;
    if (size <= length && (head ^ load<u64>(row)) << behind == 0) return size;
  }
  return 0;
}

/** Behind the first consonant that follows a vowel from `start` on, or the word's end. */
function regionFrom(start: usize): usize {
  let i = start;
  while (i < length && !isVowel(i)) i++;
  while (i < length && isVowel(i)) i++;
  return i < length ? i + 1 : length;
}

function hasVowelBefore(end: usize): bool {
  for (let i: usize = 0; i < end; i++) if (isVowel(i)) return true;
  return false;
}

/** Whether the word's first `end` letters end in a short syllable. */
function endsInShortSyllable(end: usize): bool {
  if (end < 2) return false;
  if (isVowel(end - 2) && !isVowel(end - 1)) {
    if (end == 2) return true;
    const last = letter(end - 1);
    if (!isVowel(end - 3) && last != CONSONANT_Y && !isIn(W_X, last)) return true;
  }
  return end >= 4 && load<u32>(word + end - 4) == 0x74736170; // "past"
}

/** Step 1a. */
function removePlural(): void {
  const last = letter(length - 1);
  const before = letter(length - 2);
  const third = letter(length - 3);
  if (before == E && third == I && (last == S || last == D)) length -= length > 4 ? 2 : 1;
  else if (last != S || before == S || before == U) return;
  else if (before == E && third == S && length > 3 && letter(length - 4) == S) length -= 2;
  else if (hasVowelBefore(length - 2)) length--;
}

/** Step 1b. */
function removeVerbEnding(): void {
  let end = length;
  if (end > 4 && letter(end - 1) == Y && letter(end - 2) == L) end -= 2;
  const isAdverb = end != length;
  if (end >= 3 && letter(end - 3) == E && letter(end - 2) == E && letter(end - 1) == D) {
    if (end - 3 >= r1 && !isWhole(eedExceptionRules, end - 3)) length = end - 1;
  } else if (end >= 2 && letter(end - 2) == E && letter(end - 1) == D) {
    removeVerbSuffix(end - 2);
  } else if (end >= 3 && letter(end - 3) == I && letter(end - 2) == N && letter(end - 1) == G) {
    if (isAdverb || !keepIng(end - 3)) removeVerbSuffix(end - 3);
  }
}

/** Whether the first `end` letters are exactly one of a list. */
function isWhole(rows: usize, end: usize): bool {
  const row = ruleAt(rows, end);
  return row != 0 && suffixLength(row) == end;
}

/** The exceptions of -ing, of which `end` letters precede it. Whether the word is one; "dying" then has become "die". */
function keepIng(end: usize): bool {
  if (end == 2 && letter(1) == Y && !isVowel(0)) {
    store<u8>(word + 1, I);
    store<u8>(word + 2, E);
    length = 3;
    return true;
  }
  return isWhole(ingExceptionRules, end);
}

function removeVerbSuffix(start: usize): void {
  if (!hasVowelBefore(start)) return;
  length = start;
  if (ruleFor(addERules) != 0) {
    append(E);
  } else if (ruleFor(doubleRules) != 0) {
    if (length != 3 || !isIn(A_E_O, letter(0))) length--;
  } else if (length == r1 && endsInShortSyllable(length)) {
    append(E);
  }
}

function append(byte: u32): void {
  store<u8>(word + length, byte);
  length++;
}

/** Step 1c. */
function replaceFinalY(): void {
  const last = letter(length - 1);
  if (length > 2 && (last == Y || last == CONSONANT_Y) && !isVowel(length - 2)) store<u8>(word + length - 1, I);
}

/** Step 5. */
function removeFinalLetter(): void {
  const start = length - 1;
  const last = letter(start);
  if (last == E) {
    if (start >= r2 || (start >= r1 && !endsInShortSyllable(start))) length = start;
  } else if (last == L && start >= r2 && start > 0 && letter(start - 1) == L) {
    length = start;
  }
}
