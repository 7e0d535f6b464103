/** `npm run bench:redaction`: recall by class and carrier, false positives, and speed. */

import { readdirSync, readFileSync } from "node:fs";
import Table from "cli-table3";
import { createMasker } from "../../sdk/redact/masker.js";
import { innocentTexts } from "./corpus/index.js";
import { measure, measureHard, type Rate } from "./measure.js";

const percent = (found: number, all: number) => `${((100 * found) / all).toFixed(1)} %`;

function print(title: string, rates: ReadonlyMap<string, Rate>): void {
  const table = new Table({ head: [title, "masked", "of", "recall"], style: { head: [], border: [] } });
  for (const [name, { found, all }] of rates) table.push([name, found, all, percent(found, all)]);
  console.log(table.toString());
}

/** The files of a folder of this project, as one text. */
function filesOf(folder: string, ending: string): string {
  const root = new URL(`../../${folder}/`, import.meta.url);
  const names = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(ending));
  return names.map((name) => readFileSync(new URL(name, root), "utf8")).join("\n");
}

/** Events of a run, one a line: their payloads hold source code. */
function eventLines(): string {
  const lines = filesOf("sdk/schema", ".ts").match(/(?:.*\n){1,20}/g) ?? [];
  return lines
    .map((stdout, index) =>
      JSON.stringify({
        type: "ToolResult",
        payload: { call_id: `c${index}`, success: true, output: { stdout, code: 0 } },
      }),
    )
    .join("\n");
}

/** MB of text masked in a second of the processor's time. */
function speed(text: string): string {
  const large = `${text}\n`.repeat(Math.ceil(8_000_000 / text.length));
  const { maskText } = createMasker();
  maskText(large);
  const startedAt = process.cpuUsage();
  maskText(large);
  const { user, system } = process.cpuUsage(startedAt);
  return (large.length / (user + system)).toFixed(1);
}

const result = measure(createMasker());
print("class", result.byClass);
print("carrier", result.byCarrier);
print("where it is weak", measureHard(createMasker()));
const found = result.planted - result.missed.length;
console.log(`recall: ${found} of ${result.planted} (${percent(found, result.planted)})`);
console.log(
  `false positives: ${result.falsePositives.length} of ${result.innocent} innocent texts (${percent(result.falsePositives.length, result.innocent)})`,
);
for (const { className, carrier, masked } of result.missed)
  console.log(`missed: ${className} in ${carrier}: ${JSON.stringify(masked)}`);
for (const { kind, masked } of result.falsePositives) console.log(`false positive: ${kind}: ${JSON.stringify(masked)}`);
const innocent = innocentTexts().map(({ value }) => (typeof value === "string" ? value : JSON.stringify(value)));
const ordinary = {
  "source code": filesOf("sdk", ".ts"),
  Markdown: filesOf("docs", ".md"),
  "events as JSON": eventLines(),
  "innocent texts of the corpus": innocent.join("\n"),
};
for (const [name, text] of Object.entries(ordinary)) console.log(`speed on ${name}: ${speed(text)} MB/s`);
