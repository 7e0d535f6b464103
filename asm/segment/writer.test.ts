import { beforeEach, expect, test } from "vitest";
import {
  EXTENT_BODY_BYTES,
  EXTENT_STRIDE,
  MARK_MAGIC,
  noise,
  pageTree,
  type SegmentEntry,
  StorageHarness,
} from "../testing/storage-harness.js";

const WRITE_FAILED = -6;
const WRONG_STATE = -13;
const POSTINGS = 9;
/** What `beginPlain(1)` writes, padded. */
const PLAIN_BYTES = 8 + 8 + 16 + 8 + 8;
const directoryBytes = (sections: number) => 32 * sections + 64;
let harness: StorageHarness;

beforeEach(async () => {
  harness = await StorageHarness.create();
}, 60_000);

/** A segment whose data is `size` bytes altogether, most of it a postings section of `content`. */
function write(content: Uint8Array): SegmentEntry {
  harness.beginPlain();
  harness.section(POSTINGS, content);
  harness.section(12, new Uint8Array(40));
  return harness.finish();
}

/** The stream as a reader without our code finds it: extents by their place, unmasked. */
function streamOf(entry: SegmentEntry): Uint8Array {
  const { firstExtent } = entry;
  const view = new DataView(harness.file.buffer, harness.file.byteOffset, harness.file.length);
  const parts: Uint8Array[] = [];
  for (let at = firstExtent; at + 56 <= harness.file.length; at += EXTENT_STRIDE) {
    const length = view.getUint32(at + 36, true);
    const mask = view.getUint32(at + 44, true);
    expect(harness.file[at + 32]).toBe(4);
    expect(new Map(entry.masks).get(parts.length) ?? 0).toBe(mask);
    const body = harness.file.slice(at + 56, at + 56 + length);
    expect(Buffer.from(body).includes(Buffer.from(MARK_MAGIC))).toBe(false);
    parts.push(body.map((byte, i) => byte ^ (mask >>> (8 * (i & 3)))));
    if (length < EXTENT_BODY_BYTES) break;
  }
  return Buffer.concat(parts);
}

/** Checks a written segment against part 7 of the format: page tree, extents; answers the data. */
function expectSegment(entry: SegmentEntry): Uint8Array {
  const stream = streamOf(entry);
  const data = stream.subarray(0, entry.dataLength);
  const { levels, root } = pageTree(data);
  expect(Buffer.compare(stream.subarray(entry.dataLength), levels)).toBe(0);
  expect(entry.root).toEqual(Uint8Array.from(root));
  return data;
}

const overhead = PLAIN_BYTES + 40 + directoryBytes(7);
const PAGE = 4096;
const sizes = [
  ...[overhead + 8, PAGE, PAGE + 8, 128 * PAGE, 128 * PAGE + 8, 129 * PAGE],
  // The stream, with 256 hashes of 32 bytes and one level more, ends just before, at and behind an extent's end.
  ...[EXTENT_BODY_BYTES - 254 * 32 - 64 - 8, EXTENT_BODY_BYTES - 254 * 32 - 64, EXTENT_BODY_BYTES - 254 * 32 - 64 + 8],
  ...[EXTENT_BODY_BYTES, EXTENT_BODY_BYTES + 8, 3 * EXTENT_BODY_BYTES + 80_000],
];

test.each(sizes)("a segment of %i bytes has the bytes that the format says, and reads back", (size) => {
  const content = noise(size - overhead);
  const entry = write(content);
  expect(entry.dataLength).toBe(size);
  expect(entry.firstExtent).toBe(256);
  const data = expectSegment(entry);
  const start = PLAIN_BYTES;
  expect(Buffer.compare(data.subarray(start, start + content.length), content)).toBe(0);
  const segment = harness.open(entry);
  expect(harness.call("loadDirectory", segment)).toBe(0);
  expect(Buffer.compare(harness.data(segment, 0, size) as Uint8Array, data)).toBe(0);
});

