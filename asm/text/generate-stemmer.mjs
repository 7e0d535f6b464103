/**
 * Writes `stemmer-rules.ts`: the suffix lists of the English stemmer as rows that compare eight bytes at once.
 * Run `node asm/text/generate-stemmer.mjs` after a change; a test compares the result.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** What must hold for a rule besides its region; the same numbers stand in `stemmer.ts`. */
const ALWAYS = 0;
const AFTER_LI_ENDING = 1;
const AFTER_L = 2;
const IN_R2 = 3;
const AFTER_S_OR_T = 4;

const deleted = (...suffixes) => suffixes.map((suffix) => [suffix, "", ALWAYS]);
const replaced = (replacement, ...suffixes) => suffixes.map((suffix) => [suffix, replacement, ALWAYS]);

const lists = {
  exceptionRules: [
    "Whole words with stems of their own.",
    [
      ...replaced("sky", "skies", "sky"),
      ...replaced("ski", "skis"),
      ...replaced("idl", "idly"),
      ...replaced("gentl", "gently"),
      ...replaced("ugli", "ugly"),
      ...replaced("earli", "early"),
      ...replaced("onli", "only"),
      ...replaced("singl", "singly"),
      ...["news", "howe", "atlas", "cosmos", "bias", "andes"].flatMap((word) => replaced(word, word)),
    ],
  ],
  prefixRules: [
    "Beginnings of words whose R1 starts right behind them.",
    deleted("arsen", "commun", "emerg", "gener", "inter", "later", "organ", "past", "univers"),
  ],
  eedExceptionRules: ["What keeps its -eed when it makes up all that precedes it.", deleted("succ", "proc", "exc")],
  ingExceptionRules: [
    "What keeps its -ing when it makes up all that precedes it.",
    deleted("inn", "out", "cann", "herr", "earr", "even"),
  ],
  addERules: ["Endings that get an e when -ed or -ing has gone.", deleted("at", "bl", "iz")],
  doubleRules: [
    "Endings that lose a letter when -ed or -ing has gone.",
    deleted("bb", "dd", "ff", "gg", "mm", "nn", "pp", "rr", "tt"),
  ],
  step2Rules: [
    "Step 2: suffixes replaced in R1.",
    [
      ...replaced("tion", "tional"),
      ...replaced("ence", "enci"),
      ...replaced("ance", "anci"),
      ...replaced("able", "abli"),
      ...replaced("ent", "entli"),
      ...replaced("ize", "izer", "ization"),
      ...replaced("ate", "ational", "ation", "ator"),
      ...replaced("al", "alism", "aliti", "alli"),
      ...replaced("ful", "fulness", "fulli"),
      ...replaced("ous", "ousli", "ousness"),
      ...replaced("ive", "iveness", "iviti"),
      ...replaced("ble", "biliti", "bli"),
      ...replaced("og", "ogist"),
      ["ogi", "og", AFTER_L],
      ...replaced("less", "lessli"),
      ["li", "", AFTER_LI_ENDING],
    ],
  ],
  step3Rules: [
    "Step 3: suffixes replaced in R1.",
    [
      ...replaced("tion", "tional"),
      ...replaced("ate", "ational"),
      ...replaced("al", "alize"),
      ...replaced("ic", "icate", "iciti", "ical"),
      ...deleted("ful", "ness"),
      ["ative", "", IN_R2],
    ],
  ],
  step4Rules: [
    "Step 4: suffixes deleted in R2.",
    [
      ...deleted("al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent"),
      ...deleted("ism", "ate", "iti", "ous", "ive", "ize"),
      ["ion", "", AFTER_S_OR_T],
    ],
  ],
};

/** Up to eight letters as a number whose bytes in memory are those letters, the last one at the highest address. */
function packed(text, atTop) {
  let value = 0n;
  const first = atTop ? 8 - text.length : 0;
  for (let i = 0; i < text.length; i++) value |= BigInt(text.charCodeAt(i)) << BigInt(8 * (first + i));
  return `0x${value.toString(16)}`;
}

function table(name, comment, rules) {
  const longestFirst = [...rules].sort((a, b) => b[0].length - a[0].length);
  const rows = longestFirst.map(([suffix, replacement, condition]) => {
    const lengths = suffix.length | (replacement.length << 8) | (condition << 16);
    const atTop = name !== "prefixRules";
    return `  ${packed(suffix, atTop)}, ${packed(replacement, false)}, ${lengths}, // ${suffix}${replacement && ` → ${replacement}`}`;
  });
  return `/** ${comment} */\nexport const ${name}: usize = memory.data<u64>([\n${rows.join("\n")}\n  0, 0, 0,\n]);\n`;
}

/** The text of `stemmer-rules.ts`. */
export function generate() {
  return [
    "// Written by generate-stemmer.mjs; do not edit.\n",
    "// A row: the letters to find, those to put in their place, and their two lengths and the condition, a byte each.\n// The longest letters come first; a row of zeros ends a list.\n",
    ...Object.entries(lists).map(([name, [comment, rules]]) => table(name, comment, rules)),
  ].join("\n");
}

/** Where the rules are checked in. */
export const rulesFile = fileURLToPath(new URL("stemmer-rules.ts", import.meta.url));

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = generate();
  if (text !== readFileSync(rulesFile, { encoding: "utf8", flag: "a+" })) writeFileSync(rulesFile, text);
}
