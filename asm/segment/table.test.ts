import fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import { noise, type SegmentEntry, StorageHarness } from "../testing/storage-harness.js";

const LIMIT_EXCEEDED = -8;
const WRONG_STATE = -13;
const URIS = 7;
type Entries = [key: Uint8Array, value: Uint8Array][];
let harness: StorageHarness;

beforeEach(async () => {
  harness = await StorageHarness.create();
}, 60_000);

const bytesOf = (text: string) => Uint8Array.from(Buffer.from(text, "latin1"));
const sorted = (entries: Entries): Entries =>
  [...new Map(entries.map((entry) => [Buffer.from(entry[0]).toString("latin1"), entry])).values()].sort((a, b) =>
    Buffer.compare(a[0], b[0]),
  );

/** Adds entries to a builder. */
function addAll(builder: number, entries: Entries): void {
  for (const [key, value] of entries) {
    const status = harness.call(
      "builderAdd",
      builder,
      harness.place(key),
      key.length,
      harness.place(value, 2048),
      value.length,
    );
    if (status !== 0) throw new Error(`Status ${status}`);
  }
}

/** Writes a segment whose URIs are a table of the entries. */
function write(entries: Entries): { entry: SegmentEntry; levels: number } {
  harness.startFile();
  harness.beginPlain();
  const builder = harness.call("builder", 0);
  harness.call("sectionBegin", URIS);
  harness.call("builderBegin", builder, 1);
  addAll(builder, entries);
  expect(harness.call("builderFinish", builder)).toBe(0);
  expect(harness.call("builderEndSection", builder)).toBe(0);
  harness.section(12, new Uint8Array(40));
  return { entry: harness.finish(), levels: harness.call("builderLevels", builder) };
}

function find(segment: number, key: Uint8Array): Uint8Array | null {
  const address = harness.settled(() => harness.call("tableFind", segment, URIS, harness.place(key), key.length));
  if (address === 0 && harness.call("status") !== 0) throw new Error(`Status ${harness.call("status")}`);
  return address === 0 ? null : harness.bytes(address, harness.call("foundLength"));
}

/** The entry that a cursor stands on. */
function current(cursor: number): Entries[number] {
  const key = harness.bytes(harness.call("cursorKey", cursor), harness.call("cursorKeyLength", cursor));
  const address = harness.settled(() => harness.call("cursorValue", cursor));
  expect(address).not.toBe(0);
  return [key, harness.bytes(address, harness.call("cursorValueLength", cursor))];
}

function stepped(name: string, ...args: number[]): boolean {
  const status = harness.settle(name, ...args);
  if (status < 0) throw new Error(`Status ${status}`);
  return status === 1;
}

function withCursor<T>(segment: number, use: (cursor: number) => T): T {
  const cursor = harness.call("cursorOpen", segment, URIS);
  const result = use(cursor);
  harness.call("cursorClose", cursor);
  return result;
}

function readAll(segment: number): Entries {
  return withCursor(segment, (cursor) => {
    const entries: Entries = [];
    while (stepped("cursorNext", cursor)) entries.push(current(cursor));
    expect(stepped("cursorNext", cursor)).toBe(false);
    return entries;
  });
}

function seek(segment: number, key: Uint8Array): Entries[number] | null {
  return withCursor(segment, (cursor) =>
    stepped("cursorSeek", cursor, harness.place(key), key.length) ? current(cursor) : null,
  );
}

function same(a: Entries, b: Entries): boolean {
  return (
    a.length === b.length &&
    a.every(
      ([key, value], i) =>
        Buffer.compare(key, b[i]?.[0] ?? key.subarray(1)) === 0 &&
        Buffer.compare(value, b[i]?.[1] ?? value.subarray(1)) === 0,
    )
  );
}

