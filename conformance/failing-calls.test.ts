import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Capsule } from "../sdk/index.js";
import { bun, deno, type Host, node } from "./bench/programs.js";
import { hasStrace } from "./strace.js";

/**
 * The program while the system's calls on its capsule fail: strace gives an error in the place of the n-th one, for every n of a command.
 */

const CLI = fileURLToPath(new URL("../dist/sdk/cli/main.js", import.meta.url));
const KEPT = "mv2://default/workspace/main/artifact/kept.md";
const PUT = "mv2://default/workspace/main/artifact/put.bin";
const folder = mkdtempSync(join(realpathSync(tmpdir()), "speckit-calls-"));
const workspace = join(folder, "workspace");
const path = join(workspace, ".speckit", "memvid", "workspace.mv2");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const isTraceable = hasStrace(folder);
if (!isTraceable) console.log("strace isn't installed, or may not be used here: failing calls are not tried");

/** Bytes that don't compress: several calls write them. */
function noise(length: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}

/** A capsule with one commit; and the same one with a second commit that is cut. */
const files = { whole: new Uint8Array(0), torn: new Uint8Array(0) };
beforeAll(async () => {
  if (!isTraceable) return;
  execFileSync(process.execPath, [fileURLToPath(new URL("./ensure-build.mjs", import.meta.url))]);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(join(workspace, "put.bin"), noise(2_300_000));
  const capsule = await Capsule.create(path);
  await capsule.put(KEPT, "kept");
  await capsule.put({ path: "kept.bin" }, noise(70_000));
  await capsule.commit();
  await capsule.put(PUT, "torn");
  await capsule.close();
  const both = new Uint8Array(readFileSync(path));
  // The closing note, the trailer and a part of the commit go.
  files.torn = both.slice(0, both.length - 200);
  rmSync(path);
  const first = await Capsule.create(path);
  await first.put(KEPT, "kept");
  await first.close();
  files.whole = new Uint8Array(readFileSync(path));
});

interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  /** Whether there was an n-th call. */
  readonly failed: boolean;
}

/** Runs a command; the `nth` of these calls on the capsule fails. */
function runFailing(host: Host, args: readonly string[], call: string, error: string, nth: string): Promise<Ended> {
  const log = join(folder, "calls");
  const strace = [
    "-qq",
    "-o",
    log,
    "-P",
    path,
    "-e",
    `trace=${call}`,
    "-e",
    `inject=${call}:error=${error}:when=${nth}`,
  ];
  const child = spawn("strace", [...strace, host.command, ...host.args, CLI, "capsule", ...args, "--json"], {
    cwd: workspace,
  });
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exitCode) =>
      resolve({ exitCode, stdout, failed: readFileSync(log, "utf8").includes("(INJECTED)") }),
    );
  });
}

/** What was committed is there, what the command acknowledged too; then the capsule can be written, and is whole. */
async function requireRecovery(acknowledged: boolean): Promise<void> {
  const capsule = await Capsule.open(path, { mode: "write" });
  expect(await capsule.get(KEPT, { as: "text" })).toBe("kept");
  const bytes = await capsule.get(PUT);
  if (acknowledged || bytes !== null) expect(Buffer.compare(bytes as Uint8Array, noise(2_300_000))).toBe(0);
  await capsule.put(PUT, "again");
  await capsule.close();
  const reader = await Capsule.open(path);
  expect(await reader.get(PUT, { as: "text" })).toBe("again");
  expect(await reader.doctor({ deep: true })).toMatchObject([{ code: "Healthy" }]);
  await reader.close();
}

/** Every n of a call, until there is none left to fail; answers how many there were. */
async function failEach(
  host: Host,
  args: readonly string[],
  file: Uint8Array,
  [call, error, code, stays]: Failure,
): Promise<number> {
  for (let nth = 1; ; nth++) {
    writeFileSync(path, file);
    const ended = await runFailing(host, args, call, error, `${nth}${stays}`);
    if (!ended.failed) {
      expect(ended).toMatchObject({ exitCode: 0 });
      return nth - 1;
    }
    // Only the note at the end may be lost without harm.
    if (ended.exitCode !== 0) {
      expect(ended.exitCode, ended.stdout).toBe(2);
      expect(JSON.parse(ended.stdout)).toMatchObject({ error: { code } });
    }
    await requireRecovery(ended.exitCode === 0 && args[0] === "put");
  }
}

/** A call, its error, what the program calls that, and whether all later calls fail too. */
type Failure = readonly [call: string, error: string, code: string, stays: string];
const failures: readonly Failure[] = [
  ["pwrite64", "ENOSPC", "DiskFull", "+"],
  ["pwrite64", "EIO", "IoError", ""],
  ["fdatasync", "EIO", "IoError", ""],
  ["ftruncate", "EIO", "IoError", ""],
  ["pread64", "EIO", "IoError", ""],
];

describe.skipIf(!isTraceable).each([node, bun, deno])("a command on $name", (host) => {
  test.each(failures)(
    "whose %s fails with %s is an error that says so, and loses nothing acknowledged",
    async (...failure) => {
      const [call] = failure;
      const tried = {
        put: await failEach(host, ["put", "put.bin"], files.whole, failure),
        recovery: await failEach(host, ["put", "put.bin"], files.torn, failure),
        read: await failEach(host, ["cat", KEPT], files.whole, failure),
      };
      if (process.env["SHOW_CALLS"]) console.log(host.name, ...failure, JSON.stringify(tried));
      if (call === "pwrite64") expect(tried.put).toBeGreaterThanOrEqual(3);
      if (call === "fdatasync") expect(Math.min(tried.put, tried.recovery)).toBeGreaterThanOrEqual(1);
      if (call === "ftruncate") expect(tried.recovery).toBeGreaterThanOrEqual(1);
      if (call === "pread64") expect(Math.min(tried.put, tried.recovery, tried.read)).toBeGreaterThanOrEqual(1);
    },
  );
});
