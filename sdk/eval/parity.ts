/** How well the capsule finds what the daemon finds: a golden suite on both, figures, and a gate. */

import type { Environment } from "../../runtimes/contract.js";
import { encodeHex, encodeUtf8, tryDecodeUtf8 } from "../../runtimes/std.js";
import { canonicalJson } from "../canonical-json.js";
import { argumentError, CapsuleError, throwIfAborted } from "../errors.js";
import type { Memory } from "../memory/memory.js";
import type { MemoryBackend } from "../options.js";
import type { GoldenSuite } from "../schema/golden.js";
import { mean, percentile, queryMetrics } from "./metrics.js";

/** Share of the baseline's figure that the candidate has to reach. */
export const PARITY_THRESHOLD = 0.95;
const DEFAULT_K = 10;
const MAX_K = 1000;
/** Sums of fractions are off by less; no two figures of a suite are that close. */
const ROUNDING = 1e-9;

export interface ParityOptions {
  /** How many hits count. Default 10. */
  readonly k?: number;
  /** Milliseconds, for latencies. Default: `performance.now()`. */
  readonly clock?: () => number;
  readonly signal?: AbortSignal;
}

export const parityMetrics = ["precision", "recall", "mrr"] as const;
export type ParityMetric = (typeof parityMetrics)[number];
export type Figures = { readonly [metric in ParityMetric]: number };

export interface BackendFigures extends Figures {
  readonly backend: MemoryBackend;
}

export interface QueryFigures {
  /** URIs, or else ids, in the order of the hits. */
  readonly hits: readonly string[];
  readonly precision: number;
  readonly recall: number;
  readonly reciprocal_rank: number;
}

export interface GateCheck {
  readonly metric: ParityMetric;
  readonly baseline: number;
  readonly candidate: number;
  readonly passed: boolean;
}

/** The same for the same suite and the same memories, on every machine, but for what the daemon does. */
export interface ParityResult {
  readonly suite: string | null;
  readonly k: number;
  readonly query_count: number;
  readonly baseline: BackendFigures;
  readonly candidate: BackendFigures;
  readonly gate: { readonly threshold: number; readonly passed: boolean; readonly checks: readonly GateCheck[] };
  readonly queries: readonly {
    readonly query: string;
    readonly relevant: readonly string[];
    readonly baseline: QueryFigures;
    readonly candidate: QueryFigures;
  }[];
}

export interface Latency {
  readonly median_ms: number;
  readonly p95_ms: number;
  readonly max_ms: number;
}

export interface ParityReport {
  readonly result: ParityResult;
  /** SHA-256 of the result as canonical JSON. */
  readonly result_hash: string;
  readonly latency: { readonly baseline: Latency; readonly candidate: Latency };
}

/** A golden suite from a file's bytes. @throws CapsuleError `InvalidArgument` saying what is wrong with it */
export async function parseGoldenSuite(bytes: Uint8Array, path: string): Promise<GoldenSuite> {
  const { goldenProblems } = await import("../schema/golden.js");
  const refuse = (reason: string, cause?: unknown) =>
    new CapsuleError("InvalidArgument", `Cannot use the golden suite ${JSON.stringify(path)}: ${reason}`, {
      hint: 'Expected {"queries":[{"query":"…","relevant":["mv2://…"]}]}.',
      details: { path },
      ...(cause === undefined ? {} : { cause }),
    });
  let value: unknown;
  try {
    value = JSON.parse(tryDecodeUtf8(bytes) ?? "");
  } catch (cause) {
    throw refuse("it is not JSON in UTF-8", cause);
  }
  const problems = goldenProblems(value);
  if (problems.length > 0) throw refuse(problems.join("; "));
  return value as GoldenSuite;
}

/**
 * Runs each query of the suite on both, one after the other, and compares. The gate passes if each of the candidate's
 * figures is above 0 and at least 95 % of the baseline's.
 *
 * @throws CapsuleError `MemoryBackendFailed`, `InvalidArgument`, `Aborted`
 * @example
 * const { result } = await runParity(suite, { baseline: daemon, candidate: capsule, environment }, { k: 10 });
 * console.log(result.gate.passed);
 */
export async function runParity(
  suite: GoldenSuite,
  sides: { readonly baseline: Memory; readonly candidate: Memory; readonly environment: Environment },
  options: ParityOptions = {},
): Promise<ParityReport> {
  const { k = DEFAULT_K, signal } = options;
  if (!Number.isSafeInteger(k) || k < 1 || k > MAX_K) throw argumentError("k", `a whole number of 1 to ${MAX_K}`, k);
  const baseline = new Side(sides.baseline, k, options);
  const candidate = new Side(sides.candidate, k, options);
  const queries: ParityResult["queries"][number][] = [];
  for (const { query, relevant } of suite.queries) {
    throwIfAborted(signal, "run the golden suite");
    const names = new Set(relevant);
    queries.push({
      query,
      relevant: [...names],
      baseline: await baseline.ask(query, names),
      candidate: await candidate.ask(query, names),
    });
  }
  const figures = { baseline: baseline.figures(), candidate: candidate.figures() };
  const checks = parityMetrics.map((metric) => check(metric, figures.baseline[metric], figures.candidate[metric]));
  const gate = { threshold: PARITY_THRESHOLD, passed: checks.every(({ passed }) => passed), checks };
  const result = { suite: suite.name ?? null, k, query_count: queries.length, ...figures, gate, queries };
  const hash = sides.environment.sha256();
  hash.update(encodeUtf8(canonicalJson(result, "result")));
  return {
    result,
    result_hash: encodeHex(hash.digest()),
    latency: { baseline: baseline.latency(), candidate: candidate.latency() },
  };
}

function check(metric: ParityMetric, baseline: number, candidate: number): GateCheck {
  return { metric, baseline, candidate, passed: candidate > 0 && candidate + ROUNDING >= PARITY_THRESHOLD * baseline };
}

/** One backend and what was found of it so far. */
class Side {
  private readonly asked: QueryFigures[] = [];
  private readonly tookMs: number[] = [];

  constructor(
    private readonly memory: Memory,
    private readonly k: number,
    private readonly options: ParityOptions,
  ) {}

  async ask(query: string, relevant: ReadonlySet<string>): Promise<QueryFigures> {
    const { clock = () => performance.now(), signal } = this.options;
    const startMs = clock();
    const hits = await this.memory.search(query, { limit: this.k, ...(signal === undefined ? {} : { signal }) });
    this.tookMs.push(clock() - startMs);
    const ranked = hits.map(({ id, uri }) => (uri === null || uri === id ? [id] : [uri, id]));
    const { precision, recall, reciprocalRank } = queryMetrics(ranked, relevant, this.k);
    const hitNames = ranked.map(([name = ""]) => name);
    const figures = { hits: hitNames, precision, recall, reciprocal_rank: reciprocalRank };
    this.asked.push(figures);
    return figures;
  }

  figures(): BackendFigures {
    return {
      backend: this.memory.backend,
      precision: mean(this.asked.map(({ precision }) => precision)),
      recall: mean(this.asked.map(({ recall }) => recall)),
      mrr: mean(this.asked.map(({ reciprocal_rank }) => reciprocal_rank)),
    };
  }

  latency(): Latency {
    const { tookMs } = this;
    return { median_ms: percentile(tookMs, 0.5), p95_ms: percentile(tookMs, 0.95), max_ms: percentile(tookMs, 1) };
  }
}
