/** What the program `age` encrypted is mounted. Skipped, and said so, where it isn't installed. */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { generateAgeKeys } from "../age/keys.js";
import { Capsule } from "../capsule.js";
import { CAPSULE_PATH } from "../testing/fixtures.js";
import { capsuleBytes, inWorkspace, mountMachine, SOURCE_PATH } from "../testing/mounts.js";

/** `age -p` reads the passphrase from a terminal only: `script` of util-linux gives it one. */
const hasScript = spawnSync("script", ["--version"]).status === 0;
const hasAge = spawnSync("age", ["--version"]).status === 0;
if (!hasAge) console.warn('Skipped: the program "age" is not installed.');
else if (!hasScript) console.warn('Skipped in part: the program "script" is not installed.');

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

it.skipIf(!hasAge || !hasScript)("import() mounts what age -p encrypted", async () => {
  const folder = mkdtempSync(join(tmpdir(), "speckit-age-"));
  try {
    writeFileSync(join(folder, "plain"), await capsuleBytes({ "a.md": "the retry budget" }));
    const passphrase = "correct horse battery staple";
    await answered(`age -p -o ${join(folder, "sealed")} ${join(folder, "plain")}`, passphrase);
    const runtime = await mountMachine(new Uint8Array(readFileSync(join(folder, "sealed"))));
    const result = await inWorkspace(runtime, (capsule) => capsule.import(SOURCE_PATH, { passphrase }));
    expect(result).toMatchObject({ format: "mv2e-v1", verificationPassed: true });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Runs a command in a terminal of its own, and answers each of its questions. */
function answered(command: string, answer: string): Promise<void> {
  const child = spawn("script", ["-qec", command, "/dev/null"]);
  return new Promise((resolve, reject) => {
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      if (text.includes("passphrase")) child.stdin.write(`${answer}\r`);
    });
    child.on("error", reject);
    child.on("close", (code) => (code === 0 ? resolve() : reject(new Error(`${command} ended with ${code}`))));
  });
}
