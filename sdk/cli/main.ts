#!/usr/bin/env node
/** The program `speckit`. */

import { processTerminal } from "./output/terminal.js";
import { runCommandLine } from "./program.js";

const interrupt = new AbortController();
// Once: a second Ctrl-C ends the process at once, as it would without this.
process.once("SIGINT", () => interrupt.abort());

// `exit`, since a command that failed may have left a capsule open on purpose: see `writing` of context.ts. All output
// has been handed over by now.
process.exit(await run(process.argv.slice(2)));

async function run(args: readonly string[]): Promise<0 | 1 | 2> {
  const terminal = processTerminal();
  if (args.length > 0) return runCommandLine(args, terminal, interrupt.signal);
  const { runShell } = await import("./shell/shell.js");
  const editor = process.stdin.isTTY && process.stdout.isTTY ? process.stdout : null;
  return runShell({ input: process.stdin, editor }, terminal, interrupt.signal);
}
