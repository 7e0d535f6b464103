import fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import { noise, plainSections, StorageHarness, segmentData, segmentFile } from "../testing/storage-harness.js";

/** Tables whose pages have right hashes and whose bytes are wrong: nothing but a writer with a grudge makes them. */

const OK = 0;
const CORRUPT = -3;
const TERMS = 10;
type Table = { bytes: Uint8Array; levels: number; rootLength: number };
let harness: StorageHarness;

beforeEach(async () => {
  harness = await StorageHarness.create();
}, 60_000);

const bytesOf = (text: string) => Uint8Array.from(Buffer.from(text, "latin1"));

function open({ bytes, levels, rootLength }: Table): number {
  const table = {
    tag: TERMS,
    bytes,
    parameter: levels,
    auxiliaryLength: rootLength,
    auxiliaryOffset: bytes.length - rootLength,
  };
  const { file, entry } = segmentFile(
    segmentData([...plainSections().slice(0, 5), table, ...plainSections().slice(5)]),
  );
  harness.useFile(file);
  const segment = harness.open(entry);
  expect(harness.call("loadDirectory", segment)).toBe(OK);
  return segment;
}

/** Keys with little in common, so that the index is high. */
const keyOf = (i: number) => bytesOf(Buffer.from(noise(20, i)).toString("hex"));

/** A table of many entries as the builder makes it. */
function goodTable(count: number): Table {
  harness.beginPlain();
  const builder = harness.call("builder", 0);
  harness.call("builderBegin", builder, 0);
  const keys = Array.from({ length: count }, (_, i) => keyOf(i)).sort(Buffer.compare);
  keys.forEach((key, i) => {
    expect(
      harness.call("builderAdd", builder, harness.place(key), key.length, harness.place(noise(9, i), 2048), i % 10),
    ).toBe(OK);
  });
  harness.call("builderFinish", builder);
  harness.call("builderWriteSection", builder, TERMS);
  harness.section(12, new Uint8Array(40));
  const segment = harness.open(harness.finish());
  const length = Number(harness.call("sectionLength", segment, TERMS));
  const data = harness.data(segment, 48, length) as Uint8Array;
  const directory = Buffer.from(harness.data(segment, Math.ceil(length / 8) * 8 + 48 + 40, 32 * 7) as Uint8Array);
  const entry = directory.subarray(5 * 32);
  expect(entry.readUInt16LE(0)).toBe(TERMS);
  harness.call("closeSegment", segment);
  return { bytes: data, levels: entry.readUInt16LE(2), rootLength: entry.readUInt32LE(4) };
}

/** Uses a table in every way. All must end; answers whether all went well. */
function useEverything(segment: number, bytes: number): boolean {
  let good = true;
  const note = (status: number) => {
    if (status < 0 && status !== CORRUPT) throw new Error(`Status ${status}`);
    good &&= status >= 0;
    return status;
  };
  const probes = [...["", "0", "7f", "z", "\0", "f".repeat(1024)].map(bytesOf), keyOf(0), keyOf(1), keyOf(2)];
  for (const probe of probes) note(harness.call("tableLocate", segment, TERMS, harness.place(probe), probe.length));
  const cursor = harness.call("cursorOpen", segment, TERMS);
  for (const probe of probes) {
    if (note(harness.call("cursorSeek", cursor, harness.place(probe), probe.length)) === 1)
      note(harness.call("cursorNext", cursor));
  }
  let steps = 0;
  let previous = new Uint8Array(0);
  for (
    let status = note(harness.call("cursorFirst", cursor));
    status === 1;
    status = note(harness.call("cursorNext", cursor))
  ) {
    const key = harness.bytes(harness.call("cursorKey", cursor), harness.call("cursorKeyLength", cursor));
    if (key.length > 1024 || Buffer.compare(key, previous) <= 0) throw new Error("Keys that don't ascend");
    if (harness.call("cursorValueLength", cursor) > bytes || harness.call("cursorValue", cursor) === 0)
      throw new Error("A value that isn't there");
    previous = Uint8Array.from(key);
    // An entry takes four bytes at least.
    if (++steps > bytes / 4) throw new Error("No end");
  }
  harness.call("cursorClose", cursor);
  return good;
}

test("the control: an undamaged table passes, one with a length too many doesn't", () => {
  const table = goodTable(1000);
  expect(table.levels).toBe(3);
  expect(useEverything(open(table), table.bytes.length)).toBe(true);
  const bytes = table.bytes.slice();
  bytes[0] = 1; // The first key shares a byte with nothing.
  expect(useEverything(open({ ...table, bytes }), bytes.length)).toBe(false);
});

