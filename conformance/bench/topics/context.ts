import type { Collection } from "../collection.js";
import type { BenchOptions } from "../options.js";
import { type Figures, figure } from "../programs.js";
import type { Row } from "../rows.js";

/** What a topic has to work with. */
export interface BenchContext {
  readonly options: BenchOptions;
  readonly collection: Collection;
  /** Where it may write; removed afterwards. */
  readonly folder: string;
}

/** Measures and answers rows. */
export type Topic = (context: BenchContext) => Promise<Row[]>;

export const BYTES_PER_MB = 1_000_000;

/** A figure of bytes of each round, in megabytes. */
export function megabytes(rounds: readonly Figures[], name: string): number[] {
  return figure(rounds, name).map((bytes) => bytes / BYTES_PER_MB);
}
