import { describe, expect, it } from "vitest";
import { personalPatterns } from "./personal-patterns.js";
import { OVERLAP_UNITS, TextScanner, WINDOW_UNITS } from "./scan.js";
import { secretPatterns } from "./secret-patterns.js";

const patterns = [...secretPatterns, ...personalPatterns];
const newScanner = () => new TextScanner({ secretlint: true, patterns, excluded: new Set() });

function workOn(text: string) {
  const scanner = newScanner();
  scanner.scan(text);
  return scanner.work;
}

const repeated = (piece: string, units: number) => piece.repeat(Math.ceil(units / piece.length)).slice(0, units);
/** Encoded `times` times, each time by the encoding that the one before leaves something to do. */
const nested = (text: string, encode: (text: string) => string, times: number) => {
  let encoded = text;
  for (let i = 0; i < times; i++) encoded = encode(encoded);
  return encoded;
};
const asJson = (text: string) => JSON.stringify(text);
const asBase64 = (text: string) => Buffer.from(text).toString("base64");

/** Texts that are made to keep a scan busy, in pieces that can be repeated. */
const hostile: Readonly<Record<string, string>> = {
  "one letter": "a",
  "one digit": "4",
  hyphens: "-",
  spaces: " ",
  backslashes: "\\",
  percents: "%25",
  "escaped escapes": "\\\\u005c",
  "references to references": "&#38;#38;",
  "all encodings": "\\u0025\\x26#37;%5cn&#92;u0041 ",
  "base64 in every alignment": "VVVV",
  "base64 within base64": `${nested("key: UUUUUUUUUUUUUUUU", asBase64, 4)} `,
  "JSON within JSON": `${nested('say "no" to \\ and %41', asJson, 4)}\n`,
  "beginnings of keys": "-----BEGIN PRIVATE KEY-----",
  "keys without end": `-----BEGIN PRIVATE KEY-----\n${"A".repeat(64)}\n`,
  "names without values": "password",
  "names and spaces": `password${" ".repeat(64)}`,
  "options of options": "--a-b-c-d-password ",
  colons: ":",
  "times of day": "12:30:45 ",
  "at signs": "a@",
  "local parts": `${"a'".repeat(40)}@`,
  domains: "a@b.c.d.e.f.g.h.i.j.k",
  schemes: "a://b:",
  tokens: "eyJaaaaaaaaaa.",
  "capital letters and digits": "AA11",
  "groups of digits": "1234 ",
  "accounts and spaces": `account${" ".repeat(300)}`,
  "dashed tokens": "xoxb-a-",
  "words for numbers": "ssn 123 ",
  "words for phones": "tel 0123 ",
  cookies: "cookie: a=b; ",
  "spelled addresses": "aa at bb dot ",
  "lines of passwords": "a.b:5432:c:d:\n",
  "hexadecimal within hexadecimal": "34".repeat(40),
  births: "born 1",
};

describe("TextScanner", () => {
  for (const [name, piece] of Object.entries(hostile)) {
    it(`takes twice as many steps for twice as much text: ${name}`, () => {
      const units = 96 * 1024;
      const once = workOn(repeated(piece, units));
      const twice = workOn(repeated(piece, 2 * units));
      for (const step of ["units", "tries"] as const)
        expect(twice[step], step).toBeLessThanOrEqual(2.2 * once[step] + 100);
      // Three levels by three encodings, and base64 in four alignments: never more.
      expect(twice.units).toBeLessThan(2 * units * 60);
      expect(twice.tries).toBeLessThan(2 * units * 60);
    });
  }

  it("takes as many steps in each window", () => {
    const piece = hostile["all encodings"] as string;
    const once = workOn(repeated(piece, 2 * WINDOW_UNITS));
    const twice = workOn(repeated(piece, 4 * WINDOW_UNITS));
    expect(twice.units).toBeLessThan(2.2 * once.units);
  });

  it("looks once at ordinary text, and tries few expressions", () => {
    const prose = "The planner asked for 3 alternatives; the judge took the first one (see plan.md). \n";
    const { units, tries } = workOn(repeated(prose, WINDOW_UNITS));
    expect(units).toBe(WINDOW_UNITS);
    expect(tries).toBe(0);
  });

  it("decodes around escapes alone", () => {
    const text = `${repeated("word ", 100_000)}\\n${repeated(" word", 100_000)}`;
    const { units } = workOn(text);
    expect(units).toBeGreaterThan(text.length + 2000);
    expect(units).toBeLessThan(text.length + 2200);
  });

  it("finds in a single line of ten million characters what stands in its middle", () => {
    const key = `${"gh"}p_${"a1B2".repeat(9)}`;
    const half = repeated("Zm9vYmFy", 5_000_000);
    expect(newScanner().scan(`${half} ${key} ${half}`)).toEqual([
      { rule: "github", start: half.length + 1, end: half.length + 1 + key.length },
    ]);
  });

  it("finds what an escape, a word without end and a window's border tear", () => {
    const key = `${"gh"}p_${"a1B2".repeat(9)}`;
    const escaped = key.replace("a1B2a", "a\\u0031B2a");
    const step = WINDOW_UNITS - OVERLAP_UNITS;
    for (const shift of [-60, -20, -1, 0, 30]) {
      const before = repeated("word-", step + shift);
      const text = `${before}"${escaped}"${repeated("x", 40_000)}${repeated(" word", WINDOW_UNITS)}`;
      const start = before.length + 1;
      expect(newScanner().scan(text)).toEqual([{ rule: "github", start, end: start + escaped.length }]);
    }
  });
});
