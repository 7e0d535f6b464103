import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { compileForTest } from "../testing/compile.js";

interface Exports {
  memory: WebAssembly.Memory;
  takeChunk(bits: number): number;
  chunkBytesInUse(): number;
  memtableReset(firstRecord: number): void;
  memtableAddRecord(
    uri: number,
    length: number,
    kind: number,
    tag: number,
    branch: number,
    sequence: bigint,
    address: bigint,
    promoted: number,
  ): number;
  memtableAddException(document: number, branch: number, cause: number, sign: number): number;
  memtableAddName(key: number, length: number, record: number): number;
  memtableAddContent(prefix: bigint, ordinal: number): number;
  memtableAddPack(offset: bigint, hash: number): number;
  memtableIndexDocument(
    ordinal: number,
    analyzer: number,
    title: number,
    titleLength: number,
    body: number,
    bodyLength: number,
  ): number;
  memtableStartField(ordinal: number, analyzer: number, field: number): number;
  memtableIndexText(text: number, length: number, isLast: number): number;
  memtableRecordCount(): number;
  memtableRow(ordinal: number): number;
  memtableRunOf(ordinal: number): number;
  memtableFindUri(uri: number, length: number): number;
  memtableFindName(key: number, length: number): number;
  memtableFindContent(prefix: bigint): number;
  memtableOlderContent(row: number): number;
  memtableBytes(): number;
  memtableIsFull(): number;
  hashKey(key: number, length: number): number;
  seedMemtable(seed: bigint): void;
  sortUris(): number;
  seekUri(uri: number, length: number): number;
  sortedUriKey(index: number): number;
  rowUriKey(ordinal: number): number;
  uriCount(): number;
  termCount(): number;
  findPostings(term: number, length: number): number;
  postingsData(): number;
  postingsLength(): number;
  decodeRemainder(
    source: number,
    end: number,
    count: number,
    previous: number,
    limit: number,
    ...arrays: number[]
  ): number;
  memtableDocuments: WebAssembly.Global;
  memtableTitleTotal: WebAssembly.Global;
  memtableBodyTotal: WebAssembly.Global;
}

const PLAIN = 2;
let core: Exports;
let io: number;
const imports = { host: { read: () => -5, append: () => -6, write: () => -6 } };

beforeAll(async () => {
  core = await compileForTest<Exports>("asm/testing/memtable-index.ts", { imports });
  io = core.takeChunk(20);
}, 60_000);

const encoder = new TextEncoder();
const view = () => new DataView(core.memory.buffer);
/** Puts a text, or bytes, with zeros behind it, at an offset of the input area. */
function place(text: string | Uint8Array, offset = 0): [address: number, length: number] {
  const bytes = typeof text === "string" ? encoder.encode(text) : text;
  const memory = new Uint8Array(core.memory.buffer);
  memory.set(bytes, io + offset);
  memory.fill(0, io + offset + bytes.length, io + offset + bytes.length + 16);
  return [io + offset, bytes.length];
}
const keyAt = (address: number) =>
  Buffer.from(core.memory.buffer)
    .subarray(address, address + view().getUint32(address - 4, true))
    .toString();
const addRecord = (
  uri: string,
  options: {
    kind?: number;
    tag?: number;
    branch?: number;
    sequence?: number;
    address?: number;
    promoted?: number;
  } = {},
) =>
  core.memtableAddRecord(
    ...place(uri),
    options.kind ?? 0x81,
    options.tag ?? 0,
    options.branch ?? 0,
    BigInt(options.sequence ?? 1),
    BigInt(options.address ?? 0),
    options.promoted ?? 0,
  );

/** The versions of a URI, newest first. */
function versions(uri: string): { record: number; sequence: number; branch: number; what: number }[] {
  const entry = core.memtableFindUri(...place(uri));
  const found: ReturnType<typeof versions> = [];
  const v = view();
  for (let at = entry === 0 ? 0 : v.getUint32(entry, true); at !== 0; at = v.getUint32(at, true)) {
    found.push({
      record: v.getUint32(at + 4, true),
      sequence: Number(v.getBigUint64(at + 8, true)),
      branch: v.getUint32(at + 16, true),
      what: v.getUint32(at + 20, true),
    });
  }
  if (entry !== 0) expect(v.getUint32(entry + 4, true)).toBe(found.length);
  return found;
}

