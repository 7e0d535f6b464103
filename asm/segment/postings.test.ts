import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { compileForTest } from "../testing/compile.js";
import { encodePostings, MAX_TF, type Posting, pack, varint, widthOf } from "../testing/memtable-reference.js";

interface Exports {
  memory: WebAssembly.Memory;
  takeChunk(bits: number): number;
  encode(rows: number, df: number, bytesBefore: number, group: number, base: number): number;
  outputData(): number;
  outputLength(): number;
  decodeFullBlock(source: number, end: number, previous: number, limit: number, ...arrays: number[]): number;
  decodeRemainder(
    source: number,
    end: number,
    count: number,
    previous: number,
    limit: number,
    ...arrays: number[]
  ): number;
  hasEmptyPosting(titleTfs: number, bodyTfs: number): number;
}

let core: Exports;
let rowsAt: number;
let arraysAt: number;
let sourceAt: number;

beforeAll(async () => {
  core = await compileForTest<Exports>("asm/testing/memtable-postings.ts");
  rowsAt = core.takeChunk(18);
  arraysAt = core.takeChunk(14);
  sourceAt = core.takeChunk(18);
});

const MAX = MAX_TF;

function encodeInCore(postings: Posting[], bytesBefore = 0, group = 128, base = 0): Uint8Array {
  const rows = new Uint32Array(core.memory.buffer, rowsAt, postings.length * 5);
  postings.forEach((p, i) => rows.set([p.ordinal, ...p.tf, ...p.lengths], i * 5));
  expect(core.encode(rowsAt, postings.length, bytesBefore, group, base)).toBe(0);
  return new Uint8Array(core.memory.buffer, core.outputData(), core.outputLength()).slice(bytesBefore);
}

const arrays = () => [arraysAt, arraysAt + 1024, arraysAt + 2048] as const;
const column = (at: number, count: number) => [...new Uint32Array(core.memory.buffer, at, count)];
function place(bytes: ArrayLike<number>): number {
  new Uint8Array(core.memory.buffer, sourceAt, 1 << 18).fill(0xff, 0, bytes.length + 64);
  new Uint8Array(core.memory.buffer).set(bytes, sourceAt);
  return sourceAt + bytes.length;
}

/** Decodes a list block by block, as a reader does. */
function decodeInCore(bytes: ArrayLike<number>, df: number, limit: number): [number, number, number][] | null {
  const end = place(bytes);
  const view = new DataView(core.memory.buffer, sourceAt);
  const blocks = Math.ceil(df / 128);
  const blocksStart = df < 128 ? sourceAt : sourceAt + 16 * blocks;
  const postings: [number, number, number][] = [];
  let previous = 0xffffffff;
  for (let block = 0; block < blocks; block++) {
    const at = df < 128 ? sourceAt : blocksStart + view.getUint32(16 * block + 4, true);
    const stop = block + 1 < blocks ? blocksStart + view.getUint32(16 * block + 20, true) : end;
    const count = Math.min(128, df - 128 * block);
    const after =
      count === 128
        ? core.decodeFullBlock(at, stop, previous, limit, ...arrays())
        : core.decodeRemainder(at, stop, count, previous, limit, ...arrays());
    if (after === 0) return null;
    expect(after).toBe(stop);
    const [ordinals, titles, bodies] = arrays().map((array) => column(array, count)) as [number[], number[], number[]];
    ordinals.forEach((ordinal, i) => postings.push([ordinal, titles[i] ?? -1, bodies[i] ?? -1]));
    previous = ordinals.at(-1) ?? 0;
    if (df >= 128) expect(view.getUint32(16 * block, true)).toBe(previous);
  }
  return postings;
}

