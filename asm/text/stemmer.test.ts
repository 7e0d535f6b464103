import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ENGLISH, TokenizerHost } from "../testing/tokenizer-host.js";
import { generate, rulesFile } from "./generate-stemmer.mjs";

const vectors = readFileSync(new URL("stemmer.vectors.txt", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => line.split(" ") as [word: string, stem: string]);

test("stemmer-rules.ts is what generate-stemmer.mjs writes", () => {
  expect(readFileSync(rulesFile, "utf8")).toBe(generate());
});

test("stem() gives Snowball's stems, and never writes behind the word", async () => {
  const { core } = await TokenizerHost.create();
  const address = core.takeChunk(14) + 64;
  expect(vectors.length).toBeGreaterThan(4000);
  const wrong = vectors.filter(([word, stem]) => {
    const memory = Buffer.from(core.memory.buffer, address, 64);
    memory.fill(0xee);
    memory.write(word);
    const length = core.stem(address, word.length);
    return memory.toString("latin1", 0, length) !== stem || memory[word.length] !== 0xee || memory[63] !== 0xee;
  });
  expect(wrong).toEqual([]);
});

test("the tokenizer stems the same words twice, first without and then with what its cache holds", async () => {
  const host = await TokenizerHost.create();
  const text = new TextEncoder().encode(vectors.map(([word]) => word.toUpperCase()).join("\n"));
  const expected = vectors.map(([, stem]) => stem);
  for (const pass of [1, 2])
    expect({ pass, terms: host.tokenize(text, ENGLISH).map((token) => token.term) }).toEqual({ pass, terms: expected });
});

test("the tokenizer stems words without ASCII letters alone not at all", async () => {
  const host = await TokenizerHost.create();
  const terms = host.tokenize(new TextEncoder().encode("hopping2 naïvely étés walks_tests ıng øres"), ENGLISH);
  expect(terms.map((token) => token.term)).toEqual([
    "hopping2",
    "naiv",
    "ete",
    "walks_tests",
    "walk",
    "test",
    "ıng",
    "øres",
  ]);
});
