/** The built program in a terminal of its own, as `script` of util-linux makes one. */

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { programCommand } from "./command.js";

const WAIT_MS = 30_000;
const POLL_MS = 20;

/** Whether this machine has what it takes; BSD's `script` takes other options. */
export const hasPseudoTerminals =
  process.platform === "linux" && String(spawnSync("script", ["--version"]).stdout ?? "").includes("util-linux");

/** A program and the terminal that it runs in. */
export class PseudoTerminal {
  private text = "";
  private seen = 0;
  readonly ended: Promise<number | null>;

  private constructor(private readonly child: ChildProcess) {
    child.stdout?.setEncoding("utf8").on("data", (piece: string) => {
      this.text += piece;
    });
    child.stdin?.on("error", () => undefined);
    this.ended = new Promise((resolve) => child.on("close", resolve));
  }

  /** Starts `speckit …` in a directory. */
  static start(
    args: readonly string[],
    cwd: string,
    env: Readonly<Record<string, string | undefined>> = {},
  ): PseudoTerminal {
    // In the shell's place: one that stays gets the program's signals too, and dash then ends with 130 whatever the program did.
    const command = `exec ${programCommand(args).map(quote).join(" ")}`;
    const child = spawn("script", ["--quiet", "--return", "--command", command, "/dev/null"], {
      cwd,
      env: { ...process.env, TERM: "xterm-256color", ...env },
    });
    return new PseudoTerminal(child);
  }

  /** All that was shown so far, without colours and cursor movements. */
  get shown(): string {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences (ECMA-48) are what is left out
    return this.text.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, "").replaceAll("\r", "");
  }

  /** Types keys. */
  type(keys: string): void {
    this.child.stdin?.write(keys);
  }

  /** Sends the program what Ctrl-C sends while the terminal isn't in raw mode. */
  interrupt(): void {
    const ofScript = this.child.pid ?? 0;
    const [program] = readFileSync(`/proc/${ofScript}/task/${ofScript}/children`, "ascii").trim().split(" ");
    process.kill(Number(program), "SIGINT");
  }

  /** Waits until something is shown behind what was waited for before, and gives all that came up to its end. */
  async waitFor(expected: string): Promise<string> {
    for (let waitedMs = 0; waitedMs < WAIT_MS; waitedMs += POLL_MS) {
      const end = this.shown.indexOf(expected, this.seen) + expected.length;
      if (end >= this.seen + expected.length) {
        const fresh = this.shown.slice(this.seen, end);
        this.seen = end;
        return fresh;
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    this.child.kill();
    throw new Error(`Waited in vain for ${expected}; shown: ${this.shown}`);
  }
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
