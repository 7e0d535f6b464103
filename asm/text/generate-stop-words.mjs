/**
 * Writes `stop-word-table.ts`: the stop words of the analyzer `english`, eight bytes each. They are terms, that is to
 * say folded and stemmed. Run `node asm/text/generate-stop-words.mjs` after a change; a test compares the result.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Articles, pronouns, auxiliaries, the commonest prepositions, conjunctions and adverbs, and what is left of "isn't" and its like. */
export const stopWords = `
  a an the this that these those each either both ani some such
  i my me we our you your he him his she her it they them their who whom whose which what
  am is are was were be been do doe did done have has had will would shall should can could may might must
  of in on at by for from to with as into about upon
  and or but nor if than then so becaus
  when where whi how here there also too just veri
  aren couldn didn doesn hadn hasn isn shouldn wasn weren wouldn
`
  .trim()
  .split(/\s+/)
  .sort();

/** A word of at most eight letters as the number that its bytes, followed by zeros, make in memory. */
function packed(word) {
  let value = 0n;
  for (let i = 0; i < word.length; i++) value |= BigInt(word.charCodeAt(i)) << BigInt(8 * i);
  return `0x${value.toString(16)}`;
}

/** The text of `stop-word-table.ts`. */
export function generate() {
  return [
    "// Written by generate-stop-words.mjs; do not edit.\n",
    `/** Number of stop words. */\nexport const stopWordCount: i32 = ${stopWords.length};\n`,
    "/** The stop words, zero-padded to eight bytes. */",
    "export const stopWordTable: usize = memory.data<u64>([",
    ...stopWords.map((word) => `  ${packed(word)}, // ${word}`),
    "]);\n",
  ].join("\n");
}

/** Where the table is checked in. */
export const stopWordFile = fileURLToPath(new URL("stop-word-table.ts", import.meta.url));

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = generate();
  if (text !== readFileSync(stopWordFile, { encoding: "utf8", flag: "a+" })) writeFileSync(stopWordFile, text);
}
