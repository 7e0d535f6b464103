import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { generateAgeKeys } from "../sdk/age/keys.js";
import { Capsule } from "../sdk/index.js";
import { bun, deno, type Host, node } from "./bench/programs.js";
import { hasStrace } from "./strace.js";

/** What is encrypted is nowhere else: every write of a program that exports, mounts and searches is looked at for words of the plaintext. */

const CLI = fileURLToPath(new URL("../dist/sdk/cli/main.js", import.meta.url));
const CANARY = "yellow-canary-of-the-third-pit";
const WRITES = "trace=write,pwrite64,writev,pwritev,pwritev2,sendfile,copy_file_range,splice";
const TERMINAL = /^\d+\s+\w+\((?:1|2)\b/;
const folder = mkdtempSync(join(realpathSync(tmpdir()), "speckit-canary-"));
const { identity, recipient } = generateAgeKeys();
const isTraceable = hasStrace(folder);
if (!isTraceable) console.log("strace isn't installed, or may not be used here: writes are not looked at");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function workspaceAt(name: string): Promise<Capsule> {
  const directory = join(folder, name, ".speckit", "memvid");
  mkdirSync(directory, { recursive: true });
  return Capsule.create(join(directory, "workspace.mv2"));
}

/** Runs a command under strace: what it printed, and the calls with which it wrote to files. */
function traced({ command, args }: Host, name: string, line: readonly string[]) {
  const log = join(folder, "trace");
  const program = [command, ...args, CLI, "capsule", ...line];
  const strace = ["-f", "-qq", "-e", WRITES, "-s", "4000000", "-o", log];
  const printed = execFileSync("strace", [...strace, ...program], { cwd: join(folder, name), encoding: "utf8" });
  const calls = readFileSync(log, "utf8").split("\n");
  return { printed, written: calls.filter((call) => !TERMINAL.test(call)).join("\n") };
}

describe.skipIf(!isTraceable).each([node, bun, deno])("on $name", (host) => {
  const source = `source-${host.name}`;
  const target = `target-${host.name}`;
  const exported = join(folder, `${host.name}.mv2e`);
  beforeAll(async () => {
    execFileSync(process.execPath, [fileURLToPath(new URL("./ensure-build.mjs", import.meta.url))]);
    writeFileSync(join(folder, "identity.txt"), `${identity}\n`);
    const capsule = await workspaceAt(source);
    await capsule.put({ path: "pit.md", specId: "S", runId: "r" }, `Down there sings the ${CANARY}.`);
    await capsule.close();
    await (await workspaceAt(target)).close();
  });

  test("a plain export shows the canary: it would be seen", () => {
    const { written } = traced(host, source, [
      "export",
      "--run",
      "r",
      "--unsafe",
      "--no-encrypt",
      "--out",
      `${exported}.mv2`,
    ]);
    expect(written).toContain(CANARY);
  });

  test("an encrypted export, its import and a search in the mount write it nowhere", () => {
    const made = traced(host, source, [
      "export",
      "--run",
      "r",
      "--unsafe",
      "--recipient",
      recipient,
      "--out",
      exported,
    ]);
    expect(made.written).toContain("age-encryption.org/v1");
    expect(made.written).not.toContain(CANARY);
    const opened = ["--identity", join(folder, "identity.txt")];
    const mounted = traced(host, target, [...opened, "import", exported, "--mount-as", "pit"]);
    expect(mounted.written).toContain("age-encryption.org/v1");
    expect(mounted.written).not.toContain(CANARY);
    const found = traced(host, target, [...opened, "search", "canary", "--mount", "pit"]);
    expect(found.printed).toContain(CANARY);
    expect(found.written).not.toContain(CANARY);
  });
});
