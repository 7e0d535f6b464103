import { expect, test } from "vitest";
import { fittedExponent, median, quantile } from "./statistics.js";

test("fittedExponent() tells linear growth from quadratic", () => {
  const sizes = [1000, 2500, 5000, 10_000];
  expect(fittedExponent(sizes.map((n) => [n, 3 * n]))).toBeCloseTo(1, 10);
  expect(fittedExponent(sizes.map((n) => [n, 0.01 * n * n]))).toBeCloseTo(2, 10);
  expect(() => fittedExponent([[1, 1]])).toThrow(RangeError);
});

test("median() and quantile() take samples in any order and refuse none", () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([4, 1, 2, 9])).toBe(3);
  expect(quantile([5, 4, 3, 2, 1], 0.5)).toBe(3);
  expect(quantile([5, 4, 3, 2, 1], 0.95)).toBe(5);
  expect(() => median([])).toThrow(RangeError);
  expect(() => quantile([], 0.5)).toThrow(RangeError);
});