/** A term's postings: [ordinal, title tf, body tf]. */
function postings(term: string): [number, number, number][] {
  const df = core.findPostings(...place(term));
  const found: [number, number, number][] = [];
  const arrays = [io + 4096, io + 8192, io + 12288];
  let at = core.postingsData();
  const end = at + core.postingsLength();
  let previous = 0xffffffff;
  while (found.length < df) {
    const count = Math.min(128, df - found.length);
    at = core.decodeRemainder(at, end, count, previous, 0xffffffff, ...arrays);
    expect(at).not.toBe(0);
    const column = (i: number) => [...new Uint32Array(core.memory.buffer, arrays[i], count)];
    const [ordinals, titles, bodies] = [column(0), column(1), column(2)];
    ordinals.forEach((ordinal, i) => found.push([ordinal, titles[i] ?? 0, bodies[i] ?? 0]));
    previous = ordinals.at(-1) ?? 0;
  }
  if (df > 0) expect(at).toBe(end);
  return found;
}

function index(ordinal: number, title: string, body: string): void {
  const titlePlace = place(title, 0);
  const bodyPlace = place(body, titlePlace[1] + 32);
  expect(core.memtableIndexDocument(ordinal, PLAIN, ...titlePlace, ...bodyPlace)).toBe(0);
}

test("versions of a URI come newest first, promotions with the record that they promote", () => {
  core.memtableReset(100);
  expect(addRecord("mv2://a/x", { sequence: 3 })).toBe(0);
  expect(addRecord("mv2://a/y", { sequence: 3, kind: 4 })).toBe(1);
  expect(addRecord("mv2://a/x", { sequence: 3, kind: 2, branch: 2 })).toBe(2);
  expect(addRecord("mv2://a/x", { sequence: 4, kind: 6, promoted: 7 })).toBe(3);
  expect(addRecord("mv2://a/x", { sequence: 5, kind: 3 })).toBe(4);
  expect(versions("mv2://a/x")).toEqual([
    { record: 104, sequence: 5, branch: 0, what: 2 },
    { record: 7, sequence: 4, branch: 0, what: 3 },
    { record: 102, sequence: 3, branch: 2, what: 1 },
    { record: 100, sequence: 3, branch: 0, what: 0 },
  ]);
  expect(versions("mv2://a/y")).toEqual([{ record: 101, sequence: 3, branch: 0, what: 0 }]);
  expect(versions("mv2://a/")).toEqual([]);
  expect(versions("")).toEqual([]);
});

test("columns and runs tell each record's place, kind, branch and sequence", () => {
  core.memtableReset(0);
  const runs = [
    [0, 1],
    [0, 1],
    [2, 1],
    [2, 1],
    [0, 1],
    [0, 9],
  ] as const;
  runs.forEach(([branch, sequence], i) =>
    addRecord(`mv2://a/${i}`, {
      branch,
      sequence,
      kind: i === 1 ? 4 : 0x81,
      tag: i === 1 ? 700 : 0,
      address: 2 ** 45 + i,
    }),
  );
  runs.forEach(([branch, sequence], i) => {
    const run = core.memtableRunOf(i);
    expect([view().getUint32(run + 4, true), Number(view().getBigUint64(run + 8, true))]).toEqual([branch, sequence]);
    const row = core.memtableRow(i);
    expect(Number(view().getBigUint64(row, true))).toBe(2 ** 45 + i);
    expect([view().getUint8(row + 20), view().getUint8(row + 21)]).toEqual(i === 1 ? [4, 255] : [0x81, 0]);
    expect(keyAt(core.rowUriKey(i))).toBe(`mv2://a/${i}`);
  });
  expect([0, 2, 4, 5].map((i) => view().getUint32(core.memtableRunOf(i), true))).toEqual([0, 2, 4, 5]);
  expect(core.memtableDocuments.value).toBe(5);
});

const uri = fc.oneof(
  fc
    .array(fc.constantFrom("a", "b", "/", "run", "SPEC-KIT", "é", "𝔘"), { maxLength: 12 })
    .map((parts) => `mv2://w/${parts.join("")}`),
  fc.string({ maxLength: 40 }).map((text) => text.replaceAll("\0", "")),
);

test("URIs come in byte order, and seekUri() finds the first that isn't before", () => {
  fc.assert(
    fc.property(fc.array(uri, { maxLength: 300 }), fc.array(uri, { maxLength: 20 }), (uris, sought) => {
      core.memtableReset(0);
      for (const name of uris) addRecord(name);
      const expected = [...new Set(uris)].map((name) => Buffer.from(name)).sort(Buffer.compare);
      expect(core.sortUris()).toBe(1);
      expect(core.uriCount()).toBe(expected.length);
      expect(expected.map((_, i) => keyAt(core.sortedUriKey(i)))).toEqual(expected.map(String));
      for (const name of [...sought, ...uris.slice(0, 10)]) {
        const at = expected.findIndex((key) => Buffer.compare(key, Buffer.from(name)) >= 0);
        expect(core.seekUri(...place(name))).toBe(at < 0 ? expected.length : at);
      }
    }),
    { numRuns: 60 },
  );
});

