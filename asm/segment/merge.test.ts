import { blake3 } from "@noble/hashes/blake3.js";
import fc from "fast-check";
import { beforeAll, beforeEach, expect, test } from "vitest";
import {
  type BuiltSegment,
  buildIn,
  CORRUPT,
  DEFAULT_CACHE_BYTES,
  dataOf,
  type Harness,
  type ModelPack,
  mergeIn,
  OK,
  openHarness,
  READ_FAILED,
  randomNumbers,
  randomPacks,
  recordsOf,
  resetHarness,
  takeWritten,
  WRITE_FAILED,
} from "../testing/memtable-harness.js";
import { buildReference, type SegmentRecord } from "../testing/memtable-reference.js";

let harness: Harness;
beforeAll(async () => {
  harness = await openHarness();
}, 60_000);
beforeEach(() => resetHarness(harness));

/** Three pages: whatever relies on a page after another access meets another page's bytes. */
const SMALLEST_CACHE_BYTES = 1 << 14;

function firstDifference(found: Uint8Array, expected: Uint8Array): number {
  if (found.length !== expected.length) return Math.min(found.length, expected.length);
  return found.findIndex((byte, i) => byte !== expected[i]);
}

/** Splits a list after random elements. */
function cutAtRandom<T>(items: T[], random: (limit: number) => number, most: number): T[][] {
  const groups: T[][] = [];
  for (let at = 0; at < items.length; ) {
    const size = 1 + random(most);
    groups.push(items.slice(at, at + size));
    at += size;
  }
  return groups;
}

function buildGroups(groups: ModelPack[][], firstRecord: number): BuiltSegment[] {
  let next = firstRecord;
  return groups.map((packs) => {
    const built = buildIn(harness, next, recordsOf(packs), packs);
    next += recordsOf(packs).length;
    return built;
  });
}

function merged(segments: BuiltSegment[]): BuiltSegment {
  expect(mergeIn(harness, segments)).toBe(OK);
  for (const { segment } of segments) harness.core.closeSegment(segment);
  return takeWritten(harness);
}

test("merging segments, in any groups and again, gives the bytes of one build", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1e9 }),
      fc.integer({ min: 2, max: 60 }),
      fc.constantFrom(0, 1, 300, 70_000),
      fc.constantFrom(SMALLEST_CACHE_BYTES, DEFAULT_CACHE_BYTES),
      (seed, count, firstRecord, cacheBytes) => {
        const packs = randomPacks({ seed, packs: count, firstRecord });
        const random = randomNumbers(seed + 1);
        harness.core.configurePages(cacheBytes);
        let segments = buildGroups(cutAtRandom(packs, random, 8), firstRecord);
        while (segments.length > 1) {
          segments = cutAtRandom(segments, random, 5).flatMap((group) =>
            group.length === 1 && random(2) ? group : [merged(group)],
          );
        }
        const [whole] = segments as [BuiltSegment];
        const expected = buildReference(firstRecord, recordsOf(packs), packs);
        const difference = firstDifference(dataOf(harness, whole.segment, whole.length), expected);
        harness.core.closeSegment(whole.segment);
        expect(difference, "first byte that differs").toBe(-1);
      },
    ),
    { numRuns: 60 },
  );
});

test("merging larger segments gives the bytes and the root of one build", () => {
  const firstRecord = 1000;
  const packs = randomPacks({ seed: 11, packs: 1200, firstRecord, packRecords: 60 });
  const whole = buildIn(harness, firstRecord, recordsOf(packs), packs);
  const root = Buffer.from(harness.core.memory.buffer.slice(harness.core.root(), harness.core.root() + 32));
  const segments = buildGroups(cutAtRandom(packs, randomNumbers(3), 300), firstRecord);
  const result = merged(segments);
  expect(result.length).toBeGreaterThan(1 << 20);
  expect(
    firstDifference(dataOf(harness, result.segment, result.length), dataOf(harness, whole.segment, whole.length)),
  ).toBe(-1);
  expect(Buffer.from(harness.core.memory.buffer.slice(harness.core.root(), harness.core.root() + 32))).toEqual(root);
});

const document = (number: number, body: string[]): SegmentRecord => ({
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
});