/** Part 7.2 of the format, written down once more: the bytes of a table and its root. */
function modelTable(entries: Entries): { bytes: Buffer; levels: number; root: [offset: number, length: number] } {
  const varint = (value: number): number[] =>
    value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))];
  const blocks = (list: Entries, least: number) => {
    const made: { first: Uint8Array; bytes: Buffer }[] = [];
    let parts: Uint8Array[] = [];
    let first: Uint8Array | null = null;
    let previous = new Uint8Array(0);
    const end = () => {
      if (first) made.push({ first, bytes: Buffer.concat(parts) });
      parts = [];
      first = null;
    };
    for (const [key, value] of list) {
      let shared = 0;
      while (first && shared < previous.length && shared < key.length && previous[shared] === key[shared]) shared++;
      first ??= key;
      parts.push(
        Uint8Array.from([...varint(shared), ...varint(key.length - shared)]),
        key.subarray(shared),
        Uint8Array.from(varint(value.length)),
        value,
      );
      previous = Uint8Array.from(key);
      if (parts.length / 4 >= least && parts.reduce((sum, part) => sum + part.length, 0) >= 1024) end();
    }
    end();
    return made;
  };
  let level = blocks(entries, 1);
  let levels = 1;
  const parts = level.map((block) => block.bytes);
  let start = 0;
  const size = (list: { bytes: Buffer }[]) => list.reduce((sum, block) => sum + block.bytes.length, 0);
  while (level.length > 1) {
    let at = start;
    const pointers: Entries = level.map((block) => {
      const pointer = Uint8Array.from([...varint(at), ...varint(block.bytes.length)]);
      at += block.bytes.length;
      return [block.first, pointer];
    });
    start += size(level);
    level = blocks(pointers, 2);
    parts.push(...level.map((block) => block.bytes));
    levels++;
  }
  return { bytes: Buffer.concat(parts), levels, root: [start, level[0]?.bytes.length ?? 0] };
}

/** Checks that every way of asking gives the entries, and that the bytes are the format's. */
function expectTable(entries: Entries, probes: Uint8Array[]): number {
  const { entry, levels } = write(entries);
  const segment = harness.open(entry);
  const model = modelTable(entries);
  expect(levels).toBe(entries.length === 0 ? 0 : model.levels);
  expect(harness.call("sectionLength", segment, URIS)).toBe(BigInt(model.bytes.length));
  const data = harness.data(segment, 48, model.bytes.length) as Uint8Array;
  expect(Buffer.compare(data, model.bytes)).toBe(0);
  if (!same(readAll(segment), entries)) throw new Error("A cursor gives other entries");
  const map = new Map(entries.map(([key, value]) => [Buffer.from(key).toString("latin1"), value]));
  for (const probe of [...probes, ...entries.map(([key]) => key)]) {
    const expected = map.get(Buffer.from(probe).toString("latin1")) ?? null;
    const found = find(segment, probe);
    if (expected === null ? found !== null : found === null || Buffer.compare(found, expected) !== 0)
      throw new Error(`Finds wrongly ${Buffer.from(probe).toString("hex")}`);
  }
  for (const probe of probes) {
    const expected = entries.find(([key]) => Buffer.compare(key, probe) >= 0) ?? null;
    const reached = seek(segment, probe);
    if (!same(reached ? [reached] : [], expected ? [expected] : []))
      throw new Error(`Seeks wrongly ${Buffer.from(probe).toString("hex")}`);
  }
  harness.call("closeSegment", segment);
  return levels;
}

/** Keys that share prefixes, and keys around them. */
const key = fc.oneof(
  fc.array(fc.constantFrom(0, 1, 0x61, 0xff), { minLength: 1, maxLength: 12 }).map((a) => Uint8Array.from(a)),
  fc
    .tuple(fc.constantFrom("mv2://default/SPEC-1/run/", "mv2://default/SPEC-2/"), fc.nat(3000))
    .map(([prefix, n]) => bytesOf(prefix + n)),
  fc
    .tuple(fc.constantFrom(300, 1000, 1023), fc.integer({ min: 0, max: 255 }))
    .map(([length, byte]) => Uint8Array.from({ length: length + 1 }, (_, i) => (i < length ? 0x62 : byte))),
);
const value = fc.oneof(
  { weight: 20, arbitrary: fc.uint8Array({ maxLength: 24 }) },
  { weight: 1, arbitrary: fc.uint8Array({ minLength: 100, maxLength: 6000, size: "max" }) },
);

test("tables of any entries find, seek and iterate as a sorted list does, and have the format's bytes", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(key, value), { maxLength: 400, size: "max" }),
      fc.array(key, { maxLength: 30, size: "max" }),
      (entries, probes) => {
        expectTable(sorted(entries), [...probes, new Uint8Array(0)]);
      },
    ),
    { numRuns: 150 },
  );
});