test("tables with any few bytes changed end in answers or CORRUPT", () => {
  const table = goodTable(1000);
  const { length } = table.bytes;
  const root = length - table.rootLength;
  // Half of the changes hit the index, where they steer.
  const place = fc.oneof(fc.nat(length - 1), fc.integer({ min: root - 300, max: length - 1 }));
  const byte = fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 127, 128, 255));
  fc.assert(
    fc.property(fc.array(fc.tuple(place, byte), { minLength: 1, maxLength: 5 }), (changes) => {
      const bytes = table.bytes.slice();
      for (const [at, value] of changes) bytes[at] = value;
      const segment = open({ ...table, bytes });
      useEverything(segment, length);
      harness.call("closeSegment", segment);
    }),
    { numRuns: 500 },
  );
});

test("tables of any bytes end in answers or CORRUPT", () => {
  const bytes = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 3000, size: "max" }),
    fc
      .array(fc.constantFrom(0, 1, 2, 3, 127, 128, 255), { minLength: 1, maxLength: 3000, size: "max" })
      .map((a) => Uint8Array.from(a)),
  );
  fc.assert(
    fc.property(
      bytes,
      fc.integer({ min: 1, max: 33 }),
      fc.double({ min: 0.001, max: 0.999, noNaN: true }),
      (garbage, levels, share) => {
        const rootLength = levels === 1 ? garbage.length : Math.max(1, Math.floor(garbage.length * share));
        if (levels > 1 && rootLength === garbage.length) return;
        const segment = open({ bytes: garbage, levels, rootLength });
        useEverything(segment, garbage.length);
        harness.call("closeSegment", segment);
      },
    ),
    { numRuns: 1500 },
  );
});

test("tables cut anywhere end in answers or CORRUPT", () => {
  const table = goodTable(200);
  for (let length = 1; length < table.bytes.length; length += 13) {
    // The end is what was the middle: all offsets above point at something else.
    const bytes = table.bytes.slice(table.bytes.length - length);
    const rootLength = Math.min(table.rootLength, length - 1);
    if (rootLength < 1) continue;
    const segment = open({ ...table, bytes, rootLength });
    useEverything(segment, length);
    harness.call("closeSegment", segment);
  }
});

test.each<[string, number[], number, number]>([
  ["points at itself", [0, 1, 97, 0, 0, 1, 97, 2, 4, 6], 2, 6],
  ["points behind itself", [0, 1, 97, 1, 0, 0, 1, 97, 2, 12, 6], 2, 6],
  ["points at nothing", [0, 1, 97, 0, 0, 1, 97, 2, 0, 0], 2, 6],
  ["points beyond its level", [0, 1, 97, 0, 0, 1, 97, 2, 0, 200], 2, 6],
  ["has a pointer with bytes left over", [0, 1, 97, 0, 0, 1, 97, 3, 0, 4, 0], 2, 7],
  ["has a pointer that is cut", [0, 1, 97, 0, 0, 1, 97, 1, 0], 2, 5],
  ["has an empty key", [0, 0, 0], 1, 3],
  ["has a key longer than its bytes", [0, 200, 1, 97], 1, 4],
  ["has a value longer than its bytes", [0, 1, 97, 5], 1, 4],
  ["has a varint without end", [0x80, 0x80, 0x80, 0x80, 0x80, 0x80], 1, 6],
  ["has a varint longer than needed", [0x80, 0, 1, 97, 0], 1, 5],
  ["has lengths whose sum wraps", [0xff, 0xff, 0xff, 0xff, 0x0f, 1, 97, 0], 1, 8],
])("a table that %s is CORRUPT", (_, bytes, levels, rootLength) => {
  const segment = open({ bytes: Uint8Array.from(bytes), levels, rootLength });
  const key = bytesOf("b");
  expect(harness.call("tableLocate", segment, TERMS, harness.place(key), 1)).toBe(CORRUPT);
  const cursor = harness.call("cursorOpen", segment, TERMS);
  expect(harness.call("cursorSeek", cursor, harness.place(key), 1)).toBe(CORRUPT);
});

test.each<[string, number[]]>([
  ["twice the same key", [0, 1, 97, 0, 1, 0, 0]],
  ["descending keys", [0, 1, 98, 0, 0, 1, 97, 0]],
  ["a key that hides what it shares", [0, 2, 97, 97, 0, 0, 2, 97, 98, 0]],
  ["a key that shares more than there is", [0, 1, 97, 0, 2, 1, 97, 0]],
])("a cursor takes %s for CORRUPT, and stays where it is", (_, bytes) => {
  const cursor = harness.call(
    "cursorOpen",
    open({ bytes: Uint8Array.from(bytes), levels: 1, rootLength: bytes.length }),
    TERMS,
  );
  expect(harness.call("cursorFirst", cursor)).toBe(1);
  const key = () => harness.bytes(harness.call("cursorKey", cursor), harness.call("cursorKeyLength", cursor));
  const first = key();
  expect(harness.call("cursorNext", cursor)).toBe(CORRUPT);
  expect(harness.call("cursorNext", cursor)).toBe(CORRUPT);
  expect(key()).toEqual(first);
});
