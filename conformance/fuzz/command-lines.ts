/** Command lines of right and wrong words, run in this process in a directory of their own. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { OutputStream } from "../../sdk/cli/output/terminal.js";
import { runCommandLine } from "../../sdk/cli/program.js";
import { Random } from "../crash/random.js";
import { mutateText } from "./texts.js";

/** Commands that neither wait for input nor leave the directory that `--capsule` and the paths below name. */
const COMMANDS = [
  "init",
  "doctor",
  "stats",
  "checkpoints",
  "events",
  "commit",
  "list",
  "cat",
  "rm",
  "log",
  "resolve-uri",
  "search",
];
const OPTIONS = [
  "--limit",
  "--as-of",
  "--label",
  "--stage",
  "--type",
  "--spec",
  "--run",
  "--deep",
  "--count",
  "--explain",
  "--force",
  "--help",
  "--",
  "--nonsense",
];
const TEXTS = [
  "x",
  "mv2://default/workspace/main/artifact/x",
  "10",
  "-1",
  "SPEC-1",
  "abc",
  "",
  "harbour",
  "1e9",
  "main",
];

class Sink extends Writable {
  text = "";
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString("utf8");
    done();
  }
}

/** Tries the command line of a seed: an exit code, one JSON document, and never an error that only a bug explains. */
export function commandLineParser(): (seed: number) => Promise<boolean> {
  const directory = mkdtempSync(join(tmpdir(), "speckit-fuzz-"));
  process.once("exit", () => rmSync(directory, { recursive: true, force: true }));
  const capsule = join(directory, "test.mv2");
  const noise = join(directory, "noise.mv2");
  writeFileSync(noise, new Random(1).bytes(1000));
  return async (seed) => {
    const random = new Random(seed);
    const words = Array.from({ length: random.below(5) }, () =>
      random.chance(0.5) ? random.pick(OPTIONS) : mutateText(TEXTS, random).replaceAll("\0", ""),
    );
    const path = random.chance(0.9) ? capsule : noise;
    const args = ["capsule", random.pick(COMMANDS), "--json", "--capsule", path, ...words];
    const sinks = { stdout: new Sink(), stderr: new Sink() };
    const terminal = { stdout: new OutputStream(sinks.stdout, {}), stderr: new OutputStream(sinks.stderr, {}) };
    const exitCode = await runCommandLine(args, terminal, AbortSignal.timeout(10_000));
    checkAnswer(args, exitCode, sinks.stdout.text);
    return exitCode === 0;
  };
}

function checkAnswer(args: readonly string[], exitCode: number, stdout: string): void {
  const line = JSON.stringify(args);
  if (args.includes("--help")) return;
  const document = JSON.parse(stdout) as { error?: { code: string; message: string } };
  if ((document.error !== undefined) !== (exitCode !== 0) && args[1] !== "doctor") {
    throw new Error(`${line} ends with ${exitCode} and ${stdout}`);
  }
  if (document.error?.code === "InternalError" || document.error?.code === "CoreFault") {
    throw new Error(`${line}: ${document.error.message}`);
  }
}
