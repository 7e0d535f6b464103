/**
 * A writer that commits without end until it is killed, and tells of each commit once it is acknowledged. Begins at the first line of
 * stdin, which names the capsule and the seed, so that it may be started before it is needed.
 */
import { existsSync, writeSync } from "node:fs";
import process from "node:process";
import { createInterface } from "node:readline";
import { Capsule } from "speckit-capsule";
import { documentsOf } from "./contents.mjs";

// At once, and not by a stream: what was told must not wait in a buffer when the kill comes.
const say = (value) => writeSync(1, new TextEncoder().encode(`${JSON.stringify(value)}\n`));

const [line] = await new Promise((resolve) => {
  createInterface({ input: process.stdin }).once("line", (text) => resolve([text]));
});
const { path, seed, fault } = JSON.parse(line);
const capsule = existsSync(path) ? await Capsule.open(path, { mode: "write" }) : await Capsule.create(path);
say({ opened: capsule.info.sequence });
for (let commit = capsule.info.sequence + 1; ; commit++) {
  for (const { path: target, isText, bytes } of documentsOf(seed, commit)) {
    await capsule.put({ path: target }, bytes(), { index: isText });
    // Controls: what the soak has to find.
    if (fault === "half") await capsule.commit();
  }
  if (fault === "early") {
    say({ committed: commit });
    await new Promise((resolve) => setTimeout(resolve, 20));
    await capsule.commit();
    continue;
  }
  const { sequence } = await capsule.commit();
  say({ committed: sequence });
}