test.each([
  [1, 0],
  [1, 1],
  [1, 10],
  [2, 20],
  [2, 100],
  [3, 1000],
  [4, 10_000],
])("tables have %i levels with %i entries", (levels, count) => {
  const entries = sorted(
    Array.from({ length: count }, (_, i) => [
      bytesOf(`mv2://${Buffer.from(noise(40, i)).toString("hex")}`),
      noise(i % 9, i),
    ]),
  );
  const probes = [0, 1, 2, 17, count >> 1, count - 1].flatMap((i) => {
    const key = entries[i]?.[0] ?? bytesOf("a");
    return [key, key.subarray(0, -1), Uint8Array.from([...key, 0])];
  });
  const found = expectTable(entries, [...probes, bytesOf("z"), bytesOf("a")]);
  expect(found).toBe(count === 0 ? 0 : levels);
});

test("keys of 1,024 bytes without a common beginning make no endless tower of levels", () => {
  const entries = sorted(
    Array.from({ length: 300 }, (_, i) => [
      Uint8Array.from({ length: 1024 }, (_, j) => (j === 0 ? i >> 8 : j === 1 ? i & 255 : 7)),
      Uint8Array.of(i & 255),
    ]),
  );
  expect(expectTable(entries, [new Uint8Array(1024), noise(1024)])).toBe(10);
});

test("values up to 1 MiB come back whole, and are passed over unread", () => {
  const entries = sorted(
    [1 << 20, 0, 5000, (1 << 20) - 1, 3, 100_000].map((length, i) => [bytesOf(`key ${i}`), noise(length, i)]),
  );
  expectTable(entries, [bytesOf("key 3"), bytesOf("key 6")]);
  const { entry } = write(entries);
  harness.call("releasePages");
  const segment = harness.open(entry);
  harness.call("loadDirectory", segment);
  const reads = harness.reads;
  expect(harness.call("tableLocate", segment, URIS, harness.place(bytesOf("key 3")), 5)).toBe(1);
  expect(harness.call("foundLength")).toBe((1 << 20) - 1);
  expect(harness.reads - reads).toBeLessThan(20);
});

test("the same answers with a cache of three pages, and with every place pending at first touch", () => {
  const entries = sorted(
    Array.from({ length: 3000 }, (_, i) => [bytesOf(`mv2://default/${(i * 7919) % 65536}`), noise(i % 50, i)]),
  );
  const { entry } = write(entries);
  harness.call("configurePages", 0);
  const segment = harness.open(entry);
  const check = () => {
    if (!same(readAll(segment), entries)) throw new Error("A cursor gives other entries");
    for (const [key, value] of entries.slice(0, 300)) expect(find(segment, key)).toEqual(value);
    for (const [key, value] of entries.slice(500, 600)) {
      expect(seek(segment, key.subarray(0, -1))?.[1]).toBeDefined();
      expect(seek(segment, key)).toEqual([key, value]);
    }
  };
  check();
  harness.touched = new Set();
  check();
});

test("sixty-four cursors at once, on several tables, don't disturb each other", () => {
  const lists = [0, 1, 2, 3].map((n) =>
    sorted(Array.from({ length: 500 }, (_, i) => [bytesOf(`mv2://${n}/${(i * 7919) % 65536}`), noise(i % 30, i * n)])),
  );
  harness.call("configurePages", 32768);
  harness.startFile();
  const segments = lists.map((entries) => {
    harness.beginPlain();
    const builder = harness.call("builder", 0);
    harness.call("builderBegin", builder, 0);
    addAll(builder, entries);
    expect(harness.call("builderFinish", builder)).toBe(0);
    harness.call("builderWriteSection", builder, URIS);
    harness.section(12, new Uint8Array(40));
    return harness.open(harness.finish());
  });
  const cursors = Array.from({ length: 64 }, (_, i) => ({
    list: lists[i % 4] ?? [],
    at: i,
    cursor: harness.call("cursorOpen", segments[i % 4] ?? 0, URIS),
  }));
  expect(new Set(cursors.map(({ cursor }) => cursor)).size).toBe(64);
  for (const { list, at, cursor } of cursors) {
    const key = list[at]?.[0] ?? new Uint8Array(0);
    expect(stepped("cursorSeek", cursor, harness.place(key), key.length)).toBe(true);
  }
  for (let step = 0; step < 300; step++) {
    for (const entry of cursors) {
      expect(current(entry.cursor)).toEqual(entry.list[entry.at]);
      entry.at++;
      stepped("cursorNext", entry.cursor);
    }
  }
  for (const { cursor } of cursors) harness.call("cursorClose", cursor);
  expect(cursors.map(({ cursor }) => cursor)).toContain(harness.call("cursorOpen", segments[0] ?? 0, URIS));
});

