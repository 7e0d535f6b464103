import { expect, test } from "vitest";
import type { Digests } from "../sdk/conformance/compare.js";
import { compareReports } from "./compare.js";

const report = (digest: string): Digests => ({ bytes: { a: digest, b: "22" } });
const expected = { bytes: 2 };

test("compareReports() accepts equal reports", () => {
  expect(
    compareReports(
      new Map([
        ["Node", report("1")],
        ["Bun", report("1")],
      ]),
      expected,
    ),
  ).toEqual([]);
});

test("compareReports() reports a digest that differs", () => {
  const [difference] = compareReports(
    new Map([
      ["Node", report("1")],
      ["Bun", report("2")],
    ]),
    expected,
  );
  expect(difference).toMatchObject({ topic: "bytes", name: "a" });
});

test("compareReports() reports failed, missing and unexpected cases", () => {
  const failed = compareReports(new Map([["Node", report("failed: x")]]), expected);
  expect(failed[0]?.problem).toContain("failed: x");
  const missing = compareReports(new Map([["Node", { bytes: { a: "1" } }]]), expected);
  expect(missing[0]?.problem).toBe("1 cases, expected 2");
  const lost = compareReports(
    new Map([
      ["Node", report("1")],
      ["Bun", { bytes: { a: "1" } }],
    ]),
    expected,
  );
  expect(lost).toMatchObject([{ name: "b" }]);
  const more = compareReports(new Map([["Node", { ...report("1"), other: {} }]]), expected);
  expect(more).toHaveLength(1);
  expect(compareReports(new Map(), expected)).toHaveLength(1);
});
