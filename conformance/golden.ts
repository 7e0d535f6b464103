/**
 * `npm run golden`: runs the conformance topics and writes what they give to sdk/conformance/expected.json, with which the package judges
 * every machine. To be run when stored bytes or results changed on purpose; the diff shows which cases it concerns.
 */

import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runtime } from "../runtimes/node.js";
import { compareDigests } from "../sdk/conformance/compare.js";
import { runTopics } from "../sdk/conformance/run.js";

const file = fileURLToPath(new URL("../sdk/conformance/expected.json", import.meta.url));
const folder = mkdtempSync(join(realpathSync(tmpdir()), "speckit-golden-"));
try {
  const digests = await runTopics({ runtime, folder });
  const failed = compareDigests(new Map([["here", digests]]));
  if (failed.length > 0) throw new Error(`Cases failed: ${JSON.stringify(failed, null, 2)}`);
  writeFileSync(file, `${JSON.stringify(digests, null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
