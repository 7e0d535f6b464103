import { describe, expect, it } from "vitest";
import { levelOf, segmentsToMerge } from "./policy.js";

const KIB = 1024;

describe("levelOf()", () => {
  it.each([
    [8, 0],
    [32 * KIB - 8, 0],
    [32 * KIB, 1],
    [256 * KIB - 8, 1],
    [256 * KIB, 2],
    [2048 * KIB, 3],
  ])("of %i bytes is %i", (dataBytes, level) => {
    expect(levelOf(dataBytes)).toBe(level);
  });
});

describe("segmentsToMerge()", () => {
  const small = KIB;
  const middle = 64 * KIB;

  it.each([
    ["nothing", [], 0],
    ["seven of a level", new Array<number>(7).fill(small), 0],
    ["eight of a level", new Array<number>(8).fill(small), 8],
    ["eight newest behind a greater one", [middle, ...new Array<number>(8).fill(small)], 8],
    [
      "eight that a greater one parts",
      [...new Array<number>(4).fill(small), middle, ...new Array<number>(4).fill(small)],
      0,
    ],
    ["eight greater ones and the smaller ones behind them", [...new Array<number>(8).fill(middle), small, small], 10],
    ["too much in sum", new Array<number>(8).fill(9 * KIB * KIB), 0],
  ])("%s", (_, dataBytes, run) => {
    expect(segmentsToMerge(dataBytes)).toBe(run);
  });
});
