import { beforeEach, expect, test } from "vitest";
import {
  EXTENT_BODY_BYTES,
  noise,
  type SegmentEntry,
  StorageHarness,
  segmentFile,
} from "../testing/storage-harness.js";

const CORRUPT = -3;
const READ_FAILED = -5;
const Cause = { BEYOND_END: 8, PAGE_HASH: 20, SEGMENT_DIRECTORY: 21, SEGMENT_CONTENT: 22 };
const PAGE = 4096;
let harness: StorageHarness;

beforeEach(async () => {
  harness = await StorageHarness.create();
}, 60_000);

function useData(data: Uint8Array, masks: [number, number][] = []): { segment: number; entry: SegmentEntry } {
  const { file, entry } = segmentFile(data, 1, masks);
  harness.useFile(file);
  const segment = harness.open(entry);
  expect(segment).not.toBe(0);
  return { segment, entry };
}

/** Reads a range and compares it with what was stored. */
function expectRange(segment: number, data: Uint8Array, at: number, length: number): void {
  const read = harness.data(segment, at, length);
  if (typeof read === "number") throw new Error(`Status ${read} at ${at} of ${data.length}`);
  if (Buffer.compare(read, data.subarray(at, at + length)) !== 0) throw new Error(`Differs at ${at} of ${data.length}`);
}

function expectData(segment: number, data: Uint8Array, piece: number): void {
  for (let at = 0; at < data.length; at += piece) expectRange(segment, data, at, Math.min(piece, data.length - at));
}

function failure(): { status: number; cause: number; offset: number } {
  const view = new DataView(harness.memory.buffer, harness.call("failurePointer"), 16);
  return { status: view.getInt32(0, true), cause: view.getInt32(4, true), offset: view.getFloat64(8, true) };
}

const sizes = [
  ...[8, 64, PAGE - 8, PAGE, PAGE + 8, 2 * PAGE, 127 * PAGE, 128 * PAGE, 128 * PAGE + 8, 129 * PAGE],
  ...[EXTENT_BODY_BYTES - PAGE, EXTENT_BODY_BYTES - 8, EXTENT_BODY_BYTES, EXTENT_BODY_BYTES + 8],
  3 * EXTENT_BODY_BYTES + 98760,
];

test.each(sizes)("bytesAt() gives data of %i bytes back, in pieces of any size", (size) => {
  const data = noise(size);
  const { segment } = useData(data);
  for (const piece of [8 * PAGE + 24, 1 << 20, 777]) expectData(segment, data, piece);
});

test("readBytes() copies any range, and nothing beyond it", () => {
  const data = noise(3 * PAGE + 16);
  const { segment } = useData(data);
  for (const [at, length] of [
    [0, 0],
    [0, 1],
    [PAGE - 1, 2],
    [5, 2 * PAGE],
    [3 * PAGE + 15, 1],
    [0, 3 * PAGE + 16],
  ] as const) {
    const target = harness.place(new Uint8Array(length + 16).fill(0xaa));
    expect(harness.call("readBytes", segment, BigInt(at), length, target)).toBe(0);
    expect(harness.bytes(target, length + 16)).toEqual(
      Uint8Array.from([...data.subarray(at, at + length), ...new Uint8Array(16).fill(0xaa)]),
    );
  }
});

test.each([0, 8 * PAGE, 40 * PAGE])("bytesAt() answers the same with a cache of %i bytes", (limit) => {
  const data = noise(300 * PAGE + 40);
  harness.call("configurePages", limit);
  const { segment } = useData(data);
  for (let i = 0; i < 2000; i++) {
    const at = (i * 7919 * 61) % (data.length - 9000);
    expectRange(segment, data, at, 1 + ((i * 37) % 9000));
  }
  // One chunk of three pages is the least.
  expect(harness.call("pageCacheBytes")).toBeLessThanOrEqual(Math.max(limit, 4 * PAGE));
});

