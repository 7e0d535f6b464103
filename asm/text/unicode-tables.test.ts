import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { compileForTest } from "../testing/compile.js";
import type { TextAnalysis } from "../testing/tokenizer-host.js";
import { classOf, foldingOf, generate, SEPARATOR, TRANSPARENT, tablesFile } from "./generate-unicode.mjs";

test("unicode-tables.ts is what generate-unicode.mjs writes", () => {
  expect(readFileSync(tablesFile, "utf8")).toBe(generate());
});

test("classOf() and writeFolding() give every code point its class and folding", async () => {
  const core = await compileForTest<TextAnalysis>("asm/testing/text-analysis.ts");
  const address = core.takeChunk(14);
  const wrong: string[] = [];
  for (let c = 0; c <= 0x10ffff; c++) {
    if (c >= 0xd800 && c <= 0xdfff) continue;
    const kind = classOf(c);
    const folded = kind === TRANSPARENT ? "" : String.fromCodePoint(...foldingOf(c));
    const length = core.writeFolding(address, c) - address;
    const written = Buffer.from(core.memory.buffer, address, length).toString();
    if (core.classOf(c) !== kind || written !== folded) wrong.push(c.toString(16));
  }
  expect(wrong).toEqual([]);
});

test("foldingOf() is idempotent, never empty, and keeps to classes that a term may contain", () => {
  for (let c = 0; c <= 0x33fff; c++) {
    const folding = foldingOf(c);
    expect(folding.length).toBeGreaterThan(0);
    if (classOf(c) === SEPARATOR || classOf(c) === TRANSPARENT) continue;
    if (folding.some((to) => [SEPARATOR, TRANSPARENT].includes(classOf(to)))) throw new Error(`U+${c.toString(16)}`);
    if (folding.flatMap(foldingOf).join() !== folding.join()) throw new Error(`U+${c.toString(16)}`);
  }
});
