import fc from "fast-check";
import { beforeAll, beforeEach, expect, test } from "vitest";
import {
  buildIn,
  dataOf,
  fillMemtable,
  type Harness,
  type ModelPack,
  openHarness,
  randomPacks,
  recordsOf,
  resetHarness,
  WRITE_FAILED,
} from "../testing/memtable-harness.js";
import { buildReference, type SegmentRecord } from "../testing/memtable-reference.js";

let harness: Harness;
beforeAll(async () => {
  harness = await openHarness();
}, 60_000);
beforeEach(() => resetHarness(harness));

function expectReferenceBytes(firstRecord: number, packs: ModelPack[]): void {
  const records = recordsOf(packs);
  const expected = buildReference(firstRecord, records, packs);
  const built = buildIn(harness, firstRecord, records, packs);
  expect(built.length).toBe(expected.length);
  const data = dataOf(harness, built.segment, built.length);
  harness.core.closeSegment(built.segment);
  const at = data.findIndex((byte, i) => byte !== expected[i]);
  expect(at, "first byte that differs").toBe(-1);
}

test("buildSegment() writes the bytes of the format's reference for any records", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1e9 }),
      fc.integer({ min: 1, max: 70 }),
      fc.constantFrom(0, 1, 300, 70_000),
      (seed, packs, firstRecord) => {
        expectReferenceBytes(firstRecord, randomPacks({ seed, packs, firstRecord }));
      },
    ),
    { numRuns: 40 },
  );
});

const document = (number: number, body: string[], changes: Partial<SegmentRecord> = {}): SegmentRecord => ({
  uri: `mv2://w/${number}`,
  kind: 0x81,
  tag: 0,
  branch: 0,
  sequence: 1,
  address: BigInt(number),
  promoted: 0,
  title: [],
  body,
  contentPrefix: null,
  names: [],
  exceptions: [],
  ...changes,
});
const onePack = (records: SegmentRecord[]): ModelPack[] => [
  { offset: 4096n, hash: new Uint8Array(32).fill(7), records },
];

test("a segment of one record of each kind", () => {
  for (const kind of [0x81, 1, 2, 3, 4, 5, 6]) expectReferenceBytes(9, onePack([document(9, [], { kind })]));
});

test("lists of 127, 128, 129, 255, 256 and 257 documents, and lists of 24 and 25 bytes", () => {
  const counts = [1, 23, 24, 25, 26, 127, 128, 129, 255, 256, 257];
  const records = Array.from({ length: 300 }, (_, i) =>
    document(
      i,
      counts.filter((count) => i < count).map((count) => `in${count}`),
    ),
  );
  expectReferenceBytes(0, onePack(records));
});

test("lengths of one, two and four bytes", () => {
  for (const words of [255, 256, 65_535, 65_536]) {
    expectReferenceBytes(
      0,
      onePack([document(0, ["x"]), document(1, new Array<string>(words).fill("x"), { title: ["t"] })]),
    );
    expectReferenceBytes(
      0,
      onePack([document(0, ["x"]), document(1, [], { title: new Array<string>(words).fill("x") })]),
    );
  }
});

test("names of all lengths, and the newest record of a name", () => {
  const names = Array.from({ length: 200 }, (_, i) => Buffer.from(`i${"ab".repeat(i % 40)}${i % 150}`));
  expectReferenceBytes(5, onePack(names.map((name, i) => document(i, [], { kind: 5, names: [name] }))));
});

test("a URI's many versions are one value", () => {
  const records = Array.from({ length: 3000 }, (_, i) =>
    document(i, [], { uri: "mv2://w/state", kind: 1, sequence: 1 + (i >> 2) }),
  );
  expectReferenceBytes(0, onePack(records));
});

test("buildSegment() gives back all memory that it takes, and takes little", () => {
  const packs = randomPacks({ seed: 5, packs: 900, firstRecord: 0 });
  const { core } = harness;
  const measure = () => {
    fillMemtable(harness, 0, recordsOf(packs), packs);
    const before = core.chunkBytesInUse();
    expect(core.buildSegment()).toBe(0);
    core.flushOutput();
    core.releaseOutput();
    // The URIs stay sorted for who lists them next.
    expect(core.chunkBytesInUse() - before).toBeLessThanOrEqual(1 << 18);
    core.memtableReset(0);
    core.releasePages();
    return core.chunkBytesInUse();
  };
  const floor = measure();
  expect(measure()).toBe(floor);
  expect(measure()).toBe(floor);
});

test("buildSegment() reports a failing host, and the next one is whole", () => {
  const packs = randomPacks({ seed: 6, packs: 1500, firstRecord: 0, packRecords: 60 });
  const { core, file } = harness;
  fillMemtable(harness, 0, recordsOf(packs), packs);
  const before = core.chunkBytesInUse();
  file.appendsLeft = 0;
  expect(core.buildSegment()).toBe(WRITE_FAILED);
  core.releaseOutput();
  expect(core.chunkBytesInUse() - before).toBeLessThanOrEqual(1 << 20);
  file.appendsLeft = -1;
  core.sourceReset(BigInt(file.length));
  core.beginBatch(BigInt(file.length), 0n, 0n);
  expectReferenceBytes(3, randomPacks({ seed: 7, packs: 20, firstRecord: 3 }));
});