test("bytesAt() reads a page once while the cache has room, and keeps the pages in use when it hasn't", () => {
  const data = noise(400 * PAGE);
  harness.call("configurePages", 1 << 20);
  const { segment } = useData(data);
  expectData(segment, data.subarray(0, 200 * PAGE), PAGE);
  // Two pages of hashes, and the page above them.
  expect(harness.reads).toBe(200 + 2 + 1);
  expectData(segment, data.subarray(0, 200 * PAGE), 1000);
  expect(harness.reads).toBe(203);
  for (let page = 200; page < 400; page++) {
    expectRange(segment, data, page * PAGE, 8);
    expectData(segment, data.subarray(0, 5 * PAGE), PAGE);
  }
  // The first five were pushed out once at most, by the clock's first round.
  expect(harness.reads - 203).toBeLessThan(220);
  expect(harness.call("pageCacheBytes")).toBe(1 << 20);
});

test("every flipped bit of a segment's extent is found by the read that touches it", () => {
  const data = noise(2 * PAGE + 40);
  const { file, entry } = segmentFile(data);
  const body = entry.firstExtent + 56;
  for (let at = entry.firstExtent; at < file.length; at++) {
    for (let flipped = 1; flipped < 256; flipped *= 2) {
      file[at] = (file[at] ?? 0) ^ flipped;
      harness.useFile(file);
      const segment = harness.open(entry);
      const page = at < body + data.length ? Math.floor((at - body) / PAGE) : 0;
      const read = harness.data(segment, Math.max(0, page) * PAGE, page === 2 ? 40 : 100);
      // A reader of pages needs no frame header.
      if (at < body) expect(read).toBeInstanceOf(Uint8Array);
      else if (read !== CORRUPT || failure().cause !== Cause.PAGE_HASH)
        throw new Error(`Flip of ${flipped} at ${at}: ${read}`);
      harness.call("closeSegment", segment);
      file[at] = (file[at] ?? 0) ^ flipped;
    }
  }
});

test("a damaged page spoils no other, and is named", () => {
  const data = noise(5 * PAGE);
  const { file, entry } = segmentFile(data);
  const damaged = entry.firstExtent + 56 + 2 * PAGE;
  file[damaged + 17] = (file[damaged + 17] ?? 0) ^ 1;
  harness.useFile(file);
  const segment = harness.open(entry);
  expectRange(segment, data, 0, 2 * PAGE);
  expectRange(segment, data, 3 * PAGE, 2 * PAGE);
  expect(harness.data(segment, 0, 5 * PAGE)).toBe(CORRUPT);
  expect(failure()).toEqual({ status: CORRUPT, cause: Cause.PAGE_HASH, offset: damaged });
});

test("bytesAt() unmasks extents, and hash pages that lie in two", () => {
  const masks: [number, number][] = [
    [0, 0x80ff0102],
    [2, 0x00ff00ff],
    [3, 1],
  ];
  const long = noise(3 * EXTENT_BODY_BYTES + 9 * PAGE);
  expectData(useData(long, masks).segment, long, 100_000);
  // The first hash page, of 128 hashes, begins 1,000 bytes before the first extent ends.
  const straddling = noise(EXTENT_BODY_BYTES - 1000);
  expectData(useData(straddling, masks.slice(0, 1)).segment, straddling, 100_000);
  expectData(
    useData(straddling, [
      [0, 7],
      [1, 0xffffffff],
    ]).segment,
    straddling,
    100_000,
  );
});

test("with every place pending at first touch all reads end, and name places together", () => {
  const data = noise(EXTENT_BODY_BYTES + 300 * PAGE);
  const { segment } = useData(data);
  harness.touched = new Set();
  let rounds = 0;
  const read = harness.settled(() => {
    rounds++;
    return harness.call("bytesAt", segment, 1000n, 100 * PAGE);
  });
  expect(harness.bytes(read, 100 * PAGE)).toEqual(data.slice(1000, 1000 + 100 * PAGE));
  expect(harness.touched.size).toBe(101 + 2);
  // The data pages and their hashes are asked for at once.
  expect(rounds).toBe(2);
  expectData(segment, data, 50_000);
  harness.call("configurePages", 4 * PAGE);
  expectData(segment, data, 50_000);
});