test("the directory lists sections as the format says, leaves empty ones out and pads with zeros", () => {
  harness.call("segmentBegin", 70_000, 3);
  harness.section(1, noise(24));
  harness.section(2, noise(3));
  harness.section(3, noise(16));
  harness.section(4, noise(6), 2);
  harness.section(5, noise(3), 1);
  harness.section(6, new Uint8Array(0));
  harness.section(7, noise(1234), 2, 77, 1157);
  harness.section(12, noise(40));
  const entry = harness.finish(70_000, 3, [2, 2n ** 40n, 2n ** 41n + 1n, 5, 6]);
  const data = Buffer.from(expectSegment(entry));
  const footer = data.subarray(data.length - 64);
  expect([footer.readBigUInt64LE(0), footer.readUInt32LE(8), footer.readUInt32LE(12)]).toEqual([70_000n, 3, 2]);
  expect([footer.readBigUInt64LE(16), footer.readBigUInt64LE(24)]).toEqual([2n ** 40n, 2n ** 41n + 1n]);
  expect([footer.readUInt32LE(32), footer.readUInt32LE(36), footer.readUInt32LE(56), footer.readUInt32LE(60)]).toEqual([
    5, 6, 7, 1,
  ]);
  expect(footer.subarray(40, 56).every((byte) => byte === 0)).toBe(true);
  const entries = Array.from({ length: 7 }, (_, i) => data.subarray(data.length - 64 - 32 * (7 - i)));
  const read = entries.map((e) => [
    e.readUInt16LE(0),
    e.readUInt16LE(2),
    e.readUInt32LE(4),
    Number(e.readBigUInt64LE(8)),
    Number(e.readBigUInt64LE(16)),
    Number(e.readBigUInt64LE(24)),
  ]);
  expect(read).toEqual([
    [1, 0, 0, 0, 24, 0],
    [2, 0, 0, 24, 3, 0],
    [3, 0, 0, 32, 16, 0],
    [4, 2, 0, 48, 6, 0],
    [5, 1, 0, 56, 3, 0],
    [7, 2, 77, 64, 1234, 1157],
    [12, 0, 0, 1304, 40, 0],
  ]);
  expect([...data.subarray(27, 32), ...data.subarray(54, 56), ...data.subarray(1298, 1304)]).toEqual(
    new Array(13).fill(0),
  );
  const segment = harness.open(entry);
  expect(harness.call("loadDirectory", segment)).toBe(-3); // Three records can't have five URIs.
});

test("sectionU8() and its kin write little-endian numbers, across extents too", () => {
  harness.beginPlain();
  harness.call("sectionBegin", POSTINGS);
  const numbers: number[] = [];
  const filler = noise(EXTENT_BODY_BYTES - PLAIN_BYTES - 5);
  harness.call("sectionBytes", harness.place(filler), filler.length);
  for (let i = 0; i < 10; i++) {
    harness.call("sectionU8", 0x90 + i);
    harness.call("sectionU16", 0x8001);
    harness.call("sectionU32", 0xfffefdfc);
    harness.call("sectionU64", 0x8877665544332211n);
    numbers.push(0x90 + i, 1, 0x80, 0xfc, 0xfd, 0xfe, 0xff, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88);
  }
  expect(harness.call("sectionOffset")).toBe(BigInt(filler.length + 150));
  harness.call("sectionEnd", 0, 0, 0n);
  harness.section(12, new Uint8Array(40));
  const data = expectSegment(harness.finish());
  expect([...data.subarray(EXTENT_BODY_BYTES - 5, EXTENT_BODY_BYTES + 145)]).toEqual(numbers);
});

test("extents that hold the mark magic are masked, wherever it begins, and read back", () => {
  for (const at of [0, 1, 4095, 2 * EXTENT_BODY_BYTES - PLAIN_BYTES - 16, 2 * EXTENT_BODY_BYTES - PLAIN_BYTES - 8]) {
    harness.startFile();
    const content = noise(3 * EXTENT_BODY_BYTES);
    content.set(MARK_MAGIC, at);
    const entry = write(content);
    const inOneExtent =
      Math.floor((at + PLAIN_BYTES) / EXTENT_BODY_BYTES) === Math.floor((at + PLAIN_BYTES + 15) / EXTENT_BODY_BYTES);
    expect(entry.masks.length).toBe(inOneExtent ? 1 : 0);
    const data = expectSegment(entry);
    expect(Buffer.compare(data.subarray(PLAIN_BYTES, PLAIN_BYTES + content.length), content)).toBe(0);
    const segment = harness.open(entry);
    const read = harness.data(segment, PLAIN_BYTES + at, 16);
    expect(read).toEqual(MARK_MAGIC);
    harness.call("closeSegment", segment);
  }
});