test("lists of 127, 128, 129, 255, 256 and 257 documents come about however they were cut", () => {
  const counts = [1, 2, 23, 24, 25, 26, 127, 128, 129, 255, 256, 257];
  const records = Array.from({ length: 300 }, (_, i) =>
    document(
      i,
      counts.filter((count) => (i * 7) % 300 < count).map((count) => `in${count}`),
    ),
  );
  const packs = records.map(
    (record, i): ModelPack => ({ offset: BigInt(4096 + 8 * i), hash: new Uint8Array(32).fill(i), records: [record] }),
  );
  const expected = buildReference(0, records, packs);
  for (const cuts of [[1], [127], [128], [129, 257], [255], [256], [50, 100, 150, 200], [299]]) {
    const groups = [0, ...cuts].map((from, i) => packs.slice(from, cuts[i] ?? packs.length));
    const result = merged(buildGroups(groups, 0));
    expect(firstDifference(dataOf(harness, result.segment, result.length), expected)).toBe(-1);
  }
});

test("mergeSegments() gives back all memory that it takes", () => {
  const { core } = harness;
  const packs = randomPacks({ seed: 21, packs: 400, firstRecord: 0 });
  const measure = () => {
    const segments = buildGroups(cutAtRandom(packs, randomNumbers(2), 90), 0);
    const result = merged(segments);
    core.closeSegment(result.segment);
    core.flushOutput();
    core.releaseOutput();
    core.releasePages();
    return core.chunkBytesInUse();
  };
  const floor = measure();
  expect(measure()).toBe(floor);
});

test("mergeSegments() refuses segments that don't follow one another, none at all, and more than 64", () => {
  const packs = randomPacks({ seed: 1, packs: 9, firstRecord: 0 });
  const segments = buildGroups([packs.slice(0, 3), packs.slice(3, 6), packs.slice(6)], 0);
  const [a, b, c] = segments as [BuiltSegment, BuiltSegment, BuiltSegment];
  expect(mergeIn(harness, [a, c])).toBe(CORRUPT);
  expect(mergeIn(harness, [b, a])).toBe(CORRUPT);
  expect(mergeIn(harness, [])).toBeLessThan(0);
  expect(mergeIn(harness, new Array<BuiltSegment>(65).fill(a))).toBeLessThan(0);
  expect(mergeIn(harness, [a, b, c])).toBe(OK);
});

test("mergeSegments() reports a host that fails at any read, or at an append, and succeeds afterwards", () => {
  const { core, file } = harness;
  const packs = randomPacks({ seed: 31, packs: 60, firstRecord: 0 });
  const segments = buildGroups(cutAtRandom(packs, randomNumbers(2), 9), 0);
  core.flushOutput();
  const floor = () => {
    core.flushOutput();
    core.releaseOutput();
    core.releasePages();
    return core.chunkBytesInUse();
  };
  expect(mergeIn(harness, segments)).toBe(OK);
  const before = floor();
  let failures = 0;
  for (let reads = 0; ; reads += 1 + (reads >> 3)) {
    core.configurePages(SMALLEST_CACHE_BYTES);
    core.startSegmentReading();
    file.readsLeft = reads;
    const status = mergeIn(harness, segments);
    file.readsLeft = -1;
    if (status === OK) break;
    failures++;
    expect(status).toBe(READ_FAILED);
    expect(floor()).toBe(before);
  }
  expect(failures).toBeGreaterThan(20);
  file.appendsLeft = 0;
  let status = OK;
  for (let i = 0; i < 100 && status === OK; i++) status = mergeIn(harness, segments);
  expect(status).toBe(WRITE_FAILED);
});

/** Lays a segment's data out as its stream, with the hashes that belong to it, at the end of the file, and opens it. */
function plant(data: Uint8Array, firstRecord: number, recordCount: number): number {
  const { core, file, io } = harness;
  const stream: Uint8Array[] = [data];
  let level: Uint8Array = data;
  let root = blake3(data);
  while (level.length > (level === data ? 4096 : 32)) {
    const pages = Array.from({ length: Math.ceil(level.length / 4096) }, (_, i) =>
      blake3(level.subarray(4096 * i, 4096 * (i + 1))),
    );
    level = Buffer.concat(pages);
    root = pages[0] ?? root;
    if (level.length > 32) stream.push(level);
  }
  const bytes = Buffer.concat(stream);
  const firstExtent = Math.ceil(file.length / 8) * 8;
  for (let at = 0; at < bytes.length; at += 1 << 20) {
    const place = firstExtent + (at / (1 << 20)) * 1_048_696 + 56;
    const piece = bytes.subarray(at, at + (1 << 20));
    file.reserve(place + piece.length);
    file.bytes.set(piece, place);
    file.length = place + piece.length;
  }
  core.sourceReset(BigInt(file.length));
  core.beginBatch(BigInt(file.length), 0n, 0n);
  new Uint8Array(core.memory.buffer).set(root, io);
  return core.openSegment(BigInt(firstExtent), BigInt(data.length), firstRecord, recordCount, io, io + 64, 0);
}

