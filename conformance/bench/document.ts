/** docs/benchmarks.md. */

import { markdownTables, verdict } from "./report.js";
import type { Row } from "./rows.js";

const HOW = `Made by \`npm run bench -- --all --write\`: what is measured runs in a fresh process, awaits included, in turn with its rival, round after round.
The figures are medians, with the least and the most of the rounds in brackets. Absolute figures move from machine to machine and with
what else it does: the ratio, ours by the rival's, is what counts, and the targets are ratios. Where the ranges overlap, or a ratio
lies close to its target, another run may judge otherwise. [Performance](performance.md) says of each target that is missed where the time
or the bytes go, and what was tried.

- Ours runs on Node unless a row says otherwise; SQLite runs where it comes with the runtime, see below. It is native code, ours is
  WebAssembly. Its settings: write-ahead log and \`synchronous=FULL\`; its FTS5 table keeps title and text and stems with Porter's
  stemmer, and its queries have snippets where ours have.
- MiniSearch, rankings, \`compact\`, the safe export and a million documents' ingest are measured once, not in rounds. Commits are one run, its brackets the medians of five stretches of it; mean and exponent
  have no spread.
- "Raw append" writes the very bytes that our commit wrote to a file of its own and calls \`fdatasync\`, between our commits.
- Cold figures are of a process whose modules are loaded and a file that the operating system has cached.
- Memory is the most that was resident at once in the whole process, the runtime's own included.`;

/** The report as a document; it says what was lost as plainly as what was won. */
export function markdownDocument(facts: readonly string[], rows: readonly Row[]): string {
  const plot = rows.some(({ topic }) => topic === "growth")
    ? "\n![How the cost of work grows](benchmarks-growth.svg)\n"
    : "";
  return `# Benchmarks\n\n${HOW}\n\n${facts.map((fact) => `- ${fact}`).join("\n")}\n\n**${verdict(rows)}**\n\n${markdownTables(rows)}\n${plot}`;
}
