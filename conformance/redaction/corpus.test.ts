import { describe, expect, it } from "vitest";
import { carrierNames, innocentTexts, plantClasses, plantedTexts, readableText, survives } from "./corpus/index.js";

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
    for (const planted of plantedTexts()) {
      const text = readableText(planted.value).join("\n");
      expect(survives(text, planted), `${planted.className} in ${planted.carrier}: ${text}`).toBe(true);
      expect(survives(planted.around, planted), `${planted.className} in ${planted.carrier}`).toBe(false);
    }
  });
});

describe("survives()", () => {
  it("sees a part of eight characters, and not what is gone", () => {
    const trace = "0123456789";
    expect(survives("a 12345678 b", { trace, around: "a b" })).toBe(true);
    expect(survives("a [masked] b 1234567", { trace, around: "a b" })).toBe(false);
    expect(survives("a 1.2.3.4 b", { trace: "1.2.3.4", around: "a b" })).toBe(true);
    expect(survives("see https://x", { trace: "https://host/key", around: "see https://x" })).toBe(false);
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
