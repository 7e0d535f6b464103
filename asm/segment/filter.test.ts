import fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import { noise, StorageHarness } from "../testing/storage-harness.js";

const URIS = 7;
const FILTER = 8;
const MASK64 = (1n << 64n) - 1n;
let harness: StorageHarness;

beforeEach(async () => {
  harness = await StorageHarness.create();
}, 60_000);

const bytesOf = (text: string) => Uint8Array.from(Buffer.from(text));

function hash64(key: Uint8Array): bigint {
  return BigInt.asUintN(64, BigInt(harness.call("hash64", harness.place(key), key.length)));
}

/** Part 7.3 of the format, written down once more. */
function modelHash(key: Uint8Array): bigint {
  let h = 14695981039346656037n;
  for (const byte of key) h = ((h ^ BigInt(byte)) * 1099511628211n) & MASK64;
  h ^= h >> 32n;
  h = (h * 0x9e3779b97f4a7c15n) & MASK64;
  return h ^ (h >> 29n);
}

function modelFilter(hashes: bigint[]): Uint8Array {
  const blocks = Math.ceil((10 * hashes.length) / 512);
  const filter = new Uint8Array(64 * blocks);
  for (const h of hashes) {
    const block = Number(((h >> 32n) * BigInt(blocks)) >> 32n);
    const [a, b] = [Number(h % 512n), Number((h >> 9n) % 512n) | 1];
    for (let i = 0; i < 6; i++) {
      const bit = (a + i * b) % 512;
      filter[64 * block + (bit >> 3)] = (filter[64 * block + (bit >> 3)] ?? 0) | (1 << (bit & 7));
    }
  }
  return filter;
}

/** Opens a segment with a filter over keys. */
function filterOver(hashes: bigint[], more: () => void = () => {}): number {
  harness.startFile();
  harness.beginPlain();
  more();
  harness.call("sectionBegin", FILTER);
  for (const hash of hashes) expect(harness.call("filterAdd", hash)).toBe(0);
  expect(harness.call("filterWrite")).toBe(0);
  harness.call("sectionEnd", 0, 0, 0n);
  harness.section(12, new Uint8Array(40));
  return harness.open(harness.finish());
}

test("hash64() is what the format says", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100, size: "max" }), (key) => {
      expect(hash64(key)).toBe(modelHash(key));
    }),
  );
  expect(hash64(noise(1024))).toBe(modelHash(noise(1024)));
});

test.each([1, 2, 51, 52, 1000, 30_000])(
  "a filter over %i keys has the format's bytes and denies none of them",
  (count) => {
    const hashes = Array.from({ length: count }, (_, i) =>
      modelHash(bytesOf(`mv2://default/SPEC-KIT-${i % 97}/artifact-${i}.md`)),
    );
    const segment = filterOver(hashes);
    const model = modelFilter(hashes);
    expect(harness.call("sectionLength", segment, FILTER)).toBe(BigInt(model.length));
    expect(Buffer.compare(harness.data(segment, 48, model.length) as Uint8Array, model)).toBe(0);
    for (const hash of hashes)
      if (harness.call("filterMayHold", segment, hash) !== 1) throw new Error("A key is denied");
  },
);

test("a filter lets less than 2 % of other keys pass, but does let some", () => {
  const segment = filterOver(
    Array.from({ length: 20_000 }, (_, i) => modelHash(bytesOf(`mv2://default/run-${i}/plan.md`))),
  );
  let passed = 0;
  for (let i = 20_000; i < 60_000; i++)
    passed += harness.call("filterMayHold", segment, modelHash(bytesOf(`mv2://default/run-${i}/plan.md`)));
  expect(passed / 40_000).toBeLessThan(0.02);
  expect(passed).toBeGreaterThan(40);
});

test("without a filter a segment may hold anything if it has URIs, and nothing otherwise", () => {
  const withUris = filterOver([], () => harness.section(URIS, Uint8Array.of(0, 1, 97, 0), 1, 4));
  expect(harness.call("filterMayHold", withUris, 123n)).toBe(1);
  expect(harness.call("filterMayHold", filterOver([]), 123n)).toBe(0);
});

test("filterMayHold() passes PENDING and failures up", () => {
  const segment = filterOver([5n]);
  harness.touched = new Set();
  expect(harness.call("filterMayHold", segment, 5n)).toBe(-1);
  expect(harness.settle("filterMayHold", segment, 5n)).toBe(1);
  harness.call("releasePages");
  harness.readFailure = -5;
  expect(harness.call("filterMayHold", segment, 5n)).toBe(-5);
});

test("a filter's builder gives its memory back", () => {
  filterOver([1n]);
  harness.call("releaseOutput");
  const before = harness.call("chunkBytesInUse");
  filterOver(Array.from({ length: 50_000 }, (_, i) => BigInt(i)));
  harness.call("releaseOutput");
  // The page table of the second segment is small: both chunks are 16 KiB.
  expect(harness.call("chunkBytesInUse") - before).toBe(16384);
});
