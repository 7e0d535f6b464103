import { describe, expect, it } from "vitest";
import { toHex } from "./bytes.js";
import { openCapsule } from "./capsule.js";
import { readHistory } from "./history.js";
import { resultsDigest, roundHalfToEven, search } from "./rank.js";
import { CapsuleWriter } from "./writer.js";

const uri = (path: string) => `mv2://test/spec/run/artifact/${path}`;

function found(writer: CapsuleWriter, query: string, branch = 0, sequence = writer.sequence - 1) {
  const capsule = openCapsule(writer.bytes);
  const hits = search(readHistory(capsule), capsule.superblock, { branch, sequence }, query);
  return hits.map(({ record, score }) => [record.uri.split("/").at(-1), Number(score) / 2 ** 32]);
}

function threeDocuments(): CapsuleWriter {
  const writer = CapsuleWriter.create();
  writer.add({ kind: "revision", uri: uri("a"), title: "Fox", content: "a quick brown animal" });
  writer.add({ kind: "revision", uri: uri("b"), title: "Dog", content: "the fox and the fox" });
  writer.add({ kind: "revision", uri: uri("c"), title: "Cat", content: "lazy" });
  writer.commit();
  return writer;
}

describe("search()", () => {
  it("agrees with the formula worked out with the host's functions", () => {
    const weight = Math.log(1 + (3 - 2 + 0.5) / (2 + 0.5));
    const factor = (b: number, length: number, mean: number) => 1 - b + (b * length) / mean;
    const inTitle = (3 * 1) / factor(0.75, 1, 1);
    const inBody = (1 * 2) / factor(0.75, 5, 10 / 3);
    const hits = found(threeDocuments(), "fox");
    expect(hits.map(([name]) => name)).toEqual(["a", "b"]);
    expect(hits[0]?.[1]).toBeCloseTo(weight * (1 - 1.5 / (1.5 + inTitle)), 8);
    expect(hits[1]?.[1]).toBeCloseTo(weight * (1 - 1.5 / (1.5 + inBody)), 8);
  });

  it("counts a term as often as the query holds it, and leaves out unknown ones and stop words", () => {
    const writer = threeDocuments();
    const [once, twice] = [found(writer, "fox"), found(writer, "the foxes' fox unicorn")];
    expect(twice.map(([name]) => name)).toEqual(["a", "b"]);
    expect(twice[0]?.[1]).toBeCloseTo(2 * Number(once[0]?.[1]), 8);
    expect(found(writer, "")).toEqual([]);
  });

  it("orders equal scores by URI", () => {
    const writer = CapsuleWriter.create();
    for (const name of ["d", "b", "c", "a"]) writer.add({ kind: "revision", uri: uri(name), content: "same text" });
    writer.commit();
    expect(found(writer, "text").map(([name]) => name)).toEqual(["a", "b", "c", "d"]);
  });

  it("searches the documents of the view alone", () => {
    const writer = threeDocuments();
    const branch = writer.branch("run/x");
    writer.add({ kind: "revision", uri: uri("a"), title: "Wolf", content: "no longer that animal", branch });
    writer.add({ kind: "removal", uri: uri("b"), branch });
    writer.commit();
    expect(found(writer, "fox").map(([name]) => name)).toEqual(["a", "b"]);
    expect(found(writer, "fox", branch)).toEqual([]);
    expect(found(writer, "fox", branch, 1).map(([name]) => name)).toEqual(["a", "b"]);
  });
});

describe("resultsDigest()", () => {
  it("changes with score, URI and order", () => {
    const capsule = openCapsule(threeDocuments().bytes);
    const hits = search(readHistory(capsule), capsule.superblock, { branch: 0, sequence: 1 }, "fox");
    const [first, second] = hits;
    if (!first || !second) throw new Error("two hits were expected");
    const digests = [hits, [second, first], [first], [{ ...first, score: first.score + 1n }, second], []].map(
      resultsDigest,
    );
    expect(new Set(digests.map(toHex)).size).toBe(5);
  });
});

describe("roundHalfToEven()", () => {
  it.each([
    [0.5, 0n],
    [1.5, 2n],
    [2.5, 2n],
    [2.500001, 3n],
    [7, 7n],
    [2 ** 60, 2n ** 60n],
  ])("of %f is %i", (value, rounded) => {
    expect(roundHalfToEven(value)).toBe(rounded);
  });
});
