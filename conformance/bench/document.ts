/** docs/benchmarks.md. */

import { markdownTables, verdict } from "./report.js";
import type { Row } from "./rows.js";

const HOW = `Made by \`npm run bench -- --write\`; each row is measured in the same run as its rival, round after round in turn, each time in a
fresh process, awaits included. The figures are medians, with the least and the most of the rounds in brackets. Absolute figures
move from machine to machine and with what else it does: the ratio, ours by the rival's, is what counts, and the targets are ratios.

- SQLite is the one that comes with the runtime, write-ahead log and \`synchronous=FULL\`; its FTS5 table keeps title and text and
  stems with Porter's stemmer. It is native code, ours is WebAssembly.
- "Raw append" writes the very bytes that our commit wrote to a file of its own and calls \`fdatasync\`, between our commits.
- Cold figures are of a process whose modules are loaded and a file that the operating system has cached.
- Memory is the most that was resident at once in the whole process, the runtime's own included.`;

/** The report as a document; it says what was lost as plainly as what was won. */
export function markdownDocument(facts: readonly string[], rows: readonly Row[]): string {
  return `# Benchmarks\n\n${HOW}\n\n${facts.map((fact) => `- ${fact}`).join("\n")}\n\n**${verdict(rows)}**\n\n${markdownTables(rows)}\n`;
}
