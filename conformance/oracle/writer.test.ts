import { describe, expect, it } from "vitest";
import { equalBytes } from "./bytes.js";
import { openCapsule } from "./capsule.js";
import { damageNewestBatch, flipBit, forgedTrailers, tornTail, zeroedTail } from "./damage.js";
import { readHistory } from "./history.js";
import { FRAME_HEADER_BYTES, FrameKind, findMark, MarkKind } from "./items.js";
import { describeStructure } from "./structure.js";
import { rootZero } from "./superblock.js";
import { verifyCapsule } from "./verify.js";
import { documents, list, resolve } from "./view.js";
import { CapsuleWriter } from "./writer.js";

const uri = (path: string) => `mv2://test/spec/run/artifact/${path}`;

function findings(file: Uint8Array): string[] {
  return verifyCapsule(file).findings.map(({ level, message }) => `${level}: ${message}`);
}

/** Two commits: documents, an event, a checkpoint; a branch with a revision, a removal and an alias. */
function smallCapsule(): CapsuleWriter {
  const writer = CapsuleWriter.create();
  writer.add({
    kind: "revision",
    uri: uri("a.md"),
    title: "Alpha",
    content: "the quick brown fox",
    attributes: { b: 1, a: "x" },
  });
  writer.add({
    kind: "revision",
    uri: uri("b.md"),
    title: "Beta",
    content: "jumps over the lazy dog and some more text",
  });
  writer.add({
    kind: "event",
    uri: "mv2://test/spec/run/event/1",
    tag: 3,
    content: "{}",
    attributes: { stage: "plan" },
  });
  writer.commit();
  const branch = writer.branch("run/one");
  writer.add({ kind: "revision", uri: uri("a.md"), title: "Alpha two", content: "a slow brown fox", branch });
  writer.add({ kind: "removal", uri: uri("b.md"), branch });
  writer.add({ kind: "alias", uri: uri("old.md"), content: uri("a.md"), branch });
  writer.add({
    kind: "checkpoint",
    uri: "mv2://test/spec/run/checkpoint/c1",
    title: "first",
    attributes: { stage: "plan" },
  });
  writer.commit({ segments: "tail" });
  return writer;
}

describe("CapsuleWriter", () => {
  it("writes capsules in which verification finds nothing", () => {
    expect(findings(CapsuleWriter.create().bytes)).toEqual([]);
    expect(findings(smallCapsule().bytes)).toEqual([]);
  });

  it("gives back every record and content that was added", () => {
    const history = readHistory(openCapsule(smallCapsule().bytes));
    expect(history.records.map(({ kind }) => kind)).toEqual([1, 1, 4, 7, 1, 2, 3, 5]);
    const contents = history.records.map((record) => new TextDecoder().decode(history.content(record)));
    expect(contents.splice(3, 1)).toEqual(["\0\u0001"]);
    expect(contents).toEqual([
      "the quick brown fox",
      "jumps over the lazy dog and some more text",
      "{}",
      "a slow brown fox",
      "",
      uri("a.md"),
      "",
    ]);
    expect(new TextDecoder().decode(history.records[0]?.attributes)).toBe('{"a":"x","b":1}');
  });

  it("writes big content as blobs and the same content once", () => {
    const writer = CapsuleWriter.create();
    const big = new Uint8Array(2 ** 20 + 5).map((_, i) => (i * 7919) >> 3);
    writer.add({ kind: "revision", uri: uri("big"), content: big, document: false });
    writer.commit();
    writer.add({ kind: "revision", uri: uri("copy"), content: big, document: false });
    writer.add({ kind: "revision", uri: uri("c"), content: "short, but longer than thirty-two bytes" });
    writer.add({ kind: "revision", uri: uri("d"), content: "short, but longer than thirty-two bytes" });
    writer.commit({ segments: "all" });
    const history = readHistory(openCapsule(writer.bytes));
    expect(history.records.map(({ place }) => place.mode)).toEqual([2, 3, 1, 3]);
    expect(equalBytes(history.content(history.record(1)) ?? new Uint8Array(0), big)).toBe(true);
    expect(findings(writer.bytes)).toEqual([]);
  });

  it("writes long histories with several segments", () => {
    const writer = CapsuleWriter.create();
    for (let sequence = 1; sequence <= 20; sequence++) {
      for (let i = 0; i < 40; i++) {
        writer.add({
          kind: "revision",
          uri: uri(`${(sequence * 13 + i) % 300}.md`),
          title: `t${i}`,
          content: `common w${i % 7} x${sequence} ${"y ".repeat(i)}`,
        });
      }
      writer.commit();
    }
    expect(findings(writer.bytes)).toEqual([]);
    writer.add({ kind: "removal", uri: uri("1.md") });
    writer.commit({ segments: "all" });
    expect(findings(writer.bytes)).toEqual([]);
  });
});

