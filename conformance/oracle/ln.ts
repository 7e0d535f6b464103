const LN2_HIGH = fromBits(0x3fe62e42fee00000n);
const LN2_LOW = fromBits(0x3dea39ef35793c76n);
const C1 = fromBits(0x3fe5555555555593n);
const C2 = fromBits(0x3fd999999997fa04n);
const C3 = fromBits(0x3fd2492494229359n);
const C4 = fromBits(0x3fcc71c51d8e78afn);
const C5 = fromBits(0x3fc7466496cb03den);
const C6 = fromBits(0x3fc39a09d078c69fn);
const C7 = fromBits(0x3fc2f112df3e5244n);
const MANTISSA = 1n << 52n;
/** Bits of 1, and of a number a little below √½: mantissas are brought between it and its double. */
const ONE_BITS = 0x3ff0000000000000n;
const LOW_BITS = 0x3fe6a09e00000000n;

/** Natural logarithm of a binary64 number, the same to the bit everywhere (text-analysis.md, part 9). */
export function ln(x: number): number {
  if (Number.isNaN(x) || x < 0) return Number.NaN;
  if (x === 0) return Number.NEGATIVE_INFINITY;
  if (x === Number.POSITIVE_INFINITY) return x;
  const isSubnormal = x < 2 ** -1022;
  const v = toBits(isSubnormal ? x * 2 ** 54 : x) + (ONE_BITS - LOW_BITS);
  const k = (isSubnormal ? -54 : 0) + Number(v / MANTISSA) - 1023;
  const f = fromBits((v % MANTISSA) + LOW_BITS) - 1;
  const h = 0.5 * f * f;
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const a = w * (C2 + w * (C4 + w * C6));
  const b = z * (C1 + w * (C3 + w * (C5 + w * C7)));
  return s * (h + (b + a)) + k * LN2_LOW - h + f + k * LN2_HIGH;
}

/** The bits of a number. */
export function toBits(x: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  return view.getBigUint64(0);
}

/** The number with these bits. */
export function fromBits(bits: bigint): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, bits);
  return view.getFloat64(0);
}
