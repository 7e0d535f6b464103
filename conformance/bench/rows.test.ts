import { expect, test } from "vitest";
import { isMet, type Row, ratioOf, type Target } from "./rows.js";

const row = (ours: number[], rival: number[], target: Target | null): Row => ({
  topic: "t",
  work: "w",
  unit: "ms",
  ours,
  rivalName: "r",
  rival,
  target,
});

test("isMet() compares medians, and each kind of target can be missed", () => {
  expect(isMet(row([1, 2, 90], [4], { atMost: 0.5 }))).toBe(true);
  expect(isMet(row([3], [4], { atMost: 0.5 }))).toBe(false);
  expect(isMet(row([8], [4], { atLeast: 2 }))).toBe(true);
  expect(isMet(row([7], [4], { atLeast: 2 }))).toBe(false);
  expect(isMet(row([50], [20], { extraAtMost: 30 }))).toBe(true);
  expect(isMet(row([51], [20], { extraAtMost: 30 }))).toBe(false);
  expect(isMet(row([1.2], [], { oursAtMost: 1.1 }))).toBe(false);
  expect(isMet(row([1.2], [2], { oursAtLeast: 1.1 }))).toBe(true);
  expect(isMet(row([1], [0.5], { oursAtLeast: 1.1 }))).toBe(false);
  expect(isMet(row([1], [1], null))).toBeNull();
});

test("ratioOf() is null without a rival", () => {
  expect(ratioOf(row([1], [], null))).toBeNull();
});
