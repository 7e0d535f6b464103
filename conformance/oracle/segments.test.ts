import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openCapsule } from "./capsule.js";
import { parseCommitBody } from "./commit.js";
import { describeSection } from "./describe.js";
import { parseDirectory, SectionTag } from "./directory.js";
import { attempt } from "./failure.js";
import { readHistory } from "./history.js";
import { FrameKind, MAX_BODY_BYTES } from "./items.js";
import { parsePack } from "./pack.js";
import { decodePayload } from "./payload.js";
import { streamBytes } from "./segment.js";
import { sectionOf } from "./segment-check.js";
import { verifyCapsule } from "./verify.js";
import { CapsuleWriter, type SegmentChoice } from "./writer.js";

const uri = (path: string) => `mv2://test/spec/run/artifact/${path}`;

function findings(file: Uint8Array): string[] {
  return verifyCapsule(file).findings.map(({ level, message }) => `${level}: ${message}`);
}

function onlySegment(file: Uint8Array) {
  const segment = openCapsule(file).head?.body.segments?.[0];
  if (!segment) throw new Error("there is no segment");
  return segment;
}

/** Without the rules on when segments are written, which the steps don't keep. */
function findingsButDue(file: Uint8Array): string[] {
  return findings(file).filter((finding) => !/^notice: .* is due in commit/.test(finding));
}

describe("a segment", () => {
  it("may take several extents", () => {
    const writer = CapsuleWriter.create();
    const content = Array.from({ length: 75_000 }, (_, i) => `${(i * 7_919_331).toString(36)}x${i}`).join(" ");
    writer.add({ kind: "revision", uri: uri("big.md"), content });
    writer.commit({ segments: "all" });
    expect(streamBytes(onlySegment(writer.bytes).dataBytes)).toBeGreaterThan(MAX_BODY_BYTES);
    expect(findings(writer.bytes)).toEqual([]);
  });

  it("may have long keys, of which an index block holds two", () => {
    const writer = CapsuleWriter.create();
    for (let i = 0; i < 9; i++) writer.add({ kind: "revision", uri: uri(`${i}/${"x".repeat(900)}`), content: `${i}` });
    writer.commit({ segments: "all" });
    expect(findings(writer.bytes)).toEqual([]);
  });

  it("names the extents that are masked", () => {
    const writer = CapsuleWriter.create();
    // Packed at width 16, these eight tfs are the magic of a mark.
    const tfs = [0x6df3, 0x6d9b, 0xa76b, 0x0a1a, 0x3276, 0x7261, 0x0a0d, 0xe5c1];
    for (let i = 0; i < 128; i++) writer.add({ kind: "revision", uri: uri(`${i}`), content: "w ".repeat(tfs[i] ?? 1) });
    writer.commit({ segments: "all" });
    expect(onlySegment(writer.bytes).maskedExtents).toHaveLength(1);
    expect(findings(writer.bytes)).toEqual([]);
  });
});

type Step =
  | {
      readonly do: "revise" | "hide" | "remove" | "event" | "checkpoint";
      readonly name: number;
      readonly branch: number;
    }
  | { readonly do: "alias"; readonly name: number; readonly target: number; readonly branch: number }
  | { readonly do: "promote"; readonly name: number; readonly pick: number; readonly branch: number }
  | { readonly do: "branch"; readonly branch: number }
  | { readonly do: "commit"; readonly segments: SegmentChoice; readonly note: boolean };

const name = fc.nat(5);
const branch = fc.nat(3);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constantFrom("revise", "revise", "hide", "remove", "event", "checkpoint"),
    name,
    branch,
  }) as fc.Arbitrary<Step>,
  fc.record({ do: fc.constant("alias" as const), name, target: name, branch }),
  fc.record({ do: fc.constant("promote" as const), name, pick: fc.nat(50), branch }),
  fc.record({ do: fc.constant("branch" as const), branch }),
  fc.record({
    do: fc.constant("commit" as const),
    segments: fc.constantFrom("none", "tail", "all", "keep"),
    note: fc.boolean(),
  }),
);

