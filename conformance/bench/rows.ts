/** A row of the report: what we did beside what a rival did. */

import { median } from "./statistics.js";

export type Unit = "/s" | "ms" | "µs" | "MB" | "KB" | "B" | "MB/s" | "";

/** What the ratio of the medians, ours by the rival's, must be; how much may come on top of the rival's; or what ours must be by itself. */
export type Target =
  | { readonly atLeast: number }
  | { readonly atMost: number }
  | { readonly extraAtMost: number }
  | { readonly oursAtMost: number }
  | { readonly oursAtLeast: number };

export interface Row {
  readonly topic: string;
  readonly work: string;
  readonly unit: Unit;
  /** A figure a round. */
  readonly ours: readonly number[];
  readonly rivalName: string;
  /** Empty if there is no rival. */
  readonly rival: readonly number[];
  /** Null for what is only told. */
  readonly target: Target | null;
  /** What was measured at each size, where a row tells how work grows. */
  readonly curve?: readonly (readonly [size: number, cost: number])[];
}

/** Ours by the rival's; null without a rival. */
export function ratioOf({ ours, rival }: Row): number | null {
  return rival.length === 0 ? null : median(ours) / median(rival);
}

/** Whether a row reaches its target; null if it has none. */
export function isMet(row: Row): boolean | null {
  const { target, ours, rival } = row;
  if (target === null) return null;
  if ("oursAtMost" in target) return median(ours) <= target.oursAtMost;
  if ("oursAtLeast" in target) return median(ours) >= target.oursAtLeast;
  if ("extraAtMost" in target) return median(ours) - median(rival) <= target.extraAtMost;
  const ratio = ratioOf(row) as number;
  return "atLeast" in target ? ratio >= target.atLeast : ratio <= target.atMost;
}