test("many keys that agree in all but a few bytes are found and sorted", () => {
  core.memtableReset(0);
  const uris = Array.from(
    { length: 20_000 },
    (_, i) => `mv2://default/SPEC-KIT-971/run/${"0".repeat(i % 37)}${(i * 7919) % 20_000}`,
  );
  const unique = [...new Set(uris)].sort();
  for (const name of uris) addRecord(name);
  core.sortUris();
  expect(unique.map((_, i) => keyAt(core.sortedUriKey(i)))).toEqual(unique);
  for (const name of unique.slice(0, 500)) expect(versions(name).length).toBeGreaterThan(0);
  expect(versions("mv2://default/SPEC-KIT-971/run/x")).toEqual([]);
});

test("names lead to the newest record that has them, keys with zero bytes included", () => {
  core.memtableReset(0);
  const label = (branch: number, name: string) =>
    Buffer.concat([Buffer.from([0x6c, 0, 0, 0, branch]), Buffer.from(name)]);
  const keys = [Buffer.from("icheckpoint-1"), label(0, "plan"), label(1, "plan"), label(0, "pla")];
  keys.forEach((key, record) => expect(core.memtableAddName(...place(key), record)).toBe(0));
  expect(core.memtableAddName(...place(label(0, "plan")), 9)).toBe(0);
  const found = keys.map((key) => view().getUint32(core.memtableFindName(...place(key)), true));
  expect(found).toEqual([0, 9, 2, 3]);
  expect(core.memtableFindName(...place(label(2, "plan")))).toBe(0);
});

test("contents are found by their prefix, newest first, however many there are", () => {
  core.memtableReset(0);
  const prefixes = Array.from({ length: 9000 }, (_, i) => BigInt.asUintN(64, BigInt(i % 3000) * 0x9e3779b97f4a7c15n));
  prefixes.forEach((prefix, ordinal) => expect(core.memtableAddContent(prefix, ordinal)).toBe(0));
  for (const i of [0, 1, 77, 2999]) {
    const found: number[] = [];
    for (let row = core.memtableFindContent(prefixes[i] ?? 0n); row !== 0; row = core.memtableOlderContent(row)) {
      expect(view().getBigUint64(row, true)).toBe(prefixes[i]);
      found.push(view().getUint32(row + 8, true));
    }
    expect(found).toEqual([6000 + i, 3000 + i, i]);
  }
  expect(core.memtableFindContent(5n)).toBe(0);
});

const word = fc.oneof(
  fc.constantFrom("a", "b", "cc", "retry", "retries", "exponential", "incomprehensibilities"),
  fc.string({ unit: fc.constantFrom(..."abcdefgh"), minLength: 1, maxLength: 30 }),
);
const text = fc.array(word, { maxLength: 12 });

test("postings count each document's words by field, in order of documents", () => {
  fc.assert(
    fc.property(
      fc.array(fc.option(fc.tuple(text, text), { freq: 8 }), { maxLength: 60 }),
      fc.nat(5),
      (documents, gap) => {
        core.memtableReset(1000);
        const model = new Map<string, [number, number, number][]>();
        const totals = [0, 0];
        for (const fields of documents) {
          // Records without text between documents make the gaps wider than one byte of the chain holds.
          for (let i = 0; i < gap * 9; i++) addRecord("mv2://e", { kind: 4 });
          const ordinal = addRecord("mv2://d", { kind: fields ? 0x81 : 1 });
          if (!fields) continue;
          index(ordinal, fields[0].join(" "), fields[1].join("-"));
          fields.forEach((words, field) => {
            totals[field] = (totals[field] ?? 0) + words.length;
            for (const term of words) {
              const list = model.get(term) ?? [];
              const last = list.at(-1);
              if (last?.[0] === ordinal) last[1 + field] = (last[1 + field] ?? 0) + 1;
              else list.push([ordinal, field === 0 ? 1 : 0, field === 1 ? 1 : 0]);
              model.set(term, list);
            }
          });
          const row = core.memtableRow(ordinal);
          expect([view().getUint32(row + 8, true), view().getUint32(row + 12, true)]).toEqual([
            fields[0].length,
            fields[1].length,
          ]);
        }
        expect(core.termCount()).toBe(model.size);
        for (const [term, expected] of model) expect(postings(term)).toEqual(expected);
        expect(postings("zzz")).toEqual([]);
        expect([Number(core.memtableTitleTotal.value), Number(core.memtableBodyTotal.value)]).toEqual(totals);
      },
    ),
    { numRuns: 60 },
  );
});

