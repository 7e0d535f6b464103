import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { Random } from "../crash/random.js";
import { itemsOf, mutantOf } from "./capsule-mutants.js";
import { parsers, tryParser } from "./parsers.js";

it.each([
  ["capsule", 150],
  ["age", 300],
  ["uri", 5000],
  ["query", 150],
  ["json", 2000],
  ["command line", 100],
] as const)("the parser of %s accepts or refuses any input, in bounded time and memory", async (name, inputs) => {
  const parser = (parsers[name] as () => ReturnType<(typeof parsers)[string]>)();
  const { tried, accepted } = await tryParser(parser, 1, (count) => count === inputs);
  expect(tried).toBe(inputs);
  // Neither all right nor all wrong: otherwise little is tried.
  expect(accepted).toBeGreaterThan(0);
  if (name !== "query") expect(accepted).toBeLessThan(inputs);
});

it("mutants get past the hashes: most parse as items, with a changed root", () => {
  const file = new Uint8Array(readFileSync(new URL("./corpus/tail.mv2", import.meta.url)));
  const items = itemsOf(file);
  let whole = 0;
  for (let seed = 0; seed < 50; seed++) {
    try {
      if (itemsOf(mutantOf(file, items, new Random(seed))).length === items.length) whole++;
    } catch {
      // A frame whose decoded length or body the oracle refuses.
    }
  }
  expect(whole).toBeGreaterThan(20);
});
