import { describe, expect, it } from "vitest";
import { createMasker } from "../../sdk/redact/masker.js";
import { measure } from "./measure.js";

const standard = measure(createMasker());

describe("masking", () => {
  it("finds every class of the corpus in every carrier", () => {
    const missed = standard.missed.map(
      ({ className, carrier, value }) => `${className} in ${carrier}: ${JSON.stringify(value)}`,
    );
    expect(missed).toEqual([]);
    expect(standard.planted).toBe(1452);
    expect([...standard.byCarrier.values()].every(({ found, all }) => found === 132 && all === 132)).toBe(true);
    expect([...standard.byClass.values()].every(({ found, all }) => found === 33 && all === 33)).toBe(true);
  });

  it("leaves every innocent text as it is", () => {
    expect(standard.falsePositives.map(({ kind, masked }) => `${kind}: ${masked}`)).toEqual([]);
    expect(standard.innocent).toBe(550);
  });

  it("is what finds them: with half of the rules, half is missed", () => {
    const { byClass } = measure(createMasker({ personal: false }));
    expect(byClass.get("iban")).toEqual({ found: 0, all: 33 });
    expect(byClass.get("github-token")).toEqual({ found: 33, all: 33 });
  });
});
