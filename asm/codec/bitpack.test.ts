import { readFileSync } from "node:fs";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { compileForTest } from "../testing/compile.js";
import { generate } from "./generate-bitpack.mjs";

interface Exports {
  memory: WebAssembly.Memory;
  bitsNeeded128(values: number): number;
  pack128(values: number, bits: number, destination: number): number;
  unpack128(source: number, bits: number, destination: number): number;
  unpackDeltas128(source: number, bits: number, base: number, destination: number): number;
}

const VALUES = 1 << 18;
/** Odd: packed blocks begin anywhere. */
const PACKED = (1 << 19) + 1;
const UNPACKED = 1 << 20;
let core: Exports;
let bytes: Uint8Array;
let view: DataView;

beforeAll(async () => {
  core = await compileForTest<Exports>("asm/codec/bitpack.ts");
  bytes = new Uint8Array(core.memory.buffer);
  view = new DataView(core.memory.buffer);
});

/** The layout, bit by bit. */
function packReference(values: number[], bits: number): Uint8Array {
  const packed = new Uint8Array(16 * bits);
  values.forEach((value, i) => {
    for (let bit = 0; bit < bits; bit++) {
      if (((value >>> bit) & 1) === 0) continue;
      const place = (i >> 2) * bits + bit;
      const byte = 16 * (place >> 5) + 4 * (i & 3) + ((place & 31) >> 3);
      packed[byte] = (packed[byte] ?? 0) | (1 << (place & 7));
    }
  });
  return packed;
}

const put = (values: number[]) => values.forEach((value, i) => view.setUint32(VALUES + 4 * i, value, true));
const take = () => Array.from({ length: 128 }, (_, i) => view.getUint32(UNPACKED + 4 * i, true));
const limit = (bits: number) => (bits === 32 ? 0xffffffff : ((1 << bits) >>> 0) - 1) >>> 0;
const valuesOf = (bits: number) =>
  fc
    .array(
      fc.oneof(
        fc.nat(0x7fffffff).map((n) => (n * 2 + 1) >>> 0),
        fc.constant(0xffffffff),
        fc.nat(3),
      ),
      { minLength: 128, maxLength: 128 },
    )
    .map((values) => values.map((value) => (value & limit(bits)) >>> 0));

const widths = Array.from({ length: 33 }, (_, bits) => bits);

test.each(widths)("pack128() and unpack128() with %i bits follow the layout and touch nothing else", (bits) => {
  fc.assert(
    fc.property(valuesOf(bits), (values) => {
      put(values);
      bytes.fill(0xa5, PACKED - 16, PACKED + 600);
      bytes.fill(0xa5, UNPACKED - 16, UNPACKED + 600);
      expect(core.pack128(VALUES, bits, PACKED)).toBe(PACKED + 16 * bits);
      expect(bytes.slice(PACKED, PACKED + 16 * bits)).toEqual(packReference(values, bits));
      expect(bytes[PACKED - 1]).toBe(0xa5);
      expect(bytes[PACKED + 16 * bits]).toBe(0xa5);
      expect(core.unpack128(PACKED, bits, UNPACKED)).toBe(PACKED + 16 * bits);
      expect(take()).toEqual(values);
      expect(bytes[UNPACKED - 1]).toBe(0xa5);
      expect(bytes[UNPACKED + 512]).toBe(0xa5);
    }),
    { numRuns: 30 },
  );
});

test.each(widths)("unpackDeltas128() with %i bits sums the gaps", (bits) => {
  fc.assert(
    fc.property(valuesOf(bits), fc.constantFrom(0xffffffff, 0, 1, 12345, 0xfffffff0), (gaps, base) => {
      put(gaps);
      core.pack128(VALUES, bits, PACKED);
      bytes.fill(0xa5, UNPACKED - 16, UNPACKED + 600);
      expect(core.unpackDeltas128(PACKED, bits, base, UNPACKED)).toBe(PACKED + 16 * bits);
      let value = base;
      const expected = gaps.map((gap) => (value = (value + gap + 1) >>> 0));
      expect(take()).toEqual(expected);
      expect(bytes[UNPACKED - 1]).toBe(0xa5);
      expect(bytes[UNPACKED + 512]).toBe(0xa5);
    }),
    { numRuns: 20 },
  );
});

test("bitsNeeded128() is the width of the largest value, wherever it is", () => {
  for (const bits of widths) {
    for (let index = 0; index < 128; index++) {
      const values = Array<number>(128).fill(0);
      values[index] = limit(bits);
      put(values);
      expect(core.bitsNeeded128(VALUES)).toBe(bits);
    }
  }
});

test("bitpack-kernel.ts is what its generator writes", () => {
  expect(readFileSync(new URL("./bitpack-kernel.ts", import.meta.url), "utf8")).toBe(generate());
});
