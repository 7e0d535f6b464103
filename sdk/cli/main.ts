#!/usr/bin/env node
/** The program `speckit`. */

import { processTerminal } from "./output/terminal.js";
import { runCommandLine } from "./program.js";

// `exit`, since a command that failed may have left a capsule open on purpose: see `writing` of context.ts. All output
// has been handed over by now.
process.exit(await run(process.argv.slice(2)));

async function run(args: readonly string[]): Promise<0 | 1 | 2> {
  const terminal = processTerminal();
  const interrupt = new AbortController();
  if (args.length === 0 && process.stdin.isTTY && process.stdout.isTTY) {
    const [{ runShell }, { historyPath }] = await Promise.all([
      import("./shell/shell.js"),
      import("./shell/history.js"),
    ]);
    const streams = { input: process.stdin, output: process.stdout };
    return runShell({ ...streams, historyPath: historyPath(process.env), onInterrupt }, terminal);
  }
  const stopListening = onInterrupt(() => {
    stopListening();
    interrupt.abort();
  });
  if (args.length > 0) return runCommandLine(args, terminal, interrupt.signal);
  const { runLines } = await import("./shell/shell.js");
  return runLines(process.stdin, terminal, interrupt.signal);
}

/** Calls back at every Ctrl-C until what it returns is called; from then on one ends the process at once, as it would without this. */
function onInterrupt(callback: () => void): () => void {
  process.on("SIGINT", callback);
  return () => process.off("SIGINT", callback);
}
