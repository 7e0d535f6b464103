import { describe, expect, it } from "vitest";
import { cleanLine, cleanText } from "./clean-text.js";
import { formatBytes, formatCount, formatTime, isoTime, plural } from "./format.js";
import { jsonDocument } from "./json.js";

describe("cleanLine", () => {
  it("leaves nothing that a terminal would obey, and all else as it is", () => {
    expect(cleanLine("\u001b[31mred\u001b[0m \u001b]0;title\u0007text")).toBe("red text");
    expect(cleanLine("\u009b2J\u0000\u007f\u202eabc\u2066")).not.toMatch(/[\p{Cc}\u202e\u2066]/u);
    expect(cleanLine("a\r\nb\tc")).toBe("a b c");
    expect(cleanLine("naïve 漢字 💡 עברית")).toBe("naïve 漢字 💡 עברית");
  });

  it("cleans what only becomes an escape sequence when another one is taken out of it", () => {
    expect(cleanLine("\u001b\u001b[31m[31mred")).not.toContain("\u001b");
  });
});

describe("cleanText", () => {
  it("keeps lines and tabs", () => {
    expect(cleanText("a\tb\r\nc\u001b[2J\nd\re")).toBe("a\tb\nc\nd\ufffde");
  });
});

describe("figures", () => {
  it("formatBytes never shows 1024 of a unit that has a larger one", () => {
    const shown = [0, 1023, 1024, 10_188, 10_189, 1_048_063, 1_048_064, 2 ** 40, 2 ** 53].map(formatBytes);
    expect(shown).toEqual([
      "0 B",
      "1023 B",
      "1.0 KiB",
      "9.9 KiB",
      "10 KiB",
      "1023 KiB",
      "1.0 MiB",
      "1.0 TiB",
      "8.0 PiB",
    ]);
  });

  it("formatCount and plural group digits", () => {
    expect([0, 999, 1000, 1234567].map(formatCount)).toEqual(["0", "999", "1,000", "1,234,567"]);
    expect([plural(1, "entry", "entries"), plural(2, "hit")]).toEqual(["1 entry", "2 hits"]);
  });

  it("times are in UTC, also those beyond what dates can say", () => {
    expect(formatTime(1_700_000_000_123)).toBe("2023-11-14 22:13:20Z");
    expect(isoTime(Number.MAX_SAFE_INTEGER)).toBe("9999-12-31T23:59:59.999Z");
  });
});

describe("jsonDocument", () => {
  it("is one line that a terminal can't be harmed by, whatever it holds", () => {
    const text = jsonDocument<"help">({ help: "a\u001b\u009b\u2028\n\ud800" }, false);
    expect(text).toMatch(/^\{[^\n]*\}\n$/);
    expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Cs}\u2028]/u);
    expect(JSON.parse(text)).toMatchObject({ schema_version: 1, help: "a\u001b\u009b\u2028\n\ud800" });
  });
});
