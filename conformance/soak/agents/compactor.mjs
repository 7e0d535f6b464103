/** Compacts the capsule that the first line of stdin names. It tells when it is ready, and when it has ended. */

import process from "node:process";
import { createInterface } from "node:readline";
import { Capsule } from "speckit-capsule";

const lines = createInterface({ input: process.stdin });
console.log("ready");
const [path] = await new Promise((resolve) => lines.once("line", (line) => resolve(JSON.parse(line))));
await Capsule.compact(path);
console.log("ended");
lines.close();