test("a cursor goes back to the first entry, and stays at the end", () => {
  const entries = sorted(Array.from({ length: 100 }, (_, i) => [bytesOf(`key ${i}`), noise(30, i)]));
  const segment = harness.open(write(entries).entry);
  withCursor(segment, (cursor) => {
    expect(stepped("cursorSeek", cursor, harness.place(bytesOf("z")), 1)).toBe(false);
    expect(stepped("cursorNext", cursor)).toBe(false);
    for (let i = 0; i < 2; i++) {
      expect(stepped("cursorFirst", cursor)).toBe(true);
      expect(current(cursor)).toEqual(entries[0]);
    }
    expect(stepped("cursorSeek", cursor, harness.place(bytesOf("key 98")), 6)).toBe(true);
    expect(stepped("cursorNext", cursor)).toBe(true);
    expect(current(cursor)).toEqual(entries[99]);
    expect(stepped("cursorNext", cursor)).toBe(false);
  });
});

test("a table that was collected while another section was written is the one that would have been streamed", () => {
  const entries = sorted(Array.from({ length: 4000 }, (_, i) => [bytesOf(`term ${i * 31}`), noise(i % 20, i)]));
  const length = modelTable(entries).bytes.length;
  const streamed = harness.data(harness.open(write(entries).entry), 48, length);
  harness.startFile();
  harness.beginPlain();
  const [collecting, streaming] = [harness.call("builder", 1), harness.call("builder", 0)];
  harness.call("builderBegin", collecting, 0);
  harness.call("sectionBegin", URIS);
  harness.call("builderBegin", streaming, 1);
  // Both at once, entry by entry.
  for (const entry of entries) {
    addAll(collecting, [entry]);
    addAll(streaming, [entry]);
  }
  for (const builder of [collecting, streaming]) expect(harness.call("builderFinish", builder)).toBe(0);
  harness.call("builderEndSection", streaming);
  harness.call("builderWriteSection", collecting, 10);
  harness.section(12, new Uint8Array(40));
  const both = harness.open(harness.finish());
  for (const at of [48, 48 + Math.ceil(length / 8) * 8]) {
    expect(Buffer.compare(harness.data(both, at, length) as Uint8Array, streamed as Uint8Array)).toBe(0);
  }
});

test("a builder refuses keys out of order and what is too long", () => {
  harness.beginPlain();
  const builder = harness.call("builder", 0);
  const add = (key: Uint8Array, valueLength = 0) =>
    harness.call(
      "builderAdd",
      builder,
      harness.place(key),
      key.length,
      harness.place(new Uint8Array(0), 2048),
      valueLength,
    );
  harness.call("builderBegin", builder, 0);
  expect(add(new Uint8Array(0))).toBe(LIMIT_EXCEEDED);
  expect(add(new Uint8Array(1025))).toBe(LIMIT_EXCEEDED);
  expect(add(bytesOf("a"), (1 << 20) + 1)).toBe(LIMIT_EXCEEDED);
  expect(add(bytesOf("b"), 2000)).toBe(0);
  for (const key of ["b", "a", "azzz", ""]) expect(add(bytesOf(key))).toBeLessThan(0);
  expect(add(bytesOf("b"))).toBe(WRONG_STATE);
  expect(add(bytesOf("b\0"))).toBe(0);
  expect(add(bytesOf("b"))).toBe(WRONG_STATE);
  // A new table may begin anywhere.
  harness.call("builderBegin", builder, 0);
  expect(add(bytesOf("a"))).toBe(0);
});
