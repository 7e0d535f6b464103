/** Runs all cases in whatever runtime this is started in; prints a JSON report: topic → case → digest. */

import * as bytes from "./bytes.mjs";
import { sha256 } from "./context.mjs";
import * as errors from "./errors.mjs";
import * as history from "./history.mjs";
import * as masking from "./masking.mjs";
import * as search from "./search.mjs";

const [folder] = globalThis.Deno?.args ?? process.argv.slice(2);

const report = {};
for (const { topic, cases } of [bytes, search, history, errors, masking]) {
  report[topic] = {};
  for (const [name, run] of Object.entries(cases)) {
    try {
      report[topic][name] = await sha256(JSON.stringify(await run({ folder: `${folder}/${topic}` })));
    } catch (error) {
      report[topic][name] = `failed: ${error.stack ?? error}`;
    }
  }
}
console.log(JSON.stringify(report));
