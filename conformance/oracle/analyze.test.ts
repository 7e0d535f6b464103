import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { AnalyzerId, analyze, queryTerms } from "./analyze.js";
import { encodeText } from "./bytes.js";
import { fromBits, ln, toBits } from "./ln.js";
import { stem } from "./stemmer.js";
import { STOP_WORDS } from "./stop-words.js";
import { TokenKind } from "./token.js";
import { classOf, foldingOf } from "./unicode.js";

const document = readFileSync(new URL("../../docs/text-analysis.md", import.meta.url), "utf8");
const MARKS = ["", "+", "-", "'"];

/** The lines of the document between two comments. */
function between(name: string): string[] {
  const [, rest = ""] = document.split(`<!-- ${name} -->`);
  return (rest.split(`<!-- end of ${name} -->`)[0] ?? "").trim().split("\n");
}

function show(text: string | Uint8Array, analyzerId: number): string {
  const bytes = typeof text === "string" ? encodeText(text) : text;
  return analyze(bytes, analyzerId)
    .map(({ kind, term }) => MARKS[kind] + term)
    .join(" ");
}

describe("analyze()", () => {
  const rows = between("examples")
    .slice(2)
    .map((line) =>
      line
        .split("|")
        .slice(1, 4)
        .map((cell) => cell.trim()),
    );

  it("has the examples of the document", () => {
    expect(rows.length).toBeGreaterThanOrEqual(14);
  });

  it.each(rows)("%s: %s", (analyzer = "", text = "", tokens) => {
    expect(show(text, AnalyzerId[analyzer as keyof typeof AnalyzerId])).toBe(tokens);
  });

  it("gives offsets in bytes", () => {
    const tokens = analyze(encodeText("é my_Var 検索"), AnalyzerId.plain);
    expect(tokens.map(({ start, end, kind }) => [start, end, kind])).toEqual([
      [0, 2, TokenKind.word],
      [3, 9, TokenKind.compound],
      [3, 5, TokenKind.word],
      [6, 9, TokenKind.word],
      [10, 13, TokenKind.unigram],
      [10, 16, TokenKind.word],
      [13, 16, TokenKind.unigram],
    ]);
  });

  it.each([
    ["a stray byte", [0x61, 0xff, 0x62], "a b"],
    ["an overlong slash", [0x61, 0xc0, 0xaf, 0x62], "a b"],
    ["a surrogate", [0x61, 0xed, 0xa0, 0x80, 0x62], "a b"],
    ["a code point above the last", [0x61, 0xf4, 0x90, 0x80, 0x80, 0x62], "a b"],
    ["a sequence cut off by a letter", [0xe6, 0xa4, 0x62], "b"],
    ["a sequence cut off by the end", [0x61, 0xf0, 0x9f, 0x98], "a"],
  ])("takes %s for separators", (_, bytes, tokens) => {
    expect(show(Uint8Array.from(bytes), AnalyzerId.plain)).toBe(tokens);
  });

  it.each([
    ["x".repeat(300), ["x".repeat(255)]],
    [`${"x".repeat(254)}é`, ["x".repeat(254)]],
    [`${"1".repeat(254)}.5`, ["1".repeat(254)]],
    [`${"x".repeat(253)}__y`, ["x".repeat(253)]],
    // ΐ takes two bytes and folds to iota with marks, which give nothing; ﬃ isn't folded; ŉ takes two and folds to three.
    [`${"ŉ".repeat(127)}`, [`${"ʼn".repeat(85)}`]],
  ])("cuts long words", (text, terms) => {
    expect(analyze(encodeText(text), AnalyzerId.plain).map(({ term }) => term)).toEqual(terms);
  });

  it.each([
    ["I'd've", "i"],
    ["rock 'n' roll 'twas ’s", "rock n roll twas s"],
    ["a_'s", "a"],
    ["_'S x's't y'lls", "x y lls"],
  ])("takes off the ends of contractions in english: %s", (text, tokens) => {
    expect(show(text, AnalyzerId.english)).toBe(tokens);
  });

  it("puts the letters of Hangul syllables together, and cuts units at 64 bytes", () => {
    expect(show("\u1112\u1161\u11ab", AnalyzerId.plain)).toBe("\ud55c");
    expect(show("\ud558\u11ab\u1100\u116e\u11a8", AnalyzerId.plain)).toBe("'\ud55c \ud55c\uad6d '\uad6d");
    expect(show(`\u0e01${"\u0e48".repeat(30)}`, AnalyzerId.plain)).toBe(`\u0e01${"\u0e48".repeat(20)}`);
  });
});

