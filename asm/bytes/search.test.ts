import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { compileForTest } from "../testing/compile.js";

interface Exports {
  memory: WebAssembly.Memory;
  findBytes16(source: number, length: number, pattern: number): number;
  commonPrefix(a: number, b: number, max: number): number;
  equalBytes(a: number, b: number, length: number): number;
  compareBytes(a: number, aLength: number, b: number, bLength: number): number;
  xorBytes(address: number, length: number, mask: number): void;
}

/** Odd addresses, so that nothing depends on alignment. */
const A = (1 << 18) + 1;
const B = (1 << 19) + 3;
const PATTERN = (1 << 20) + 5;
let core: Exports;
let bytes: Uint8Array;

beforeAll(async () => {
  core = await compileForTest<Exports>("asm/bytes/search.ts");
  bytes = new Uint8Array(core.memory.buffer);
});

/** Few distinct bytes, so that near misses are common. */
const few = (maxLength: number) =>
  fc.array(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), { maxLength }).map((a) => Uint8Array.from(a));

test("findBytes16() finds the pattern at every index of every length", () => {
  const pattern = Uint8Array.from({ length: 16 }, (_, i) => 0xf0 ^ i);
  bytes.set(pattern, PATTERN);
  for (let length = 0; length < 180; length++) {
    bytes.fill(0xf0, A - 32, A + length + 80);
    expect(core.findBytes16(A, length, PATTERN)).toBe(-1);
    for (let index = 0; index + 16 <= length; index++) {
      bytes.set(pattern, A + index);
      expect(core.findBytes16(A, length, PATTERN)).toBe(index);
      // One byte less of input cuts the last possible occurrence off.
      if (index + 16 === length) expect(core.findBytes16(A, length - 1, PATTERN)).toBe(-1);
      bytes.fill(0xf0, A + index, A + index + 16);
    }
  }
});

test("findBytes16() equals indexOf, with near misses and several occurrences", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(7, 9), { minLength: 16, maxLength: 16 }),
      fc.array(fc.constantFrom(7, 9), { maxLength: 600 }),
      fc.array(fc.nat(600), { maxLength: 3 }),
      (pattern, text, places) => {
        bytes.set(text, A);
        for (const place of places) if (place + 16 <= text.length) bytes.set(pattern, A + place);
        bytes.set(pattern, A + text.length);
        bytes.set(pattern, PATTERN);
        const expected = Buffer.from(bytes.slice(A, A + text.length)).indexOf(Buffer.from(pattern));
        expect(core.findBytes16(A, text.length, PATTERN)).toBe(expected);
      },
    ),
    { numRuns: 500 },
  );
});

test("commonPrefix() and equalBytes() see the first difference and nothing beyond", () => {
  for (let length = 0; length < 100; length++) {
    for (let index = 0; index <= length; index++) {
      bytes.fill(0x55, A, A + length);
      bytes.fill(0x55, B, B + length);
      bytes[A + index] = 0xd5;
      expect(core.commonPrefix(A, B, length)).toBe(index);
      expect(core.equalBytes(A, B, length)).toBe(index === length ? 1 : 0);
    }
  }
});

test("compareBytes() is the order of Buffer.compare", () => {
  fc.assert(
    fc.property(few(40), few(40), few(40), (prefix, a, b) => {
      const left = Buffer.concat([prefix, a]);
      const right = Buffer.concat([prefix, b]);
      bytes.set(left, A);
      bytes.set(right, B);
      expect(core.compareBytes(A, left.length, B, right.length)).toBe(Buffer.compare(left, right));
    }),
    { numRuns: 1000 },
  );
});

test("xorBytes() masks exactly its bytes", () => {
  for (let length = 0; length < 100; length++) {
    const before = Uint8Array.from({ length: length + 2 }, (_, i) => i * 37);
    bytes.set(before, A - 1);
    core.xorBytes(A, length, 0xa7);
    expect([...bytes.slice(A - 1, A + length + 1)]).toEqual(
      [...before].map((byte, i) => (i === 0 || i === length + 1 ? byte : byte ^ 0xa7)),
    );
  }
});
