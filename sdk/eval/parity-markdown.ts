/** The parity report for people. */

import { escapeMarkdown } from "../markdown-text.js";
import type { BackendFigures, Latency, ParityMetric, ParityReport } from "./parity.js";
import { PARITY_THRESHOLD } from "./parity.js";

const DIGITS = 4;
const MS_DIGITS = 1;

/** A Markdown page; what comes from the suite is escaped. Latencies come last: only they differ from run to run. */
export function parityMarkdown({ result, result_hash, latency }: ParityReport): string {
  const { baseline, candidate, gate, k, queries } = result;
  const lines = [
    `# Parity${result.suite === null ? "" : `: ${escapeMarkdown(result.suite)}`}`,
    "",
    `Gate: **${gate.passed ? "passed" : "failed"}**. Each figure of ${candidate.backend} has to reach ${PARITY_THRESHOLD * 100} % of ${baseline.backend}'s.`,
    "",
    `| at ${k} | ${baseline.backend} | ${candidate.backend} | gate |`,
    "|---|---|---|---|",
    ...gate.checks.map(({ metric, passed }) => figureRow(metric, baseline, candidate, passed)),
    "",
    `| query (${queries.length}) | relevant | recall ${baseline.backend} | recall ${candidate.backend} |`,
    "|---|---|---|---|",
    ...queries.map(
      (query) =>
        `| ${escapeMarkdown(query.query)} | ${query.relevant.length} | ${query.baseline.recall.toFixed(DIGITS)} | ${query.candidate.recall.toFixed(DIGITS)} |`,
    ),
    "",
    `Hash of the result: \`${result_hash}\``,
    "",
    "| latency, ms | median | 95 % | longest |",
    "|---|---|---|---|",
    latencyRow(baseline.backend, latency.baseline),
    latencyRow(candidate.backend, latency.candidate),
    "",
  ];
  return lines.join("\n");
}

function figureRow(metric: ParityMetric, baseline: BackendFigures, candidate: BackendFigures, passed: boolean): string {
  return `| ${metric} | ${baseline[metric].toFixed(DIGITS)} | ${candidate[metric].toFixed(DIGITS)} | ${passed ? "passed" : "failed"} |`;
}

function latencyRow(name: string, { median_ms, p95_ms, max_ms }: Latency): string {
  return `| ${name} | ${median_ms.toFixed(MS_DIGITS)} | ${p95_ms.toFixed(MS_DIGITS)} | ${max_ms.toFixed(MS_DIGITS)} |`;
}