test("a failed read passes up unchanged and leaves nothing behind", () => {
  const data = noise(20 * PAGE);
  const { segment } = useData(data);
  const { file } = harness;
  harness.file = file.subarray(0, 10 * PAGE);
  expect(harness.data(segment, 11 * PAGE, 10)).toBe(CORRUPT);
  expect(failure().cause).toBe(Cause.BEYOND_END);
  harness.file = file;
  harness.readFailure = READ_FAILED;
  expect(harness.data(segment, 0, 3 * PAGE)).toBe(READ_FAILED);
  harness.readFailure = 0;
  expectData(segment, data, 5000);
});

test("bytesAt() and readBytes() refuse what isn't in the data", () => {
  const data = noise(3 << 20);
  const { segment } = useData(data);
  const size = BigInt(data.length);
  for (const [offset, length] of [
    [size, 1],
    [size + 1n, 0],
    [size - 8n, 9],
    [2n ** 53n, 1],
    [2n ** 64n - 1n, 1],
    [2n ** 64n - 8n, 8],
    [0n, 0xffffffff],
    [16n, (2 << 20) + 1],
  ] as const) {
    harness.call("startSegmentReading");
    expect(harness.call("bytesAt", segment, offset, length)).toBe(0);
    expect(harness.call("status")).toBe(CORRUPT);
    expect(failure().cause).toBe(Cause.SEGMENT_CONTENT);
    if (length !== (2 << 20) + 1)
      expect(harness.call("readBytes", segment, offset, length, harness.place(new Uint8Array(0)))).toBe(CORRUPT);
  }
  expect(harness.call("bytesAt", segment, 16n, 2 << 20)).not.toBe(0);
  expect(harness.data(segment, data.length, 0)).toEqual(new Uint8Array(0));
});

test("openSegment() refuses places and masks that can't be", () => {
  const { file, entry } = segmentFile(noise(300 * PAGE));
  harness.useFile(file);
  const refused: Partial<SegmentEntry>[] = [
    { dataLength: 0 },
    { dataLength: 300 * PAGE - 4 },
    { dataLength: 300 * PAGE + 8 },
    { dataLength: 2 ** 52 },
    { dataLength: 2 ** 63 },
    { firstExtent: file.length },
    { firstExtent: 264 },
    { firstExtent: 257 },
    { firstExtent: 2 ** 63 },
    { masks: [[2, 1]] },
    { masks: [[0, 0]] },
    {
      masks: [
        [1, 1],
        [0, 1],
      ],
    },
    {
      masks: [
        [1, 1],
        [1, 1],
      ],
    },
    {
      masks: [
        [0, 1],
        [1, 1],
        [2, 1],
      ],
    },
  ];
  for (const change of refused) {
    expect(harness.open({ ...entry, ...change }), JSON.stringify(change)).toBe(0);
    expect(harness.call("status")).toBe(CORRUPT);
    expect(failure().cause).toBe(Cause.SEGMENT_DIRECTORY);
  }
  expect(harness.open(entry)).not.toBe(0);
});

test("closeSegment() frees pages for other segments, and releasePages() all of their memory", () => {
  const data = noise(60 * PAGE);
  const { file, entry } = segmentFile(data);
  harness.useFile(file);
  const before = harness.call("chunkBytesInUse");
  for (let i = 0; i < 50; i++) {
    const segment = harness.open(entry);
    expectData(segment, data, PAGE);
    harness.call("closeSegment", segment);
  }
  expect(harness.call("pageCacheBytes")).toBe(1 << 19);
  // While a segment is open, too: its pages are read again.
  const segment = harness.open(entry);
  expectData(segment, data, PAGE);
  harness.call("releasePages");
  expectData(segment, data, PAGE);
  harness.call("closeSegment", segment);
  harness.call("releasePages");
  // The scratch, its smallest chunk, stays.
  expect(harness.call("chunkBytesInUse") - before).toBeLessThanOrEqual(16384);
});

test("startSegmentReading() gives the memory of a big value back", () => {
  const { segment } = useData(noise(2 << 20));
  harness.call("bytesAt", segment, 0n, 100);
  harness.data(segment, 0, 5000);
  const before = harness.call("chunkBytesInUse") - harness.call("pageCacheBytes");
  harness.data(segment, 0, 1 << 20);
  harness.call("startSegmentReading");
  expect(harness.call("chunkBytesInUse") - harness.call("pageCacheBytes")).toBeLessThanOrEqual(before);
});
