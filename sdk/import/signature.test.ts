import { describe, expect, it } from "vitest";
import type { SignatureState } from "../signature/report.js";
import { errorOf } from "../testing/fixtures.js";
import { judgeSignature } from "./signature.js";

const report = (state: SignatureState) => ({ state, sequence: null, signatures: [] });

describe("judgeSignature()", () => {
  it("refuses a broken signature always, and tells of whatever else isn't verified", async () => {
    expect(judgeSignature(report("verified"), true)).toEqual([]);
    for (const state of ["untrusted", "unsigned", "verified-to-sequence"] as const) {
      expect(judgeSignature(report(state), false)).toMatchObject([{ code: "Unverified", level: "warning" }]);
    }
    expect(await errorOf(() => judgeSignature(report("broken"), false))).toMatchObject({
      code: "VerificationFailed",
      details: { check: "signature", state: "broken" },
    });
  });

  it("refuses, where verification is required, everything but verified", async () => {
    for (const state of ["untrusted", "unsigned", "verified-to-sequence", "broken"] as const) {
      expect(await errorOf(() => judgeSignature(report(state), true))).toMatchObject({ details: { state } });
    }
  });
});