describe("resolve()", () => {
  const history = readHistory(openCapsule(smallCapsule().bytes));
  const main = { branch: 0, sequence: 2 };
  const run = { branch: 1, sequence: 2 };

  it("finds the newest version of the branch, then of its parent up to the fork", () => {
    expect(resolve(history, main, uri("a.md"))).toMatchObject({ outcome: "found", record: { number: 0 } });
    expect(resolve(history, run, uri("a.md"))).toMatchObject({ outcome: "found", record: { number: 4 } });
    expect(resolve(history, { branch: 1, sequence: 1 }, uri("a.md"))).toMatchObject({
      outcome: "found",
      record: { number: 0 },
    });
  });

  it("follows aliases and respects removals", () => {
    expect(resolve(history, run, uri("old.md"))).toMatchObject({
      outcome: "found",
      record: { number: 4 },
      path: [uri("old.md"), uri("a.md")],
    });
    expect(resolve(history, main, uri("old.md"))).toMatchObject({ outcome: "not-found" });
    expect(resolve(history, run, uri("b.md"))).toMatchObject({ outcome: "removed" });
    expect(documents(history, run).map(({ number }) => number)).toEqual([4]);
    expect(list(history, run, uri("")).map((entry) => entry.uri)).toEqual([uri("a.md"), uri("old.md")]);
  });

  it("refuses cycles of aliases", () => {
    const writer = smallCapsule();
    writer.add({ kind: "alias", uri: uri("x"), content: uri("y") });
    writer.add({ kind: "alias", uri: uri("y"), content: uri("x") });
    writer.commit();
    expect(resolve(readHistory(openCapsule(writer.bytes)), { branch: 0, sequence: 3 }, uri("x"))).toMatchObject({
      outcome: "alias-cycle",
    });
  });

  it("shows what was promoted", () => {
    const writer = smallCapsule();
    writer.add({ kind: "promotion", uri: uri("a.md"), promoted: 4 });
    writer.commit({ segments: "tail" });
    const promoted = readHistory(openCapsule(writer.bytes));
    expect(findings(writer.bytes)).toEqual([]);
    expect(resolve(promoted, { branch: 0, sequence: 3 }, uri("a.md"))).toMatchObject({
      outcome: "found",
      record: { number: 4 },
    });
    expect(documents(promoted, { branch: 0, sequence: 3 }).map(({ number }) => number)).toEqual([1, 4]);
    expect(documents(promoted, { branch: 0, sequence: 2 }).map(({ number }) => number)).toEqual([0, 1]);
  });
});

describe("verifyCapsule()", () => {
  it("reports every flipped bit", () => {
    const writer = smallCapsule();
    writer.note();
    const file = writer.bytes;
    const silent: number[] = [];
    for (let bit = 0; bit < file.length * 8; bit++) if (findings(flipBit(file, bit)).length === 0) silent.push(bit);
    expect(silent).toEqual([]);
  });

  it("reports a torn tail at every length", () => {
    const file = smallCapsule().bytes;
    const { head } = openCapsule(file);
    const firstEnd = readHistory(openCapsule(file)).commits[0]?.trailer.end ?? 0;
    for (let kept = firstEnd; kept < file.length; kept++) {
      for (const damaged of [tornTail(file, kept), zeroedTail(file, kept)]) {
        const capsule = openCapsule(damaged);
        // A trailer ends in its check, which may end in zero bytes: then the zeroed file may be the whole one.
        if (damaged.length === file.length && openCapsule(damaged).head?.body.sequence === head?.body.sequence)
          continue;
        expect(capsule.head?.body.sequence).toBe(1);
        expect(capsule.deadTail !== undefined || kept === firstEnd).toBe(true);
      }
    }
  });
});

