import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson, isWellFormed, MAX_JSON_DEPTH } from "./canonical-json.js";
import { CapsuleError } from "./errors.js";

const codeOf = (value: unknown): string => {
  try {
    canonicalJson(value, "attributes");
  } catch (error) {
    if (error instanceof CapsuleError) return error.code;
    throw error;
  }
  return "none";
};

/** The recursive reference: rebuilds the value with sorted keys and lets the engine print it. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return new Map(entries.map(([key, member]) => [key, sorted(member)]));
}
function print(value: unknown): string {
  if (value instanceof Map) {
    return `{${[...value].map(([key, member]) => `${JSON.stringify(key)}:${print(member)}`).join(",")}}`;
  }
  return Array.isArray(value) ? `[${value.map(print).join(",")}]` : JSON.stringify(value);
}

describe("canonicalJson()", () => {
  it("gives the example of RFC 8785, section 3.2.3", () => {
    const value = {
      "\u20ac": "Euro Sign",
      "\r": "Carriage Return",
      "\ufb33": "Hebrew Letter Dalet With Dagesh",
      "1": "One",
      "\ud83d\ude00": "Emoji: Grinning Face",
      "\u0080": "Control",
      "\u00f6": "Latin Small Letter O With Diaeresis",
    };
    expect(Object.values(JSON.parse(canonicalJson(value, "x")) as object)).toHaveLength(7);
    expect([...canonicalJson(value, "x").matchAll(/:"([A-Z][a-z]+)/g)].map((match) => match[1])).toEqual([
      "Carriage",
      "One",
      "Control",
      "Latin",
      "Euro",
      "Emoji",
      "Hebrew",
    ]);
  });

  it("gives the example of RFC 8785, section 3.2.2", () => {
    const value = {
      // biome-ignore lint/correctness/noPrecisionLoss: as the RFC prints it
      numbers: [333333333.33333329, 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"/",
      literals: [null, true, false],
    };
    expect(canonicalJson(value, "x")).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it("agrees with a slow reference, and parses back to the same value", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const text = canonicalJson(value, "x");
        expect(text).toBe(print(sorted(JSON.parse(JSON.stringify(value)))));
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it("leaves out undefined properties and writes -0 as 0", () => {
    expect(canonicalJson({ a: undefined, b: -0 }, "x")).toBe('{"b":0}');
  });

  it.each([
    Number.NaN,
    Infinity,
    new Date(0),
    new Map(),
    () => 1,
    1n,
    Symbol("x"),
    ["\ud800"],
    { "\ud800": 1 },
    [undefined],
  ])("refuses what is not JSON (%#)", (value) => {
    expect(codeOf(value)).toBe("InvalidArgument");
  });

  it("refuses what is nested too deep, cycles included", () => {
    const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);
    expect(codeOf(nested(MAX_JSON_DEPTH))).toBe("none");
    expect(codeOf(nested(MAX_JSON_DEPTH + 1))).toBe("TooLarge");
    const cycle: unknown[] = [];
    cycle.push(cycle);
    expect(codeOf(cycle)).toBe("TooLarge");
  });

  it("names the place of the fault", () => {
    expect(() => canonicalJson({ a: [1, { b: Number.NaN }] }, "attributes")).toThrow(/attributes\.a\[1\]\.b/);
  });
});

describe("isWellFormed()", () => {
  it("is false exactly for a surrogate that stands alone", () => {
    expect(isWellFormed("a\ud83d\ude00")).toBe(true);
    for (const text of ["\ud83d", "\ude00", "\ude00\ud83d", "a\ud83db"]) expect(isWellFormed(text)).toBe(false);
  });
});
