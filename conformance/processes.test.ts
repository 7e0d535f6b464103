import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bun, deno, type Host, node } from "./bench/programs.js";

/** One capsule and several processes, of all runtimes: killed writers, and readers beside a writer. */

const AGENT = fileURLToPath(new URL("./processes/agent.mjs", import.meta.url));
const hosts = [node, bun, deno] as const;
const folder = mkdtempSync(join(tmpdir(), "speckit-processes-"));
beforeAll(() => {
  execFileSync(process.execPath, [fileURLToPath(new URL("./ensure-build.mjs", import.meta.url))]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Told = Readonly<Record<string, unknown>>;

/** A process at a task; `told` is called with each thing it says. Resolves at its end with all it said. */
function start(
  host: Host,
  task: string,
  parameters: object,
  told: (said: Told, child: ChildProcess) => void = () => {},
) {
  const child = spawn(host.command, [...host.args, AGENT, task, JSON.stringify(parameters)]);
  const said: Told[] = [];
  let [unread, complaints] = ["", ""];
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaints += text;
  });
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const lines = (unread + text).split("\n");
    unread = lines.pop() ?? "";
    for (const line of lines) {
      said.push(JSON.parse(line) as Told);
      told(said.at(-1) as Told, child);
    }
  });
  return new Promise<Told[]>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code === 0 || signal === "SIGKILL") resolve(said);
      else reject(new Error(`${host.name} ${task} ended with ${code}: ${complaints}`));
    });
  });
}

// A path in tsconfig.json would lead Bun to the shims of Node, and then none of this would be about Bun.
test.each(hosts)("a program on $name gets the shims of $name", ({ name, command, args }) => {
  const script = fileURLToPath(new URL("./processes/runtime.mjs", import.meta.url));
  expect(execFileSync(command, [...args, script], { encoding: "utf8" }).trim()).toBe(name.toLowerCase());
});

const pairs = hosts.flatMap((killed) => hosts.map((resuming) => ({ killed, resuming })));
/** The third runtime, or of two the one that is left. */
const verifierOf = (...used: readonly Host[]): Host => hosts.find((host) => !used.includes(host)) as Host;

describe.each(pairs)("a $killed.name writer that is killed", ({ killed, resuming }) => {
  const verifying = verifierOf(killed, resuming);

  /** Opens for writing in the second runtime, verifies in the third. */
  async function requireRecovery(path: string, acknowledged: number): Promise<void> {
    const [resumed] = await start(resuming, "resume", { path, until: acknowledged });
    const count = resumed?.["commits"] as number;
    expect(count).toBeGreaterThan(acknowledged);
    const [verified] = await start(verifying, "verify", { path, count });
    expect(verified).toEqual({ documents: 3 * count, findings: ["Healthy"] });
  }

  test(`with a batch under way: ${resuming.name} goes on from its last commit, ${verifying.name} verifies`, async () => {
    const path = join(folder, `${killed.name}-${resuming.name}.mv2`);
    let committedBytes = 0;
    await start(killed, "hang", { path, count: 4, noiseBytes: 3_000_000 }, (said, child) => {
      if (said["committed"]) committedBytes = statSync(path).size;
      if (said["hanging"]) child.kill("SIGKILL");
    });
    // Most of the noise was written: the batch is longer than the core keeps in memory.
    expect(statSync(path).size).toBeGreaterThan(committedBytes + 1_000_000);
    await requireRecovery(path, 4);
  });

  test(`at any moment: ${resuming.name} finds all that was acknowledged, ${verifying.name} verifies`, async () => {
    const path = join(folder, `${killed.name}-${resuming.name}-storm.mv2`);
    await start(killed, "hang", { path, count: 1 }, (said, child) => said["hanging"] && child.kill("SIGKILL"));
    await start(resuming, "resume", { path, until: 1 });
    let acknowledged = 2;
    await start(killed, "storm", { path, first: 2 }, (said, child) => {
      acknowledged = said["committed"] as number;
      if (acknowledged === 25) child.kill("SIGKILL");
    });
    expect(acknowledged).toBeGreaterThanOrEqual(25);
    await requireRecovery(path, acknowledged);
  });
});

test.each(hosts)(
  "$name commits, and readers in the two other runtimes keep what they opened and see whole commits",
  async (writer) => {
    const path = join(folder, `${writer.name}-watched.mv2`);
    const until = 120;
    await start(writer, "hang", { path, count: 3 }, (said, child) => said["hanging"] && child.kill("SIGKILL"));
    let opened = 0;
    let begun = () => {};
    const bothOpened = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const readers = hosts
      .filter((host) => host !== writer)
      .map((host) => start(host, "watch", { path, until }, (said) => said["opened"] && ++opened === 2 && begun()));
    await Promise.race([bothOpened, Promise.all(readers)]);
    await start(writer, "storm", { path, first: 3, count: until - 3 });
    for (const [first, last] of await Promise.all(readers)) {
      expect(first).toEqual({ opened: 3 });
      expect(last?.["refreshes"]).toBeGreaterThan(1);
    }
  },
);
