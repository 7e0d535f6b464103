import fc from "fast-check";
import { expect, test } from "vitest";
import { BranchModel, type Step, stepArbitrary } from "../sdk/testing/branch-model.js";
import { verifyCapsule } from "./oracle/verify.js";

test("the independent reader finds nothing wrong with random histories of branches and merges", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(stepArbitrary, { minLength: 20, maxLength: 150 }), async (steps: Step[]) => {
      const model = await BranchModel.create();
      for (const step of steps) await model.apply(step);
      await model.compareAll();
      await model.close();
      const { findings } = verifyCapsule(model.file());
      expect(findings.filter(({ level }) => level !== "notice")).toEqual([]);
    }),
    { numRuns: Number(process.env["HISTORIES"] ?? 15), seed: Number(process.env["SEED"] ?? 3) },
  );
}, 600_000);