test("a term in thousands of documents keeps them all, with frequencies of any size", () => {
  core.memtableReset(0);
  const expected: [number, number, number][] = [];
  for (let i = 0; i < 3000; i++) {
    const ordinal = addRecord("mv2://d");
    const [title, body] = [i % 11 === 0 ? 1 + (i % 3) : 0, i % 5 === 0 ? 200 + i : 1 + (i % 2)];
    index(ordinal, "term ".repeat(title), "term ".repeat(body));
    expected.push([ordinal, title, body]);
    if (i === 2000) expect(postings("term")).toEqual(expected);
  }
  expect(postings("term")).toEqual(expected);
  const ordinal = addRecord("mv2://d");
  core.memtableStartField(ordinal, PLAIN, 1);
  core.memtableIndexText(...place("x ".repeat(80_000)), 1);
  expect(postings("x")).toEqual([[ordinal, 0, 65535]]);
  expect(view().getUint32(core.memtableRow(ordinal) + 12, true)).toBe(80_000);
});

test("text in pieces is indexed as in one", () => {
  const words = Array.from({ length: 4000 }, (_, i) => `w${(i * i) % 613}x${"y".repeat(i % 29)}`);
  const bytes = encoder.encode(words.join(" "));
  const terms = [...new Set(words)];
  const indexInPieces = (pieceBytes: number) => {
    core.memtableReset(0);
    const ordinal = addRecord("mv2://d");
    core.memtableStartField(ordinal, PLAIN, 1);
    let from = 0;
    while (from < bytes.length) {
      const to = Math.min(bytes.length, from + pieceBytes);
      const done = core.memtableIndexText(...place(bytes.subarray(from, to)), to === bytes.length ? 1 : 0);
      expect(done).toBeGreaterThan(to - from - 513);
      from = to === bytes.length ? to : from + done;
    }
    return terms.map(postings);
  };
  const whole = indexInPieces(1 << 20);
  expect(whole.every((list) => list.length === 1)).toBe(true);
  for (const size of [600, 1023, 5000]) expect(indexInPieces(size)).toEqual(whole);
});

test("memtableBytes() depends on what was added alone, and a reset gives all memory back", () => {
  const fill = () => {
    for (let i = 0; i < 3000; i++) {
      const ordinal = addRecord(`mv2://default/${i % 2500}`, { sequence: 1 + (i >> 6) });
      index(ordinal, `title ${i}`, Array.from({ length: 40 }, (_, j) => `word${(i * j) % 5000}`).join(" "));
      core.memtableAddContent(BigInt(i) << 40n, ordinal);
      if (i % 50 === 0) core.memtableAddException(i, 0, i, 0);
      if (i % 30 === 0) core.memtableAddPack(BigInt(i) * 8n, io);
    }
    return core.memtableBytes();
  };
  core.memtableReset(0);
  expect(core.memtableBytes()).toBe(0);
  addRecord("mv2://warm-up");
  index(0, "up", "warm");
  core.memtableReset(0);
  const floor = core.chunkBytesInUse();
  const bytes = fill();
  core.sortUris();
  const held = core.chunkBytesInUse() - floor;
  expect(bytes).toBeGreaterThan(500_000);
  expect(held).toBeGreaterThan(bytes);
  expect(held).toBeLessThan(bytes * 2);
  core.memtableReset(7);
  expect([core.memtableBytes(), core.chunkBytesInUse(), core.memtableRecordCount(), core.termCount()]).toEqual([
    0,
    floor,
    0,
    0,
  ]);
  core.seedMemtable(0x0123456789abcdefn);
  core.takeChunk(17);
  expect(fill()).toBe(bytes);
});

test("memtableIsFull() at 16 MiB, or at 50,000 versions of one URI", () => {
  core.memtableReset(0);
  for (let i = 0; core.memtableIsFull() === 0; i++) addRecord(`mv2://w/${i}${"x".repeat(900)}`);
  expect(core.memtableBytes()).toBeGreaterThanOrEqual(16 << 20);
  expect(core.memtableBytes()).toBeLessThan((16 << 20) + 2000);
  core.memtableReset(0);
  for (let i = 1; i < 50_000; i++) addRecord("mv2://w/state");
  expect(core.memtableIsFull()).toBe(0);
  addRecord("mv2://w/state");
  expect(core.memtableIsFull()).toBe(1);
  core.memtableReset(0);
  expect(core.memtableIsFull()).toBe(0);
});

test("hashKey() spreads keys that differ in a few bytes, wherever these are, whatever the seed", () => {
  for (const seed of [0n, 0x8f3a5b7cde012345n]) {
    core.seedMemtable(seed);
    for (const length of [3, 5, 8, 13, 60]) {
      for (let at = 0; at + 3 <= length; at++) {
        const slots = new Set<number>();
        for (let i = 0; i < 4096; i++) {
          const key = Buffer.alloc(length, "a");
          key.write((i % 16 ** 3).toString(16).padStart(3, "0"), at);
          slots.add(core.hashKey(...place(key)) >>> 20);
        }
        // Of 4,096 slots, 4,096 keys that fell at random would hit 63 %.
        expect(slots.size).toBeGreaterThan(4096 * 0.57);
      }
    }
  }
});
