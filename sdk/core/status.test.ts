import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { failureCauses } from "./failures.js";
import { Status, statusName } from "./status.js";

/** The constants of an AssemblyScript source, by name. */
function constantsOf(source: string): Map<string, number> {
  const text = readFileSync(new URL(`../../asm/${source}`, import.meta.url), "utf8");
  const found = [...text.matchAll(/export const ([A-Z_]+): i32 = (-?\d+);/g)];
  return new Map(found.map(([, name, number]) => [name as string, Number(number)]));
}

describe("Status", () => {
  it("has the codes of asm/status.ts", () => {
    const constants = constantsOf("status.ts");
    expect(constants.size).toBeGreaterThanOrEqual(16);
    expect(Status).toEqual(Object.fromEntries(constants));
  });

  it("has a name for each", () => {
    for (const [name, number] of Object.entries(Status)) expect(statusName(number)).toBe(name);
    expect(statusName(-1000)).toBe("status -1000");
  });
});

describe("failureCauses", () => {
  it("has the causes of asm/failure.ts", () => {
    const constants = constantsOf("failure.ts");
    constants.delete("FAILURE_BYTES");
    expect(constants.size).toBeGreaterThanOrEqual(38);
    const numbers = Object.entries(failureCauses).map(([name, [number]]) => [name, number]);
    expect(Object.fromEntries(numbers)).toEqual(Object.fromEntries(constants));
  });
});
