import { STEP_2, STEP_3, STEP_4, type SuffixRule } from "./stemmer-suffixes.js";

const REPLACED: ReadonlyMap<string, string> = new Map([
  ["skies", "sky"],
  ["skis", "ski"],
  ["idly", "idl"],
  ["gently", "gentl"],
  ["ugly", "ugli"],
  ["early", "earli"],
  ["only", "onli"],
  ["singly", "singl"],
]);
const KEPT = ["sky", "news", "howe", "atlas", "cosmos", "bias", "andes"];
const LONG_BEGINNINGS = ["arsen", "commun", "emerg", "gener", "inter", "later", "organ", "past", "univers"];
const DOUBLES = ["bb", "dd", "ff", "gg", "mm", "nn", "pp", "rr", "tt"];
const EED_EXCEPTIONS = ["succ", "proc", "exc"];
const ING_EXCEPTIONS = ["inn", "out", "cann", "herr", "earr", "even"];

/** A word between two steps; the regions are set once, as lengths of what lies before them. */
interface Word {
  readonly text: string;
  readonly r1: number;
  readonly r2: number;
}

/** The stem of a word of letters a to z: Snowball's English stemmer ("Porter2"), text-analysis.md, part 7. */
export function stem(word: string): string {
  const exception = REPLACED.get(word);
  if (exception !== undefined) return exception;
  if (KEPT.includes(word) || word.length < 3) return word;
  const marked = markConsonantY(word);
  const r1 = beginOfR1(marked);
  let state: Word = { text: marked, r1, r2: regionBehind(marked, r1) };
  for (const step of [step1a, step1b, step1c, step2, step3, step4, step5]) state = { ...state, text: step(state) };
  return state.text.replaceAll("Y", "y");
}

const isVowel = (letter: string | undefined) => letter !== undefined && "aeiouy".includes(letter);
const holdsVowel = (text: string) => /[aeiouy]/.test(text);

/** A y that begins the word or follows a vowel becomes Y, from left to right. */
function markConsonantY(word: string): string {
  let marked = "";
  for (const letter of word) marked += letter === "y" && (marked === "" || isVowel(marked.at(-1))) ? "Y" : letter;
  return marked;
}

function beginOfR1(word: string): number {
  const beginning = LONG_BEGINNINGS.find((candidate) => word.startsWith(candidate));
  return beginning ? beginning.length : regionBehind(word, 0);
}

/** Where the region begins behind the first non-vowel that follows a vowel, from `start` on. */
function regionBehind(word: string, start: number): number {
  for (let i = start + 1; i < word.length; i++) if (isVowel(word[i - 1]) && !isVowel(word[i])) return i + 1;
  return word.length;
}

function endsInShortSyllable(text: string): boolean {
  return /[^aeiouy][aeiouy][^aeiouywxY]$/.test(text) || /^[aeiouy][^aeiouy]$/.test(text) || text.endsWith("past");
}

/** The longest of the suffixes that the text ends with. */
function longestSuffix(text: string, suffixes: readonly string[]): string | undefined {
  return suffixes.filter((suffix) => text.endsWith(suffix)).sort((a, b) => b.length - a.length)[0];
}

function without(text: string, suffix: string): string {
  return text.slice(0, text.length - suffix.length);
}

function step1a({ text }: Word): string {
  const suffix = longestSuffix(text, ["sses", "ied", "ies", "us", "ss", "s"]);
  if (suffix === "sses") return without(text, "es");
  if (suffix === "ied" || suffix === "ies") return without(text, suffix) + (text.length - 3 >= 2 ? "i" : "ie");
  if (suffix === "s" && holdsVowel(text.slice(0, -2))) return without(text, "s");
  return text;
}

function step1b({ text, r1 }: Word): string {
  const suffix = longestSuffix(text, ["eed", "eedly", "ed", "edly", "ing", "ingly"]);
  if (!suffix) return text;
  const before = without(text, suffix);
  if (suffix.startsWith("eed")) return before.length >= r1 && !EED_EXCEPTIONS.includes(before) ? `${before}ee` : text;
  if (suffix === "ing" && /^[^aeiouy]y$/.test(before)) return `${before.slice(0, 1)}ie`;
  if (suffix === "ing" && ING_EXCEPTIONS.includes(before)) return text;
  return holdsVowel(before) ? mendEnd(before, r1) : text;
}

/** What follows a deletion in step 1b. */
function mendEnd(text: string, r1: number): string {
  if (/(at|bl|iz)$/.test(text)) return `${text}e`;
  if (DOUBLES.includes(text.slice(-2))) return /^[aeo]..$/.test(text) ? text : text.slice(0, -1);
  return r1 === text.length && endsInShortSyllable(text) ? `${text}e` : text;
}

function step1c({ text }: Word): string {
  return /.[^aeiouy][yY]$/.test(text) ? `${text.slice(0, -1)}i` : text;
}

/** Replaces the longest suffix of a list, if it is in the region and its own condition holds. */
function replaceSuffix(text: string, rules: readonly SuffixRule[], region: number, r2: number): string {
  const suffix = longestSuffix(
    text,
    rules.map((rule) => rule.suffix),
  );
  const rule = rules.find((candidate) => candidate.suffix === suffix);
  if (!rule) return text;
  const before = without(text, rule.suffix);
  const holds = before.length >= region && (rule.behind?.test(before) ?? true) && (!rule.inR2 || before.length >= r2);
  return holds ? before + rule.replacement : text;
}

const step2 = ({ text, r1, r2 }: Word) => replaceSuffix(text, STEP_2, r1, r2);
const step3 = ({ text, r1, r2 }: Word) => replaceSuffix(text, STEP_3, r1, r2);
const step4 = ({ text, r2 }: Word) => replaceSuffix(text, STEP_4, r2, r2);

function step5({ text, r1, r2 }: Word): string {
  const before = text.slice(0, -1);
  const isInR1 = before.length >= r1;
  const isInR2 = before.length >= r2;
  if (text.endsWith("e") && (isInR2 || (isInR1 && !endsInShortSyllable(before)))) return before;
  return text.endsWith("ll") && isInR2 ? before : text;
}
