import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ENGLISH, TokenizerHost } from "../testing/tokenizer-host.js";
import { generate, stopWordFile, stopWords } from "./generate-stop-words.mjs";

test("stop-word-table.ts is what generate-stop-words.mjs writes", () => {
  expect(readFileSync(stopWordFile, "utf8")).toBe(generate());
});

test("stop words are terms that isStopWord() knows, and other terms are not", async () => {
  const { core } = await TokenizerHost.create();
  const address = core.takeChunk(14);
  const isStopWord = (term: string) => {
    const memory = Buffer.from(core.memory.buffer, address, 32);
    memory.fill(0);
    memory.write(term);
    return Boolean(core.isStopWord(address, term.length));
  };
  expect(stopWords.length).toBe(new Set(stopWords).size);
  expect(stopWords.length).toBeGreaterThan(90);
  expect(stopWords.filter((word) => word.length > 7 || !isStopWord(word))).toEqual([]);
  expect(["th", "them2", "thee", "x", "wouldnt", "shouldnt", "becausee", "checkpoint"].filter(isStopWord)).toEqual([]);
});

test("common words become stop words", async () => {
  const host = await TokenizerHost.create();
  const text = "Being because of any very why its having it doesn't and isn’t, DOES do doing";
  const terms = host.tokenize(new TextEncoder().encode(text), ENGLISH).map((token) => token.term);
  expect(terms.filter((term) => !stopWords.includes(term))).toEqual([]);
  expect(terms).toHaveLength(15);
});
