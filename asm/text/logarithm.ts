/**
 * The natural logarithm by IEEE 754 operations alone, so that scores have the same bits everywhere. The method and its
 * coefficients are those of fdlibm's `e_log.c` (Sun Microsystems, 1993); `docs/text-analysis.md` fixes the order of operations.
 */

/** The upper 33 bits of ln 2, and what they lack: k × LN2_HIGH is exact for every exponent k. */
const LN2_HIGH: f64 = 6.9314718036912381649e-1;
const LN2_LOW: f64 = 1.90821492927058770002e-10;

/** Coefficients of a polynomial in s² for (ln(1 + s) - ln(1 - s)) / s - 2. */
const C1: f64 = 6.66666666666673513e-1;
const C2: f64 = 3.999999999940941908e-1;
const C3: f64 = 2.857142874366239149e-1;
const C4: f64 = 2.222219843214978396e-1;
const C5: f64 = 1.818357216161805012e-1;
const C6: f64 = 1.531383769920937332e-1;
const C7: f64 = 1.479819860511658591e-1;

/** Bits of the least m that x is scaled to, just under √½: the upper half of its representation, the lower being 0. */
const LEAST_BITS: u64 = 0x3fe6a09e00000000;
const ONE_BITS: u64 = 0x3ff0000000000000;
const FRACTION_MASK: u64 = 0x000fffffffffffff;
const TWO_TO_54: f64 = 18014398509481984;
const LEAST_NORMAL: f64 = 2.2250738585072014e-308;

/** ln x, within 1 ulp. -∞ for 0, NaN below it, x for +∞ and NaN. */
export function ln(x: f64): f64 {
  if (!(x > 0)) return x == 0 ? -Infinity : NaN;
  if (x == Infinity) return x;
  let k = 0;
  if (x < LEAST_NORMAL) {
    x *= TWO_TO_54;
    k = -54;
  }
  // x = m × 2^k with m from √½ to √2.
  const bits = reinterpret<u64>(x) + (ONE_BITS - LEAST_BITS);
  k += <i32>(bits >>> 52) - 1023;
  const m = reinterpret<f64>((bits & FRACTION_MASK) + LEAST_BITS);
  const f = m - 1;
  const half = 0.5 * f * f;
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const even = w * (C2 + w * (C4 + w * C6));
  const odd = z * (C1 + w * (C3 + w * (C5 + w * C7)));
  const scale = <f64>k;
  return s * (half + (odd + even)) + scale * LN2_LOW - half + f + scale * LN2_HIGH;
}