/** Carries out random steps; numbers of branches are taken modulo those that there are. */
function write(steps: readonly Step[]): Uint8Array {
  const writer = CapsuleWriter.create();
  const promotable: { number: number; uri: string }[] = [];
  let branches = 1;
  let mayKeep = false;
  for (const [i, next] of steps.entries()) {
    if (next.do === "commit") {
      writer.commit({ segments: next.segments === "keep" && !mayKeep ? "tail" : next.segments });
      mayKeep = next.segments !== "none" && next.segments !== "due";
      if (next.note) writer.note();
      continue;
    }
    mayKeep = false;
    const to = next.branch % branches;
    if (next.do === "branch") {
      writer.branch(`run/${branches}`, to);
      branches++;
      continue;
    }
    const target = uri(`${next.name}.md`);
    if (next.do === "alias") writer.add({ kind: "alias", uri: target, content: uri(`${next.target}.md`), branch: to });
    else if (next.do === "remove") writer.add({ kind: "removal", uri: target, branch: to });
    else if (next.do === "promote") {
      const record = promotable.filter((candidate) => candidate.uri === target)[next.pick % 5];
      if (record) writer.add({ kind: "promotion", uri: target, promoted: record.number, branch: to });
    } else if (next.do === "event")
      writer.add({ kind: "event", uri: `mv2://test/event/${i}`, tag: i * 7, content: "{}", branch: to });
    else if (next.do === "checkpoint") {
      writer.add({ kind: "checkpoint", uri: `mv2://test/checkpoint/${i}`, title: `label ${next.name}`, branch: to });
    } else {
      const content = `text ${next.name} step ${i % 9} ${"word ".repeat(i)}`;
      promotable.push({
        uri: target,
        number: writer.add({
          kind: "revision",
          uri: target,
          title: `t${i}`,
          content,
          document: next.do === "revise",
          branch: to,
        }),
      });
    }
  }
  writer.commit({ segments: "tail" });
  return writer.bytes;
}

describe("verifyCapsule()", () => {
  it("finds nothing in what random steps wrote, segments and both ways to a view's documents included", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: "max" }), (steps) => {
        expect(findingsButDue(write(steps))).toEqual([]);
      }),
      { numRuns: 60, seed: 20_260_101 },
    );
  });
});

describe("readHistory()", () => {
  it("sees in a commit what was added before it, and nothing else", () => {
    const writer = CapsuleWriter.create();
    const counts: number[] = [];
    for (let sequence = 1; sequence <= 5; sequence++) {
      for (let i = 0; i < sequence; i++) writer.add({ kind: "revision", uri: uri(`${i}`), content: `${sequence}` });
      writer.commit();
      counts.push(readHistory(openCapsule(writer.bytes)).records.length);
    }
    expect(counts).toEqual([1, 3, 6, 10, 15]);
  });
});

describe("parsers of bytes that are hashed", () => {
  const writer = CapsuleWriter.create();
  const content = Array.from({ length: 300 }, (_, i) => `w${i}`).join(" ");
  writer.add({ kind: "event", uri: "mv2://test/event/1", tag: 3, content: "{}" });
  writer.add({ kind: "checkpoint", uri: "mv2://test/checkpoint/1", title: "label" });
  for (let i = 0; i < 140; i++)
    writer.add({ kind: "revision", uri: uri(`${i}`), title: "t", content: `${content} ${i}` });
  writer.branch("run/1");
  writer.commit({ segments: "all" });
  const frames = [...readHistory(openCapsule(writer.bytes)).frames.values()];
  const bodyOf = (kind: number) => frames.find((frame) => frame.kind === kind)?.stored ?? new Uint8Array(0);
  const data = bodyOf(FrameKind.extent).subarray(0, onlySegment(writer.bytes).dataBytes);

  const parsers: [string, Uint8Array, (bytes: Uint8Array) => unknown][] = [
    [
      "parsePack()",
      bodyOf(FrameKind.pack),
      (bytes) => parsePack(bytes, 256).records.map((record) => decodePayload(record, undefined)),
    ],
    ["parseCommitBody()", bodyOf(FrameKind.commit), (bytes) => parseCommitBody(bytes, 256)],
    ["parseDirectory() and describeSection", data, describeAll],
  ];

  function describeAll(bytes: Uint8Array): void {
    const directory = parseDirectory(bytes);
    const postings = sectionOf(directory, SectionTag.postings)?.bytes ?? new Uint8Array(0);
    for (const section of directory.sections) describeSection[section.tag]?.(section, postings);
  }

  it.each(parsers)("%s reports corruption and nothing else, whatever the bytes are", (_, bytes, parse) => {
    expect(bytes.length).toBeGreaterThan(0);
    expect(attempt(() => parse(bytes))).toHaveProperty("value");
    const change = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255));
    // Most of what matters stands in the first or last bytes.
    const edge = fc.tuple(
      fc.nat(Math.min(400, bytes.length - 1)).map((back) => bytes.length - 1 - back),
      fc.nat(255),
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(change, edge), { minLength: 1, maxLength: 4 }), (changes) => {
        const changed = bytes.slice();
        for (const [at, value] of changes) changed[at] = value;
        attempt(() => parse(changed));
      }),
      { numRuns: 300, seed: 20_260_102 },
    );
  });
});
