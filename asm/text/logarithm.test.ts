import fc from "fast-check";
import { expect, test } from "vitest";
import { compileForTest } from "../testing/compile.js";

const { ln } = await compileForTest<{ ln(x: number): number }>("asm/text/logarithm.ts");

const view = new DataView(new ArrayBuffer(8));
function bitsOf(x: number): bigint {
  view.setFloat64(0, x);
  return view.getBigInt64(0);
}

/** Distance in units in the last place, of finite numbers. */
function ulps(a: number, b: number): bigint {
  const order = (x: number) => (bitsOf(x) < 0n ? -(bitsOf(x) & 0x7fffffffffffffffn) : bitsOf(x));
  const distance = order(a) - order(b);
  return distance < 0n ? -distance : distance;
}

/** Bits of ln x. Each lies within 1 ulp of the value to 60 digits. */
const vectors: [x: number, bits: string][] = [
  [1, "0000000000000000"],
  [1.0000001, "3e7ad7f2847b6492"],
  [1.5, "3fd9f323ecbf984c"],
  [2, "3fe62e42fefa39ef"],
  [3, "3ff193ea7aad030a"],
  [10, "40026bb1bbb55516"],
  [0.5, "bfe62e42fefa39ef"],
  [0.7, "bfd6d3c324e13f50"],
  [Math.SQRT2, "3fd62e42fefa39f0"],
  [100.25, "40126e4046808320"],
  [50000.5, "4025a3bb4a3df157"],
  [1000001, "402ba18abb1dedc8"],
  [15999.942857142858, "40235c5594b029ca"],
  [6.02214076e23, "404b60a08fb35901"],
  [1e-300, "c085963447f87fb5"],
  [5e-324, "c0874385446d71c3"],
  [1.7976931348623157e308, "40862e42fefa39ef"],
];

test("ln() has the bits that the specification's example lists", () => {
  expect(vectors.length).toBeGreaterThan(10);
  for (const [x, bits] of vectors)
    expect(
      `${x}: ${BigInt.asUintN(64, bitsOf(ln(x)))
        .toString(16)
        .padStart(16, "0")}`,
    ).toBe(`${x}: ${bits}`);
});

test("ln() lies within 1 ulp of the host's logarithm", () => {
  let state = 1;
  for (let i = 0; i < 200_000; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    const fraction = (state >>> 0) / 2 ** 32;
    for (const x of [1 + fraction, 1 + fraction * 2 ** 20, fraction, 2 ** (fraction * 2000 - 1000)])
      if (ulps(ln(x), Math.log(x)) > 1n) throw new Error(`ln(${x}) = ${ln(x)}, not ${Math.log(x)}`);
  }
  fc.assert(
    fc.property(fc.double({ min: 0, minExcluded: true, noNaN: true, max: Number.MAX_VALUE }), (x) => {
      expect(ulps(ln(x), Math.log(x))).toBeLessThanOrEqual(1n);
    }),
    { numRuns: 5000, seed: 3 },
  );
});

test("ln() gives limits and NaN where there is no logarithm", () => {
  expect([0, -0, Infinity, -1, -Infinity, NaN, 1, Number.MIN_VALUE].map(ln)).toEqual([
    -Infinity,
    -Infinity,
    Infinity,
    NaN,
    NaN,
    NaN,
    0,
    Math.log(Number.MIN_VALUE),
  ]);
});
