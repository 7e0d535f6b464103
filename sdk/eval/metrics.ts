/** Figures of a ranked list against what is relevant (Manning, Raghavan, Schütze: Introduction to Information Retrieval, 8). */

export interface QueryMetrics {
  /** Share of the first k places that hold something relevant. */
  readonly precision: number;
  /** Share of what is relevant that is among the first k. */
  readonly recall: number;
  /** 1 / place of the first relevant one among the first k; 0 if there is none. */
  readonly reciprocalRank: number;
}

/** `ranked`: for each place the names of what stands there, without repetition; `relevant`: at least one name. */
export function queryMetrics(
  ranked: readonly (readonly string[])[],
  relevant: ReadonlySet<string>,
  k: number,
): QueryMetrics {
  const found = new Set<string>();
  let firstRank = 0;
  for (const [index, names] of ranked.slice(0, k).entries()) {
    const name = names.find((candidate) => relevant.has(candidate));
    if (name === undefined || found.has(name)) continue;
    found.add(name);
    if (firstRank === 0) firstRank = index + 1;
  }
  return {
    precision: found.size / k,
    recall: found.size / relevant.size,
    reciprocalRank: firstRank === 0 ? 0 : 1 / firstRank,
  };
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** By the nearest-rank method; `share` between 0 and 1. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