describe("a pair of units", () => {
  it("keeps to 255 bytes where marks grow by folding", () => {
    const unit = `\u0e01${"\u0ddd".repeat(20)}`;
    const folded = `\u0e01${"\u0dd9\u0dcf\u0dca".repeat(20)}`;
    expect(show(unit + unit, AnalyzerId.plain)).toBe(`${folded}\u0e01${"\u0dd9\u0dcf\u0dca".repeat(7)}`);
  });
});

describe("queryTerms()", () => {
  const terms = (text: string) => queryTerms(encodeText(text), AnalyzerId.english);

  it("leaves stop words out unless there is nothing else", () => {
    expect(terms("the state of the art art")).toEqual(["state", "art", "art"]);
    expect(terms("to be or not to be")).toEqual(["not"]);
    expect(terms("to be")).toEqual(["to", "be"]);
  });

  it("leaves unigrams out", () => {
    expect(queryTerms(encodeText("検索"), AnalyzerId.plain)).toEqual(["検索"]);
  });

  it("has the stop words of the document", () => {
    const listed = between("stop words")
      .filter((line) => !line.startsWith("```"))
      .join(" ")
      .split(" ");
    expect(listed.length).toBeGreaterThanOrEqual(100);
    expect([...STOP_WORDS]).toEqual(listed);
  });
});

describe("classOf() and foldingOf()", () => {
  it("have the checksum of the document over all code points", () => {
    const checksum = createHash("sha256");
    for (let codePoint = 0; codePoint <= 0x10ffff; codePoint++) {
      const folding = foldingOf(codePoint).map((folded) => folded.toString(16).toUpperCase());
      checksum.update(`${classOf(codePoint)} ${folding.join(" ")}\n`);
    }
    expect(document).toContain(`    ${checksum.digest("hex")}\n`);
  });
});

describe("stem()", () => {
  // From the sample vocabulary of snowballstem.org, one or more for each step.
  it.each(
    Object.entries({
      consign: "consign",
      consigned: "consign",
      consigning: "consign",
      consistency: "consist",
      consolation: "consol",
      knack: "knack",
      knees: "knee",
      knightly: "knight",
      knots: "knot",
      knives: "knive",
      gas: "gas",
      kiwis: "kiwi",
      ties: "tie",
      cries: "cri",
      caresses: "caress",
      hopped: "hop",
      hoping: "hope",
      luxuriated: "luxuri",
      succeed: "succeed",
      agreed: "agre",
      dying: "die",
      inning: "inning",
      adding: "add",
      egging: "egg",
      cry: "cri",
      by: "by",
      say: "say",
      generously: "generous",
      generation: "generat",
      communism: "communism",
      relational: "relat",
      vietnamization: "vietnam",
      hopefulness: "hope",
      sensibility: "sensibl",
      geologist: "geolog",
      possessive: "possess",
      electrical: "electr",
      adjustment: "adjust",
      adoption: "adopt",
      rate: "rate",
      controll: "control",
      skies: "sky",
      news: "news",
      youth: "youth",
      constructor: "constructor",
    }),
  )("of %s is %s", (word, expected) => {
    expect(stem(word)).toBe(expected);
  });
});

describe("ln()", () => {
  const bits = (x: number) => toBits(x).toString(16).padStart(16, "0");

  it("gives the bits of the document's table", () => {
    const rows = [...document.matchAll(/^\| ([0-9.e-]+) \| ([0-9a-f]{16}) \|$/gm)];
    expect(rows.length).toBeGreaterThanOrEqual(7);
    for (const [, x, expected] of rows) expect([x, bits(ln(Number(x)))]).toEqual([x, expected]);
  });

  it("has constants whose decimals and bits agree in the document", () => {
    const constants = [...document.matchAll(/(?:ln2_high|ln2_low|C[1-7]) += ([0-9.e-]+) +([0-9A-F]{16})/g)];
    expect(constants).toHaveLength(9);
    for (const [, decimal, hexadecimal] of constants)
      expect(Number(decimal)).toBe(fromBits(BigInt(`0x${hexadecimal}`)));
  });

  it("is within an ulp of the host's logarithm", () => {
    for (let i = 1; i < 2000; i++) {
      const x = 1.037 ** (i - 1000);
      const distance = toBits(Math.abs(ln(x))) - toBits(Math.abs(Math.log(x)));
      expect(distance >= -1n && distance <= 1n).toBe(true);
    }
    expect([ln(-1), ln(0), ln(Number.POSITIVE_INFINITY)]).toEqual([
      Number.NaN,
      Number.NEGATIVE_INFINITY,
      Number.POSITIVE_INFINITY,
    ]);
  });
});
