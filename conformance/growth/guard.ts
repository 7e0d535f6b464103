/** Whether work grows with the size of a capsule no faster than it may. */

import { fittedExponent } from "../bench/statistics.js";

/** Work by size: bytes, or whatever is counted. */
export type Curve = readonly (readonly [size: number, work: number])[];

/** What a curve may be: its exponent at most, and its last point against its first. */
export interface Limit {
  readonly exponent: number;
  readonly factor: number;
}

/** A constant, or a logarithm: there is a segment or two for each tier, and a tier for each eightfold. */
export const LOGARITHMIC: Limit = { exponent: 0.45, factor: 3.5 };
/** In proportion, times a logarithm: what is written is written again when its segment is merged into the next tier. */
export const LINEAR: Limit = { exponent: 1.25, factor: 32 };

/** What is wrong with a curve; null if it keeps its limit. */
export function excess(curve: Curve, { exponent, factor }: Limit): string | null {
  const [first, last] = [curve[0], curve.at(-1)];
  if (first === undefined || last === undefined) throw new RangeError("Cannot judge a curve without points");
  const found = fittedExponent(curve);
  const grown = last[1] / first[1];
  if (found <= exponent && grown <= factor) return null;
  return `grows as n^${found.toFixed(2)}, ${grown.toFixed(1)} times from ${first[0]} to ${last[0]}: ${JSON.stringify(curve)}`;
}