test("several segments can be written one after another, and bytes depend on what was written alone", () => {
  const first = write(noise(10_000));
  const second = write(noise(2 * EXTENT_BODY_BYTES, 5));
  const third = write(noise(10_000));
  expect(third.root).toEqual(first.root);
  expect(third.dataLength).toBe(first.dataLength);
  expect(second.root).not.toEqual(first.root);
  for (const entry of [first, second, third]) {
    const segment = harness.open(entry);
    expect(harness.call("loadDirectory", segment)).toBe(0);
  }
});

test("a segment can be read while it waits in the output buffer", () => {
  harness.beginPlain();
  harness.section(POSTINGS, noise(50_000));
  harness.section(12, new Uint8Array(40));
  expect(harness.call("segmentFinish", 0, 0n, 0n, 0, 0)).toBe(0);
  expect(harness.file.length).toBe(256);
  const entry = {
    firstExtent: 256,
    dataLength: Number(harness.call("dataLength")),
    firstRecord: 0,
    records: 1,
    root: harness.bytes(harness.call("root"), 32),
    masks: [],
  };
  const segment = harness.open(entry);
  expect(harness.data(segment, PLAIN_BYTES, 50_000)).toEqual(noise(50_000));
});

test("misuse and failures are kept until the segment's end", () => {
  const endsWith = (status: number) => expect(harness.call("segmentFinish", 0, 0n, 0n, 0, 0)).toBe(status);
  endsWith(WRONG_STATE); // Nothing was begun.
  harness.call("segmentBegin", 0, 1);
  expect(harness.call("sectionU8", 1)).toBe(WRONG_STATE);
  expect(harness.call("sectionBegin", 1)).toBe(WRONG_STATE);
  endsWith(WRONG_STATE);
  for (const tags of [[2, 1], [2, 2], [0], [16]]) {
    harness.call("segmentBegin", 0, 1);
    for (const tag of tags) {
      harness.call("sectionBegin", tag);
      harness.call("sectionEnd", 0, 0, 0n);
    }
    endsWith(WRONG_STATE);
  }
  harness.call("segmentBegin", 0, 1);
  harness.call("sectionBegin", 1);
  endsWith(WRONG_STATE); // The section is still open.
  harness.beginPlain();
  harness.call("sectionBegin", POSTINGS);
  harness.appendFailure = WRITE_FAILED;
  const part = noise(EXTENT_BODY_BYTES);
  expect(harness.call("sectionBytes", harness.place(part), part.length)).toBe(WRITE_FAILED);
  harness.appendFailure = 0;
  expect(harness.call("sectionU8", 1)).toBe(WRITE_FAILED);
  expect(harness.call("sectionEnd", 0, 0, 0n)).toBe(WRITE_FAILED);
  endsWith(WRITE_FAILED);
});

test("a frame appended between two extents makes the segment fail", () => {
  harness.beginPlain();
  harness.call("sectionBegin", POSTINGS);
  const part = noise(EXTENT_BODY_BYTES);
  harness.call("sectionBytes", harness.place(part), part.length);
  expect(harness.call("appendFrame", 2, 0, 0, harness.place(part), 100, 100)).toBe(0);
  harness.call("sectionBytes", harness.place(part), part.length);
  expect(harness.call("sectionBytes", harness.place(part), part.length)).toBe(WRONG_STATE);
});

test("the writer gives all its memory back", () => {
  write(noise(3 << 20));
  harness.call("releaseOutput");
  const before = harness.call("chunkBytesInUse");
  for (let i = 0; i < 3; i++) write(noise(3 << 20));
  harness.beginPlain();
  harness.call("segmentAbort");
  harness.call("releaseOutput");
  expect(harness.call("chunkBytesInUse")).toBe(before);
});
