import { beforeAll, expect, test } from "vitest";
import { randomNumbers } from "../testing/memtable-harness.js";
import { CORRUPT, COUNT, EXPLAIN, PENDING, SearchHarness } from "../testing/search-harness.js";
import { word, writeHistory } from "../testing/search-histories.js";
import type { Lineage } from "../testing/search-model.js";

const READ_FAILED = -5;
const main = (sequence: number): Lineage => [[0, sequence]];
let harness: SearchHarness;
beforeAll(async () => {
  harness = await SearchHarness.create();
}, 120_000);

test("search() can be repeated after each PENDING, and gives the same then", () => {
  const model = writeHistory(harness, {
    seed: 21,
    commits: 30,
    records: 40,
    uris: 900,
    words: 200,
    bodyWords: 40,
    branches: true,
  });
  for (const branch of [0, 1, model.branches.length - 1]) {
    const lineage = model.lineage(branch, 30);
    const query = `${word(1)} ${word(5)} ${word(40)}`;
    const expected = harness.search(query, lineage, 10, COUNT | EXPLAIN);
    harness.core.dropViews();
    harness.core.configurePages(16 << 20);
    harness.touched = new Set();
    harness.core.setPendingUris(3);
    expect(harness.trySearch(query, lineage)).toBe(PENDING);
    expect(harness.search(query, lineage, 10, COUNT | EXPLAIN)).toEqual(expected);
    expect(harness.touched.size).toBeGreaterThan(harness.segments.length);
    harness.touched = null;
  }
});

test("search() answers a failed read, and is well afterwards", () => {
  writeHistory(harness, { seed: 22, commits: 30, records: 40, uris: 900, words: 200, bodyWords: 40 });
  const query = `${word(1)} ${word(5)}`;
  const expected = harness.search(query, main(30));
  let failures = 0;
  for (let reads = 0; ; reads++) {
    harness.core.dropViews();
    harness.core.configurePages(16 << 20);
    harness.file.readsLeft = reads;
    const status = harness.trySearch(query, main(30));
    harness.file.readsLeft = -1;
    if (status >= 0) break;
    expect(status).toBe(READ_FAILED);
    failures++;
    expect(harness.search(query, main(30))).toEqual(expected);
  }
  expect(failures).toBeGreaterThan(3);
});

test("search() works through a page cache of three pages", () => {
  writeHistory(harness, { seed: 23, commits: 20, records: 60, uris: 900, words: 200, bodyWords: 40 });
  const queries = Array.from({ length: 30 }, (_, i) => `${word(i)} ${word(3 * i)}`);
  const expected = queries.map((query) => harness.search(query, main(20), 10, COUNT | EXPLAIN));
  harness.core.configurePages(1);
  expect(queries.map((query) => harness.search(query, main(20), 10, COUNT | EXPLAIN))).toEqual(expected);
});

test("search() leaves no memory taken", () => {
  writeHistory(harness, { seed: 24, commits: 30, records: 40, uris: 900, words: 200, bodyWords: 40 });
  const run = (i: number) => {
    harness.search(`${word(i)} ${word(i >> 1)} ${word(i >> 2)}`, main(30), [1, 10, 1000][i % 3], COUNT | EXPLAIN);
    harness.search(Array.from({ length: 300 }, (_, j) => word(i + j)).join(" "), main(10 + (i % 8)), 10000, COUNT);
    harness.snippet(`${"some words ".repeat(20000)}last`, "last words", 300);
    harness.core.releaseOut();
  };
  for (let i = 0; i < 40; i++) run(i);
  const before = harness.core.chunkBytesInUse();
  for (let i = 0; i < 120; i++) run(i);
  expect(harness.core.chunkBytesInUse()).toBe(before);
});

const ENTRY_BYTES = 32;
const FOOTER_BYTES = 64;

/** Where a section lies in the data of a segment, as its directory says. */
function sectionOf(data: Uint8Array, tag: number): [start: number, end: number] {
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const entries = view.getUint32(data.length - 8, true);
  for (let i = 0; i < entries; i++) {
    const at = data.length - FOOTER_BYTES - ENTRY_BYTES * (entries - i);
    if (view.getUint16(at, true) !== tag) continue;
    const start = Number(view.getBigUint64(at + 8, true));
    return [start, start + Number(view.getBigUint64(at + 16, true))];
  }
  throw new Error(`No section ${tag}`);
}

