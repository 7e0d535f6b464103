// Prints a capsule's structure and what verification finds, for people.
// npx tsx conformance/oracle/dump.ts [--segments] FILE      (--segments: every entry of the live segments too)
import { readFileSync } from "node:fs";
import process from "node:process";
import { describeSegments, describeStructure } from "./structure.js";
import { verifyCapsule } from "./verify.js";

const options = process.argv.slice(2);
const path = options.find((option) => !option.startsWith("--"));
if (path === undefined) {
  console.error("Usage: npx tsx conformance/oracle/dump.ts [--segments] FILE");
  process.exit(1);
}
const file = new Uint8Array(readFileSync(path));
for (const line of describeStructure(file)) console.log(line);
const { findings, capsule, history } = verifyCapsule(file);
if (options.includes("--segments") && capsule && history) {
  for (const line of describeSegments(capsule, history)) console.log(line);
}
console.log(
  `head: ${capsule?.head ? `commit ${capsule.head.body.sequence}${capsule.durable ? ", durable" : ""}` : "none"}`,
);
for (const { level, message } of findings) console.log(`${level}: ${message}`);
console.log(findings.length === 0 ? "nothing found" : `${findings.length} findings`);
if (findings.some(({ level }) => level === "error")) process.exitCode = 1;
