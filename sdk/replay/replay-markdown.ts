/** The replay report for people. */

import { escapeMarkdown as text } from "../markdown-text.js";
import { type ReplayCheckName, type ReplayReport, replayChecks } from "./report.js";

/** A Markdown page; what comes from the capsule is escaped. */
export function replayMarkdown(report: ReplayReport): string {
  const { run_id, spec_id, as_of, sequence, branches, timeline, checks, unchecked, passed } = report;
  const failed = checks.filter((check) => !check.passed);
  const moment = as_of === null ? `commit ${sequence}` : `checkpoint ${text(as_of)}, commit ${sequence}`;
  const lines = [
    `# Replay of ${text(run_id)}${spec_id === null ? "" : ` (${text(spec_id)})`}`,
    "",
    `Verdict: **${passed ? "passed" : "failed"}**, as of ${moment}, on ${branches.map(text).join(" and ")}.`,
    "",
    "| check | passed | failed | not checkable |",
    "|---|---:|---:|---:|",
    ...replayChecks.map((name) => countsRow(name, report)),
    "",
    ...section("Failed checks", ["check", "event", "detail"], failed, (check) => [
      check.check,
      check.event_uri,
      check.detail ?? "",
    ]),
    ...section("Not checkable", ["check", "event", "reason"], unchecked, (item) => [
      item.check,
      item.event_uri,
      item.reason,
    ]),
    ...section("Timeline", ["time", "stage", "event", "summary", "URI"], timeline, (entry) => [
      entry.timestamp,
      entry.stage ?? "",
      entry.event_type,
      entry.summary,
      entry.uri,
    ]),
  ];
  return lines.join("\n");
}

function countsRow(name: ReplayCheckName, { checks, unchecked }: ReplayReport): string {
  const of = checks.filter(({ check }) => check === name);
  const passed = of.filter((check) => check.passed).length;
  const skipped = unchecked.filter(({ check }) => check === name).length;
  return `| ${name} | ${passed} | ${of.length - passed} | ${skipped} |`;
}

function section<Item>(
  title: string,
  columns: readonly string[],
  items: readonly Item[],
  cells: (item: Item) => readonly string[],
): string[] {
  if (items.length === 0) return [];
  return [
    `## ${title}`,
    "",
    `| ${columns.join(" | ")} |`,
    `|${"---|".repeat(columns.length)}`,
    ...items.map((item) => `| ${cells(item).map(text).join(" | ")} |`),
    "",
  ];
}
