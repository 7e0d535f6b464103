import { expect, test } from "vitest";
import { compareDigests, failureOf } from "./compare.js";

const digest = "ab".repeat(32);
const other = "cd".repeat(32);

test("compareDigests() accepts equal reports, and one alone", () => {
  const report = { bytes: { empty: digest } };
  expect(compareDigests(new Map([["a", report]]))).toEqual([]);
  expect(
    compareDigests(
      new Map([
        ["a", report],
        ["b", { bytes: { empty: digest } }],
      ]),
    ),
  ).toEqual([]);
});

test("compareDigests() tells of each case that differs, failed or is missing, with what each report has", () => {
  const failure = failureOf(new Error("full"));
  const reports = new Map([
    ["a", { bytes: { empty: digest, full: digest, odd: digest }, age: { keys: failure } }],
    ["b", { bytes: { empty: digest, full: other }, age: { keys: failure } }],
  ]);
  expect(compareDigests(reports)).toEqual([
    { topic: "bytes", case: "full", found: { a: digest, b: other } },
    { topic: "bytes", case: "odd", found: { a: digest, b: null } },
    { topic: "age", case: "keys", found: { a: failure, b: failure } },
  ]);
  expect(failure).toMatch(/^failed: Error: full/);
});
