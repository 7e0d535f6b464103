import { describe, expect, it } from "vitest";
import { mean, percentile, queryMetrics } from "./metrics.js";

const ranked = (...names: string[]) => names.map((name) => [name]);

describe("queryMetrics()", () => {
  it("counts among the first k places only", () => {
    const relevant = new Set(["a", "b", "c", "d"]);
    expect(queryMetrics(ranked("x", "a", "y", "b", "c"), relevant, 4)).toEqual({
      precision: 2 / 4,
      recall: 2 / 4,
      reciprocalRank: 1 / 2,
    });
  });

  it("divides precision by k even if there are fewer hits, and is 0 where nothing is found", () => {
    expect(queryMetrics(ranked("a"), new Set(["a"]), 10)).toEqual({ precision: 0.1, recall: 1, reciprocalRank: 1 });
    expect(queryMetrics([], new Set(["a"]), 10)).toEqual({ precision: 0, recall: 0, reciprocalRank: 0 });
  });

  it("takes a hit by any of its names, and one that is found twice once", () => {
    const hits = [["mv2://x", "m1"], ["m1"], ["m2"]];
    expect(queryMetrics(hits, new Set(["m1", "m2"]), 3)).toEqual({ precision: 2 / 3, recall: 1, reciprocalRank: 1 });
  });
});

describe("percentile() and mean()", () => {
  it("are by nearest rank, and arithmetic", () => {
    const values = [5, 1, 4, 2, 3];
    expect([0.5, 0.95, 1].map((share) => percentile(values, share))).toEqual([3, 5, 5]);
    expect(mean(values)).toBe(3);
  });
});