const tf = fc.oneof(
  { weight: 6, arbitrary: fc.nat(2) },
  { weight: 2, arbitrary: fc.nat(300) },
  fc.constantFrom(MAX - 1, MAX, MAX + 1, 1 << 20),
);
const step = fc.oneof(
  { weight: 5, arbitrary: fc.nat(3) },
  { weight: 2, arbitrary: fc.nat(100_000) },
  { weight: 1, arbitrary: fc.constantFrom(31, 32, 4095, 4096) },
);
const length = fc.oneof(fc.nat(200), fc.constantFrom(MAX, MAX + 1, 4_000_000));
const postingsOf = (df: number) =>
  fc
    .array(fc.tuple(step, fc.tuple(tf, tf), fc.tuple(length, length)), { minLength: df, maxLength: df, size: "max" })
    .map((rows) => {
      let ordinal = -1;
      return rows.map(([gap, [title, body], lengths]): Posting => {
        ordinal += gap + 1;
        return { ordinal, tf: title + body === 0 ? [0, 1] : [title, body], lengths };
      });
    });

test.each([1, 2, 12, 24, 25, 126, 127, 128, 129, 255, 256, 257, 700])(
  "a list of %i postings is as the format says, and reads back",
  (df) => {
    fc.assert(
      fc.property(
        postingsOf(df),
        fc.nat(40),
        fc.integer({ min: 1, max: 128 }),
        fc.constantFrom(0, 1, 500),
        (postings, bytesBefore, group, base) => {
          const encoded = encodeInCore(postings, bytesBefore, group, base);
          expect([...encoded]).toEqual(encodePostings(postings));
          const expected = postings.map((p) => [p.ordinal, Math.min(p.tf[0], MAX), Math.min(p.tf[1], MAX)]);
          const last = postings.at(-1)?.ordinal ?? 0;
          expect(decodeInCore(encoded, df, last + 1)).toEqual(expected);
          expect(decodeInCore(encoded, df, last)).toBeNull();
        },
      ),
      { numRuns: df > 128 ? 25 : 60 },
    );
  },
);

test("widths go from 0 to what the greatest ordinals need", () => {
  const dense = Array.from({ length: 128 }, (_, ordinal): Posting => ({ ordinal, tf: [0, 1], lengths: [0, 5] }));
  const encoded = encodeInCore(dense);
  expect([...encoded]).toEqual(encodePostings(dense));
  expect([...encoded.slice(16, 19)]).toEqual([0, 0, 1]);
  const far = dense.map((p, i) => ({ ...p, ordinal: i < 64 ? i : 0xffffff00 + i }));
  expect([...encodeInCore(far)]).toEqual(encodePostings(far));
  expect(encodeInCore(far)[16]).toBe(32);
  expect(decodeInCore(encodeInCore(far), 128, 0xffffffff)).toEqual(far.map((p) => [p.ordinal, 0, 1]));
});

test("decodeFullBlock() refuses ordinals that wrap around, at any width", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof({ weight: 20, arbitrary: fc.nat(9) }, fc.nat(0xffffffff)), { minLength: 128, maxLength: 128 }),
      fc.constantFrom(0xffffffff, 0, 5, 0x7fffffff, 0xfffffff0),
      (gaps, previous) => {
        const width = widthOf(gaps);
        const end = place([
          width,
          0,
          1,
          ...pack(gaps, width),
          ...pack(
            gaps.map(() => 1),
            1,
          ),
        ]);
        let sum = previous === 0xffffffff ? 0 : previous + 1;
        const ordinals = gaps.map((gap) => {
          sum += gap + 1;
          return sum - 1;
        });
        const limit = 0xffffffff;
        const after = core.decodeFullBlock(sourceAt, end, previous, limit, ...arrays());
        const fits = (ordinals.at(-1) ?? 0) < limit;
        expect(after).toBe(fits ? end : 0);
        if (fits) expect(column(arraysAt, 128)).toEqual(ordinals);
      },
    ),
    { numRuns: 300 },
  );
});

test("decodeFullBlock() refuses a sum of exactly 2^32, the least that wraps", () => {
  const gaps = new Array<number>(128).fill(0x1ffffff);
  const end = place([
    25,
    0,
    1,
    ...pack(gaps, 25),
    ...pack(
      gaps.map(() => 1),
      1,
    ),
  ]);
  for (const previous of [0, 7, 0xffffffff]) {
    expect(core.decodeFullBlock(sourceAt, end, previous, 0xffffffff, ...arrays())).toBe(0);
  }
});

