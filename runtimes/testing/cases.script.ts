/** Runs the cases in whatever runtime executes it: arguments are a directory and a set; prints JSON. */

import process from "node:process";
import { runtime } from "#runtime";
import { CONTRACT_CASES, runCases } from "../contract.cases.js";
import { DISK_CASES } from "../disk.cases.js";
import { LOCK_CASES } from "../lock.cases.js";

const [root = "", set = ""] = process.argv.slice(2);
const cases = set === "disk" ? DISK_CASES : [...CONTRACT_CASES, ...LOCK_CASES];
const results = await runCases(runtime, cases, (files, index) => {
  const directory = `${root}/${index}`;
  files.makeDirectory(directory);
  return directory;
});
const { runtimeName, runtimeVersion } = runtime.environment;
console.log(JSON.stringify({ runtimeName, runtimeVersion, lockKind: await runtime.locks.kind(), results }));
