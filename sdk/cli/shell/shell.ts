/** The interactive shell: `/speckit.capsule <command> …`, a line at a time, from a terminal or a pipe. */

import { createInterface, type Interface } from "node:readline";
import type { Readable } from "node:stream";
import { UsageError } from "../failure.js";
import type { Terminal } from "../output/terminal.js";
import { runCommandLine } from "../program.js";
import { printFailure } from "../runner.js";
import { splitWords } from "./words.js";

const PREFIX = "/speckit.capsule";
const PROMPT = "speckit> ";
const NAMES = [PREFIX, "/help", "/quit"];
const HELP = `${PREFIX} <command> …  run a command; "${PREFIX} --help" lists them
/help                       print this
/quit                       leave, as Ctrl-D does; Ctrl-C stops a command or drops the line
`;

export interface ShellStreams {
  readonly input: Readable;
  /** Where lines are edited; null without a terminal, and then there is no prompt. */
  readonly editor: NodeJS.WritableStream | null;
}

/**
 * Runs lines until `/quit` or the end of the input. A failure is shown, and the shell goes on.
 *
 * @param interrupt stops the command that runs and leaves
 * @returns in a terminal 0, else the exit code of the first line that failed
 */
export async function runShell(
  { input, editor }: ShellStreams,
  terminal: Terminal,
  interrupt: AbortSignal,
): Promise<0 | 1 | 2> {
  const lines = openLines(input, editor);
  let running: AbortController | null = null;
  let exitCode: 0 | 1 | 2 = 0;
  lines.on("SIGINT", () => {
    if (running !== null) running.abort();
    else dropLine(lines, editor);
  });
  if (editor !== null) lines.prompt();
  for await (const line of lines) {
    running = new AbortController();
    const ended = await runLine(line, terminal, AbortSignal.any([running.signal, interrupt]));
    running = null;
    if (ended === "quit" || interrupt.aborted) break;
    if (exitCode === 0) exitCode = ended;
    if (editor !== null) lines.prompt();
  }
  lines.close();
  return editor === null ? exitCode : 0;
}

function openLines(input: Readable, editor: NodeJS.WritableStream | null): Interface {
  if (editor === null) return createInterface({ input, terminal: false });
  const completer = (line: string): [string[], string] => [NAMES.filter((name) => name.startsWith(line)), line];
  return createInterface({ input, output: editor, terminal: true, prompt: PROMPT, completer, historySize: 500 });
}

function dropLine(lines: Interface, editor: NodeJS.WritableStream | null): void {
  lines.write(null, { ctrl: true, name: "e" });
  lines.write(null, { ctrl: true, name: "u" });
  editor?.write("\n");
  lines.prompt();
}

async function runLine(line: string, terminal: Terminal, signal: AbortSignal): Promise<0 | 1 | 2 | "quit"> {
  try {
    const [name, ...args] = splitWords(line);
    if (name === undefined) return 0;
    if (name === "/quit") return "quit";
    if (name === "/help") {
      await terminal.stdout.write(HELP);
      return 0;
    }
    if (name !== PREFIX) throw new UsageError(`Cannot run "${name}": there is no such command`, 'Try "/help".');
    if (args.includes("-")) {
      throw new UsageError('Cannot read "-": the shell reads standard input itself', "Give a file.");
    }
    // The line editor would echo an answer.
    return await runCommandLine(["capsule", ...args], { ...terminal, canAsk: false }, signal);
  } catch (error) {
    return printFailure(terminal, error, false);
  }
}
