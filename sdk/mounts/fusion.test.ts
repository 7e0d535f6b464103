import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fuse, SCORE_UNIT, unitsOf } from "./fusion.js";

const list = (source: string, ...items: string[]) => ({ source, items });
/** `uri` or `uri=content`. */
const keyOf = (item: string) => ({ uri: item.split("=")[0] ?? "", content: item.split("=")[1] ?? "" });
const shown = (lists: Parameters<typeof fuse<string>>[0]) =>
  fuse(lists, keyOf).map(({ uri, placings }) => `${uri} ${placings.map(({ source, rank }) => source + rank).join()}`);

describe("unitsOf()", () => {
  it("is 2^32 / (60 + rank), rounded down", () => {
    expect(unitsOf(1)).toBe(70_409_299);
    expect(unitsOf(1) / SCORE_UNIT).toBeCloseTo(1 / 61, 9);
    expect(unitsOf(10_000)).toBe(426_935);
  });
});

describe("fuse()", () => {
  it("puts what stands in several lists before what stands in one", () => {
    expect(shown([list("m", "a", "b"), list("w", "c", "b")])).toEqual(["b m2,w2", "a m1", "c w1"]);
  });

  it("breaks ties by the bytes of the URI, then of the source", () => {
    expect(shown([list("w", "😀"), list("m", "\ufb01")])).toEqual(["\ufb01 m1", "😀 w1"]);
    expect(shown([list("w", "a=1"), list("m", "a=2")])).toEqual(["a m1", "a w1"]);
  });

  it("keeps the same URI with other content apart", () => {
    expect(shown([list("m", "a=1"), list("w", "a=2"), list("x", "a=2")])).toEqual(["a w1,x1", "a m1"]);
  });

  it("gives the same whatever the order of the lists", () => {
    const items = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d", "e", "f"));
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(fc.constantFrom("m", "n", "w"), items), { selector: ([name]) => name }),
        (given) => {
          const lists = given.map(([name, found]) => list(name, ...found));
          expect(shown([...lists].reverse())).toEqual(shown(lists));
        },
      ),
    );
  });

  it("gives as many units as the ranks of an item have together", () => {
    const [first] = fuse([list("m", "b", "a"), list("w", "a")], keyOf);
    expect(first).toMatchObject({ uri: "a", units: unitsOf(1) + unitsOf(2) });
  });
});
