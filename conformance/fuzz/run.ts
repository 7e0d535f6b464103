/** The soak: npx tsx conformance/fuzz/run.ts --minutes 2 [--parser capsule] [--seed 1]. Minutes are those of each parser. */

import { parseArgs } from "node:util";
import { parsers, tryParser } from "./parsers.js";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "2" },
    parser: { type: "string" },
    seed: { type: "string", default: "1" },
  },
});
const cpuMinutes = () => (process.cpuUsage().user + process.cpuUsage().system) / 60e6;

for (const [name, make] of Object.entries(parsers)) {
  if (values.parser !== undefined && values.parser !== name) continue;
  const begun = cpuMinutes();
  const parser = make();
  try {
    const { tried, accepted } = await tryParser(
      parser,
      Number(values.seed),
      () => cpuMinutes() - begun > Number(values.minutes),
    );
    console.log(`${name}: ${tried} inputs, ${accepted} accepted, ${(cpuMinutes() - begun).toFixed(2)} CPU minutes`);
  } catch (error) {
    console.log(`${name} FAILED ${error instanceof Error ? error.stack : error}`);
    if (error instanceof Error) console.log(error.cause);
    process.exitCode = 1;
  }
}
