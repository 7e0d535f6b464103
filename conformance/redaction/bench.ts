/** `npm run bench:redaction`: recall by class and carrier, false positives, and speed. */

import Table from "cli-table3";
import { createMasker } from "../../sdk/redact/masker.js";
import { measure, measureHard, type Rate } from "./measure.js";
import { ordinaryTexts } from "./ordinary-texts.js";

const percent = (found: number, all: number) => `${((100 * found) / all).toFixed(1)} %`;

function print(title: string, rates: ReadonlyMap<string, Rate>): void {
  const table = new Table({ head: [title, "masked", "of", "recall"], style: { head: [], border: [] } });
  for (const [name, { found, all }] of rates) table.push([name, found, all, percent(found, all)]);
  console.log(table.toString());
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
for (const [name, text] of Object.entries(ordinaryTexts())) console.log(`speed on ${name}: ${speed(text)} MB/s`);