/** A segment of 700 documents with lists of several blocks. */
function writeVictim(): Uint8Array {
  harness.reset();
  const random = randomNumbers(31);
  for (let number = 0; number < 700; number++) {
    const body = [
      "all",
      ...(number % 3 ? [] : ["third"]),
      ...Array.from({ length: 3 + random(4) }, () => word(random(1 + random(60)))),
    ];
    const at = { number, branch: 0, sequence: 1, promoted: 0, title: random(3) ? [] : ["all"], body };
    const exceptions: [number, number][] = number > 650 ? [[number - 600, 0]] : [];
    harness.add({ ...at, uri: `mv2://w/${number}`, kind: "document", exceptions });
  }
  harness.cut();
  return harness.lastData();
}

/** Statuses of searches that look at everything, over changed data. */
function searchChanged(data: Uint8Array, changes: [at: number, value: number][]): number {
  const changed = data.slice();
  for (const [at, value] of changes) changed[at] = value;
  harness.useData(changed, 700);
  const status = harness.trySearch(`all third ${word(0)} ${word(3)} ${word(50)}`, main(1), 10, COUNT | EXPLAIN);
  if (status < 0) expect(status).toBe(CORRUPT);
  return status;
}

test("search() answers CORRUPT, or something, to any byte changed in postings, and comes to an end", () => {
  const data = writeVictim();
  const [start, end] = sectionOf(data, 9);
  const random = randomNumbers(32);
  let corrupt = 0;
  for (let at = start; at < end; at += 3) {
    corrupt += Number(searchChanged(data, [[at, random(2) ? 0xff : (data[at] ?? 0) ^ (1 << random(8))]]) === CORRUPT);
  }
  expect(corrupt).toBeGreaterThan((end - start) / 60);
});

test("search() answers CORRUPT, or something, to bytes changed anywhere else", () => {
  const data = writeVictim();
  const random = randomNumbers(33);
  for (const tag of [2, 3, 4, 5, 6, 10]) {
    const [start, end] = sectionOf(data, tag);
    for (let i = 0; i < 150; i++) {
      searchChanged(
        data,
        Array.from({ length: 1 + random(3) }, () => [start + random(end - start), random(256)]),
      );
    }
  }
});

test("search() refuses skip entries that don't ascend, lie beyond the segment, or disagree with their block", () => {
  const data = writeVictim();
  const view = new DataView(data.buffer);
  let table = 0;
  // A list is found by the last ordinals of its first two blocks.
  const findTable = (first: number, second: number) => {
    table = sectionOf(data, 9)[0];
    while (view.getUint32(table, true) !== first || view.getUint32(table + 16, true) !== second) table++;
  };
  const change = (entry: number, offset: number, value: number): number => {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, value, true);
    return searchChanged(
      data,
      [...bytes].map((byte, i): [number, number] => [table + 16 * entry + offset + i, byte]),
    );
  };
  findTable(127, 255);
  expect(change(0, 0, 127)).toBeGreaterThan(0);
  for (const last of [0, 126, 128, 255, 699, 700, 0xffffffff]) expect(change(0, 0, last)).toBe(CORRUPT);
  for (const last of [0, 127, 254, 256, 1000]) expect(change(1, 0, last)).toBe(CORRUPT);
  for (const offset of [1, 0xffffffff]) expect(change(0, 4, offset)).toBe(CORRUPT);
  for (const offset of [0, 2, 100000]) expect(change(1, 4, offset)).toBe(CORRUPT);
  findTable(381, 699);
  expect(change(0, 0, 381)).toBeGreaterThan(0);
  for (const last of [379, 380, 382, 384]) expect(change(0, 0, last)).toBe(CORRUPT);
  for (const last of [698, 697]) expect(change(1, 0, last)).toBe(CORRUPT);
});

test("search() refuses postings of records that are no documents", () => {
  const data = writeVictim();
  const [kinds] = sectionOf(data, 2);
  for (let record = 0; record < 700; record++) data[kinds + record] = 1;
  harness.useData(data, 700);
  expect(harness.trySearch("all", main(1))).toBe(CORRUPT);
});
