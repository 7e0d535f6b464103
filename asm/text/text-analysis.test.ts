import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ENGLISH, PLAIN, TokenizerHost } from "../testing/tokenizer-host.js";
import { stopWords } from "./generate-stop-words.mjs";
import { classOf, foldingOf } from "./generate-unicode.mjs";

const specification = readFileSync(new URL("../../docs/text-analysis.md", import.meta.url), "utf8");

function section(name: string): string {
  const [, rest = ""] = specification.split(`<!-- ${name} -->\n`);
  return rest.split(`<!-- end of ${name} -->`)[0] ?? "";
}

test("text-analysis.md gives examples that the tokenizer agrees with", async () => {
  const host = await TokenizerHost.create();
  const examples = section("examples")
    .split("\n")
    .slice(2, -1)
    .map((line) => line.slice(2, -2).split(" | "));
  expect(examples.length).toBeGreaterThan(10);
  for (const [analyzer, text, expected] of examples) {
    const tokens = host.tokenize(new TextEncoder().encode(text), analyzer === "english" ? ENGLISH : PLAIN);
    const shown = tokens.map((token) => `${["", "+", "-", "'"][token.kind]}${token.term}`).join(" ");
    expect(`${text} | ${shown}`).toBe(`${text} | ${expected}`);
  }
});

test("text-analysis.md lists the stop words", () => {
  expect(section("stop words").replaceAll("```", "").trim().split(/\s+/)).toEqual(stopWords);
});

test("text-analysis.md has the hash of all classes and foldings", () => {
  const hash = createHash("sha256");
  for (let c = 0; c <= 0x10ffff; c++) {
    const folding = foldingOf(c).map((to) => to.toString(16).toUpperCase());
    hash.update(`${classOf(c)} ${folding.join(" ")}\n`);
  }
  expect(specification).toContain(`    ${hash.digest("hex")}\n`);
});