test("decodeFullBlock() refuses widths out of range and blocks that are cut short", () => {
  const widths = (...bytes: number[]) =>
    core.decodeFullBlock(sourceAt, place([...bytes, ...new Array<number>(2000).fill(0)]), 0xffffffff, 1e9, ...arrays());
  expect(widths(32, 16, 16)).not.toBe(0);
  expect(widths(33, 0, 0)).toBe(0);
  expect(widths(255, 0, 0)).toBe(0);
  expect(widths(0, 17, 0)).toBe(0);
  expect(widths(0, 0, 17)).toBe(0);
  const bytes = [2, 1, 3, ...new Array<number>(96).fill(0)];
  for (let cut = 0; cut < bytes.length; cut++) {
    expect(core.decodeFullBlock(sourceAt, place(bytes.slice(0, cut)), 0xffffffff, 1e9, ...arrays())).toBe(0);
  }
  expect(core.decodeFullBlock(sourceAt, place(bytes), 0xffffffff, 1e9, ...arrays())).not.toBe(0);
});

test("decodeRemainder() refuses what is cut short, too large, or in no field", () => {
  const decode = (bytes: number[], count: number, previous = 0xffffffff, limit = 1000) =>
    core.decodeRemainder(sourceAt, place(bytes), count, previous, limit, ...arrays());
  const good = [4, 41, 3, 0x83, 0x01, 2, 0];
  expect(decode(good, 3)).toBe(sourceAt + good.length);
  for (let cut = 0; cut < good.length; cut++) expect(decode(good.slice(0, cut), 3)).toBe(0);
  expect(decode([3, 0, 0], 1)).toBe(0);
  expect(decode([3, 0, 1], 1)).not.toBe(0);
  expect(decode([1, ...varint(MAX - 2)], 1)).not.toBe(0);
  expect(decode([1, ...varint(MAX - 1)], 1)).toBe(0);
  expect(decode([3, ...varint(MAX + 1), 1], 1)).toBe(0);
  expect(decode([3, 1, ...varint(MAX + 1)], 1)).toBe(0);
  expect(decode(varint(4 * 999), 1)).not.toBe(0);
  expect(decode(varint(4 * 1000), 1)).toBe(0);
  expect(decode(varint(4 * 1000), 1, 999)).toBe(0);
  expect(decode([0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1], 1)).toBe(0);
});

test("hasEmptyPosting() finds a posting without frequencies wherever it is", () => {
  const [, titles, bodies] = arrays();
  for (let empty = -1; empty < 128; empty++) {
    const values = Array.from({ length: 128 }, (_, i) => (i === empty ? 0 : 1 + (i % 3)));
    new Uint32Array(core.memory.buffer, titles, 128).set(values.map((value, i) => (i % 2 ? value : 0)));
    new Uint32Array(core.memory.buffer, bodies, 128).set(values.map((value, i) => (i % 2 ? 0 : value)));
    expect(core.hasEmptyPosting(titles, bodies) !== 0).toBe(empty >= 0);
  }
});

test("arbitrary bytes never trap and never give postings out of order", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 1200 }),
      fc.integer({ min: 1, max: 127 }),
      fc.nat(5000),
      (bytes, count, limit) => {
        const end = place(bytes);
        for (const [decoded, n] of [
          [core.decodeFullBlock(sourceAt, end, 3, limit, ...arrays()), 128],
          [core.decodeRemainder(sourceAt, end, count, 3, limit, ...arrays()), count],
        ] as const) {
          if (decoded === 0) continue;
          const ordinals = column(arraysAt, n);
          ordinals.forEach((ordinal, i) => expect(ordinal).toBeGreaterThan(i === 0 ? 3 : (ordinals[i - 1] ?? 0)));
          expect(ordinals.at(-1)).toBeLessThan(limit);
          expect(decoded).toBeLessThanOrEqual(end);
        }
      },
    ),
    { numRuns: 500 },
  );
});