describe("openCapsule()", () => {
  it("passes over a damaged newest batch, and a recovering writer declares it dead", () => {
    const damaged = damageNewestBatch(smallCapsule().bytes);
    const capsule = openCapsule(damaged);
    expect(capsule.head?.body.sequence).toBe(1);
    expect(capsule.passedOver?.commit.body.sequence).toBe(2);
    const writer = CapsuleWriter.resume(damaged);
    writer.add({ kind: "revision", uri: uri("c.md"), content: "after the crash" });
    writer.commit({ segments: "all" });
    expect(findings(writer.bytes)).toEqual([]);
    const after = openCapsule(writer.bytes);
    expect(after.head?.body.deadRanges).toEqual([capsule.deadTail]);
    expect(after.head?.body.sequence).toBe(2);
  });

  it("refuses a damaged newest batch behind which a durable note stands", () => {
    const writer = smallCapsule();
    writer.note();
    const { head } = openCapsule(writer.bytes);
    expect(() => openCapsule(flipBit(writer.bytes, 8 * ((head?.frame.offset ?? 0) + 70)))).toThrow(
      /frame hash is wrong/,
    );
    expect(findings(damageNewestBatch(writer.bytes)).join()).toMatch(/error: frame hash is wrong/);
  });

  it("opens at the commit that anchors name when the batch behind it was lost", () => {
    const writer = smallCapsule();
    const whole = writer.bytes;
    writer.frame(FrameKind.blob, new Uint8Array(100_000).fill(7));
    writer.frame(FrameKind.blob, new Uint8Array(100_000).fill(8));
    const capsule = openCapsule(tornTail(writer.bytes, writer.bytes.length - 1000));
    expect(capsule.head?.body.sequence).toBe(2);
    expect(capsule.deadTail?.start).toBe(whole.length);
    const resumed = CapsuleWriter.resume(tornTail(writer.bytes, writer.bytes.length - 1000));
    expect(resumed.bytes).toEqual(whole);
  });

  it("never takes a trailer inside content for one", () => {
    const writer = smallCapsule();
    const before = writer.bytes;
    const forged = forgedTrailers(before, before.length + FRAME_HEADER_BYTES, 5000);
    writer.add({ kind: "revision", uri: uri("forged"), content: forged, document: false });
    writer.commit();
    const file = writer.bytes;
    const history = readHistory(openCapsule(file));
    const blob = [...history.frames.values()].find(({ kind }) => kind === FrameKind.blob);
    expect(blob?.offset).toBe(before.length);
    expect(blob?.mask).not.toBe(0);
    expect(history.content(history.record(8))).toEqual(forged);
    expect(findings(file)).toEqual([]);
    for (let kept = before.length; kept < file.length; kept += 8) {
      expect(openCapsule(tornTail(file, kept))).toMatchObject({
        head: { body: { sequence: 2 } },
        passedOver: undefined,
      });
    }
    // The control: unmasked, the forged trailers are whole marks.
    const unmasked = new Uint8Array([...before, ...new Uint8Array(FRAME_HEADER_BYTES), ...forged]);
    expect(findMark(unmasked, before.length + FRAME_HEADER_BYTES, rootZero(unmasked))).toMatchObject({
      kind: MarkKind.trailer,
    });
  });

  it.each([
    ["age-encryption.org/v1\n-> scrypt", "encrypted"],
    ["MV2\0abcd", "foreign"],
    ["MV2\0\x01abc", "foreign"],
    ["MV2Eabcd", "foreign"],
    ["", "foreign"],
  ])("names files of other families: %j", (text, code) => {
    expect(() => openCapsule(new TextEncoder().encode(text))).toThrow(expect.objectContaining({ code }));
  });
});

describe("describeStructure()", () => {
  it("names every item of a damaged file", () => {
    const lines = describeStructure(damageNewestBatch(smallCapsule().bytes)).join("\n");
    for (const part of [
      "0 superblock",
      "record 0 revision (document)",
      "bytes that are no item",
      "trailer, names",
      "sequence 2",
    ])
      expect(lines).toContain(part);
  });
});
