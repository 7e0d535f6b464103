/** Rows as a table for the terminal and as Markdown. */

import Table from "cli-table3";
import { isMet, type Row, ratioOf, type Target, type Unit } from "./rows.js";
import { median } from "./statistics.js";

const HEAD = ["work", "ours", "rival", "", "ratio", "target", "met"];

/** Three digits, with thousands apart: 41,200 or 0.0381. */
function digits(value: number): string {
  if (value === 0) return "0";
  const decimals = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value >= 1000
    ? Math.round(value)
        .toString()
        .replace(/\B(?=(\d{3})+$)/g, ",")
    : value.toFixed(Math.min(decimals, 6));
}

/** Median and, of several, the least and the most. */
function sampleText(samples: readonly number[], unit: Unit): string {
  if (samples.length === 0) return "";
  const spread = samples.length > 1 ? ` (${digits(Math.min(...samples))} to ${digits(Math.max(...samples))})` : "";
  return `${digits(median(samples))}${unit === "/s" || unit === "" ? "" : " "}${unit}${spread}`;
}

function targetText(target: Target | null, unit: Unit): string {
  if (target === null) return "";
  if ("atLeast" in target) return `≥ ${digits(target.atLeast)} ×`;
  if ("atMost" in target) return `≤ ${digits(target.atMost)} ×`;
  if ("extraAtMost" in target) return `≤ +${digits(target.extraAtMost)} ${unit}`;
  const [sign, limit] = "oursAtMost" in target ? ["≤", target.oursAtMost] : ["≥", target.oursAtLeast];
  return `${sign} ${digits(limit)} ${unit}`.trimEnd();
}

function ratioText(row: Row): string {
  const ratio = ratioOf(row);
  if (ratio === null) return "";
  if (row.target !== null && "extraAtMost" in row.target)
    return `${digits(median(row.ours) - median(row.rival))} ${row.unit} more`;
  return `${digits(ratio)} ×`;
}

function cells(row: Row): string[] {
  const met = isMet(row);
  return [
    row.work,
    sampleText(row.ours, row.unit),
    sampleText(row.rival, row.unit),
    row.rivalName,
    ratioText(row),
    targetText(row.target, row.unit),
    met === null ? "" : met ? "yes" : "no",
  ];
}

function topicsOf(rows: readonly Row[]): string[] {
  return [...new Set(rows.map(({ topic }) => topic))];
}

/** How many targets are met, and which aren't. */
export function verdict(rows: readonly Row[]): string {
  const judged = rows.filter((row) => isMet(row) !== null);
  const missed = judged.filter((row) => isMet(row) === false);
  const list = missed.map(({ topic, work }) => `${topic}: ${work}`).join("; ");
  return `${judged.length - missed.length} of ${judged.length} targets met${missed.length === 0 ? "." : `; missed: ${list}.`}`;
}

export function terminalTable(rows: readonly Row[]): string {
  const table = new Table({ head: HEAD, style: { head: [], border: [] } });
  for (const topic of topicsOf(rows)) {
    table.push([{ colSpan: HEAD.length, content: topic }]);
    for (const row of rows) if (row.topic === topic) table.push(cells(row));
  }
  return table.toString();
}

export function markdownTables(rows: readonly Row[]): string {
  const line = (columns: readonly string[]) => `| ${columns.join(" | ")} |`;
  return topicsOf(rows)
    .map((topic) => {
      const body = rows.filter((row) => row.topic === topic).map((row) => line(cells(row)));
      return [
        `## ${topic.charAt(0).toUpperCase()}${topic.slice(1)}`,
        "",
        line(HEAD),
        line(HEAD.map(() => "---")),
        ...body,
      ].join("\n");
    })
    .join("\n\n");
}