test("a control: planted data is read and merged as written data is", () => {
  const packs = randomPacks({ seed: 41, packs: 40, firstRecord: 0 });
  const groups = cutAtRandom(packs, randomNumbers(2), 9);
  let next = 0;
  const planted = groups.map((group) => {
    const records = recordsOf(group);
    const data = buildReference(next, records, group);
    next += records.length;
    return { segment: plant(data, next - records.length, records.length), length: data.length };
  });
  const result = merged(planted);
  expect(
    firstDifference(dataOf(harness, result.segment, result.length), buildReference(0, recordsOf(packs), packs)),
  ).toBe(-1);
});

/** What a malicious author may do to a segment's data: each returns a changed copy. */
function mutate(data: Uint8Array, random: (limit: number) => number): Uint8Array {
  const changed = Buffer.from(data);
  const view = new DataView(changed.buffer, changed.byteOffset, changed.length);
  const extremes = [0, 1, 127, 128, 0x7fff, 0xffff, 0x7fffffff, 0xfffffffe, 0xffffffff, data.length, 1 << 20];
  const entries = view.getUint32(changed.length - 8, true);
  const directory = changed.length - 64 - 32 * entries;
  const edits = 1 + random(3);
  for (let edit = 0; edit < edits; edit++) {
    const section = directory + 32 * random(entries);
    const start = Number(view.getBigUint64(section + 8, true));
    const length = Number(view.getBigUint64(section + 16, true));
    const inSection = Math.min(changed.length - 8, start + random(Math.max(1, Math.min(length, changed.length))));
    const choice = random(7);
    if (choice === 0) changed[inSection] = random(256);
    else if (choice === 1) changed[inSection] = (changed[inSection] ?? 0) ^ (1 << random(8));
    else if (choice === 2) view.setUint32(inSection, extremes[random(extremes.length)] ?? 0, true);
    else if (choice === 3) view.setUint32(section + 4 * random(8), extremes[random(extremes.length)] ?? 0, true);
    else if (choice === 4)
      view.setUint32(changed.length - 64 + 4 * random(16), extremes[random(extremes.length)] ?? 0, true);
    else if (choice === 5) changed.copyWithin(inSection, random(changed.length), random(changed.length));
    else changed.fill(random(2) ? 0xff : 0x80, inSection, Math.min(changed.length, inSection + random(40)));
  }
  return changed;
}

test("hostile segments with right hashes give CORRUPT or a segment, never a trap or a loop", () => {
  const { core } = harness;
  core.configurePages(SMALLEST_CACHE_BYTES);
  const packs = randomPacks({ seed: 51, packs: 60, firstRecord: 0, packRecords: 8 });
  const halves = [packs.slice(0, 30), packs.slice(30)];
  const counts = halves.map((half) => recordsOf(half).length) as [number, number];
  const datas = halves.map((half, i) => buildReference(i === 0 ? 0 : counts[0], recordsOf(half), half)) as [
    Uint8Array,
    Uint8Array,
  ];
  const outcomes = new Map<number, number>();
  for (let seed = 0; seed < 1000; seed++) {
    harness.file.length = 256;
    const random = randomNumbers(seed);
    const victim = random(2);
    core.startSegmentReading();
    const segments = datas.map((data, i) =>
      plant(i === victim ? mutate(data, random) : data, i === 0 ? 0 : counts[0], counts[i] ?? 0),
    );
    const status = mergeIn(
      harness,
      segments.map((segment) => ({ segment, length: 0 })),
    );
    outcomes.set(status, (outcomes.get(status) ?? 0) + 1);
    for (const segment of segments) core.closeSegment(segment);
    if (status !== OK) continue;
    const result = takeWritten(harness);
    expect(core.loadDirectory(result.segment)).toBe(OK);
    core.closeSegment(result.segment);
  }
  expect([...outcomes.keys()].sort()).toEqual([CORRUPT, OK]);
  expect(outcomes.get(CORRUPT)).toBeGreaterThan(500);
});

