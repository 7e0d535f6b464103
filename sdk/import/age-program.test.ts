/** What the program `age` encrypted is mounted. Skipped, and said so, where it isn't installed. */
import { execFileSync, spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { generateAgeKeys } from "../age/keys.js";
import { Capsule } from "../capsule.js";
import { CAPSULE_PATH } from "../testing/fixtures.js";
import { capsuleBytes, inWorkspace, mountMachine, SOURCE_PATH } from "../testing/mounts.js";

const hasAge = spawnSync("age", ["--version"]).status === 0;
if (!hasAge) console.warn('Skipped: the program "age" is not installed.');

it.skipIf(!hasAge)("import() mounts what age -r encrypted", async () => {
  const { identity, recipient } = generateAgeKeys();
  const input = await capsuleBytes({ "a.md": "the retry budget" });
  const runtime = await mountMachine(new Uint8Array(execFileSync("age", ["-r", recipient], { input })));
  const secrets = { identities: [identity] };
  const result = await inWorkspace(runtime, (capsule) => capsule.import(SOURCE_PATH, secrets));
  expect(result).toMatchObject({ format: "mv2e-v1", verificationPassed: true });
  const capsule = await Capsule.open(CAPSULE_PATH, { runtime });
  const { hits } = await capsule.searchMounts("retry budget", { workspace: false, secrets });
  expect(hits).toMatchObject([{ source: "run-1", snippet: "the retry budget" }]);
  await capsule.close();
});
