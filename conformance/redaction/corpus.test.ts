import { describe, expect, it } from "vitest";
import { carrierNames, innocentTexts, plantClasses, plantedTexts, survives } from "./corpus/index.js";

const textOf = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));

describe("plantedTexts()", () => {
  it("has every class in every carrier, several times, and is the same each time", () => {
    const planted = plantedTexts();
    expect(planted.length).toBe(plantClasses.length * carrierNames.length * 3);
    expect(planted).toEqual(plantedTexts());
    expect(plantClasses.length).toBeGreaterThanOrEqual(40);
    expect(carrierNames.length).toBeGreaterThanOrEqual(10);
  });

  it("holds what it says, so that a masker that does nothing has a recall of zero", () => {
    for (const { className, carrier, value, trace } of plantedTexts()) {
      const text =
        typeof value === "string" ? value : JSON.stringify(value).replaceAll("\\n", "\n").replaceAll('\\"', '"');
      expect(survives(text, trace), `${className} in ${carrier}: ${text}`).toBe(true);
    }
  });
});

describe("survives()", () => {
  it("sees a part of eight characters, and not what is gone", () => {
    expect(survives("a 12345678 b", "0123456789")).toBe(true);
    expect(survives("a [masked] b 1234567", "0123456789")).toBe(false);
    expect(survives("a 1.2.3.4 b", "1.2.3.4")).toBe(true);
  });
});

describe("innocentTexts()", () => {
  it("has several hundred, all different from what is planted", () => {
    const innocent = innocentTexts();
    expect(innocent.length).toBeGreaterThanOrEqual(500);
    const planted = new Set(plantedTexts().map(({ value }) => textOf(value)));
    expect(innocent.filter(({ value }) => planted.has(textOf(value)))).toEqual([]);
  });
});