test("terms that share one list of postings are CORRUPT, for all their decoding would have no end", () => {
  const words = Array.from({ length: 200 }, (_, i) => `word${1000 + i}`);
  const records = Array.from({ length: 40 }, (_, i) => document(i, words));
  const pack = { offset: 4096n, hash: new Uint8Array(32) };
  const data = Buffer.from(buildReference(0, records, [pack]));
  // Each value: df × 2, offset, length of a list of 40 bytes. The 2-byte offsets begin with the fourth list.
  let shared = 0;
  for (let i = 0; i < 200; i++) {
    const value = Buffer.from([80, ...(40 * i < 128 ? [40 * i] : [((40 * i) & 127) | 128, (40 * i) >> 7]), 40]);
    const at = data.lastIndexOf(value);
    if (value.length !== 4 || at < 0) continue;
    value.copy(data, at);
    data.set([0x80 | 40, 1], at + 1);
    shared++;
  }
  expect(shared).toBeGreaterThan(100);
  const good = plant(buildReference(0, records, [pack]), 0, 40);
  expect(mergeIn(harness, [{ segment: good, length: 0 }])).toBe(OK);
  const bad = plant(data, 0, 40);
  expect(mergeIn(harness, [{ segment: bad, length: 0 }])).toBe(CORRUPT);
});

const LEVEL_0_BYTES = 32 * 1024;
const levelReference = (bytes: number) =>
  bytes < LEVEL_0_BYTES ? 0 : Math.floor(Math.log2(bytes / LEVEL_0_BYTES) / 3) + 1;

/** docs/format.md 7.5, word by word. */
function planReference(lengths: number[]): number {
  for (let level = 0; level <= 20; level++) {
    let run = 0;
    while (run < lengths.length && levelReference(lengths[lengths.length - 1 - run] ?? 0) <= level) run++;
    const bytes = lengths.slice(lengths.length - run).reduce((sum, length) => sum + length, 0);
    const ofLevel = lengths.slice(lengths.length - run).filter((length) => levelReference(length) === level).length;
    if (ofLevel >= 8 && bytes <= 64 * 2 ** 20) return run;
  }
  return 0;
}

test("segmentLevel() goes up at 32 KiB and at each eightfold of it", () => {
  for (let level = 0; level < 8; level++) {
    const limit = LEVEL_0_BYTES * 8 ** level;
    expect(harness.core.segmentLevel(BigInt(limit - 8))).toBe(level);
    expect(harness.core.segmentLevel(BigInt(limit))).toBe(level + 1);
  }
});

test("planMerge() follows the tier rule", () => {
  const { core, list } = harness;
  const segments = buildGroups(
    Array.from({ length: 30 }, (_, seed) => randomPacks({ seed, packs: 1, firstRecord: 0 })),
    0,
  );
  for (const { segment } of segments) core.loadDirectory(segment);
  const length = fc
    .oneof(
      fc.integer({ min: 1, max: 4500 }),
      fc.integer({ min: 4000, max: 40_000 }),
      fc.integer({ min: 30_000, max: 1_500_000 }),
    )
    .map((units) => 8 * units);
  const plans = new Set<number>();
  fc.assert(
    fc.property(fc.array(length, { maxLength: 30, size: "max" }), (lengths) => {
      lengths.forEach((bytes, i) => core.setDataLength(segments[i]?.segment ?? 0, bytes));
      new Uint32Array(core.memory.buffer, list, lengths.length).set(lengths.map((_, i) => segments[i]?.segment ?? 0));
      const plan = core.planMerge(list, lengths.length);
      plans.add(plan);
      expect(plan).toBe(planReference(lengths));
    }),
    { numRuns: 400 },
  );
  expect(plans.size).toBeGreaterThan(4);
});

test("planMerge() leaves segments alone in which one URI has more versions than a value holds", () => {
  const { core, list } = harness;
  const plan = (versions: number) => {
    const segments = Array.from({ length: 8 }, (_, s) => {
      const records = Array.from({ length: versions }, (_, i) => ({
        ...document(versions * s + i, []),
        kind: 1,
        uri: `mv2://w/${i % 40 === 0 ? i : "state"}`,
      }));
      return buildIn(harness, versions * s, records, [{ offset: BigInt(8 * (s + 1)), hash: new Uint8Array(32) }]);
    });
    new Uint32Array(core.memory.buffer, list, 8).set(segments.map(({ segment }) => segment));
    const answer = core.planMerge(list, 8);
    if (answer === 8) expect(mergeIn(harness, segments)).toBe(OK);
    return answer;
  };
  expect(plan(20_000)).toBe(8);
  expect(plan(40_000)).toBe(0);
});
