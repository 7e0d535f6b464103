import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createMasker } from "../../sdk/redact/masker.js";
import { measure, measureHard } from "./measure.js";

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

  it("misses of the hard texts what docs/safe-export.md says, and nothing else", () => {
    const rates = [...measureHard(createMasker())];
    const missed = rates.filter(([, { found }]) => found === 0).map(([kind]) => kind);
    expect(missed).toEqual(["quoted-printable", "name of a person", "postal address"]);
    for (const [kind, { found, all }] of rates) expect([0, all], kind).toContain(found);
    const documented = readFileSync(new URL("../../docs/safe-export.md", import.meta.url), "utf8");
    for (const kind of missed) expect(documented).toContain(`\`${kind}\``);
  });

  it("is what finds them: with half of the rules, half is missed", () => {
    const { byClass } = measure(createMasker({ personal: false }));
    expect(byClass.get("iban")).toEqual({ found: 0, all: 33 });
    expect(byClass.get("github-token")).toEqual({ found: 33, all: 33 });
  });
});
