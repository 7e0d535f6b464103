/** The interactive shell: `/speckit.capsule <command> …`, a line at a time, from a terminal or a pipe. */

import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { UsageError } from "../failure.js";
import type { Terminal } from "../output/terminal.js";
import { capsuleCommands, runCommandLine } from "../program.js";
import { printFailure } from "../runner.js";
import { completeLine, PREFIX } from "./completion.js";
import { History } from "./history.js";
import { DROPPED, LineEditor } from "./line-editor.js";
import { goesOn, splitWords } from "./words.js";

const PROMPT = "speckit> ";
const MORE_PROMPT = "       > ";
const HELP = `${PREFIX} <command> …  run a command; "${PREFIX} --help" lists them
/help                       print this
/quit                       leave, as Ctrl-D does; Ctrl-C stops a command or drops the line, a second one leaves

Words are quoted as in a POSIX shell. An open quote, or a backslash at the end, goes on in the next line. The tab key completes commands,
options, URIs, branches, runs, checkpoints and files. Lines that begin with a space aren't kept.
`;

type ExitCode = 0 | 1 | 2;

/**
 * Runs the lines of a pipe until `/quit` or its end. A failure is shown, and the shell goes on.
 *
 * @param interrupt stops the command that runs and leaves
 * @returns the exit code of the first line that failed, else 0
 */
export async function runLines(input: Readable, terminal: Terminal, interrupt: AbortSignal): Promise<ExitCode> {
  const lines = createInterface({ input, terminal: false });
  let exitCode: ExitCode = 0;
  for await (const line of lines) {
    const ended = await runLine(line, terminal, interrupt);
    if (ended === "quit" || interrupt.aborted) break;
    if (exitCode === 0) exitCode = ended;
  }
  lines.close();
  return exitCode;
}

/** What the shell has of the process besides its terminal. */
export interface ShellProcess {
  readonly input: Readable;
  readonly output: NodeJS.WritableStream;
  /** Where lines are kept; null: in memory. */
  readonly historyPath: string | null;
  /** Calls back at every Ctrl-C that comes as a signal, until what it returns is called; from then on one ends the process. */
  readonly onInterrupt: (callback: () => void) => () => void;
}

/** Reads and runs lines in a terminal until the person leaves. */
export async function runShell(process: ShellProcess, terminal: Terminal): Promise<ExitCode> {
  const commands = capsuleCommands();
  const history = new History(process.historyPath);
  const editor = new LineEditor(process.input, process.output, history, (line) => completeLine(line, commands));
  let running: AbortController | null = null;
  // While a line is read, Ctrl-C is a key. Just before and after it still is a signal, which must not end the shell; only a second
  // one while a command stops does.
  const interrupted = (): void => {
    if (running === null) {
      editor.interrupt();
      return;
    }
    stopListening();
    running.abort();
  };
  let stopListening = process.onInterrupt(interrupted);
  for (let dropped = 0; ; ) {
    const line = await readWhole(editor);
    if (line === null) return 0;
    dropped = line === DROPPED ? dropped + 1 : 0;
    if (dropped === 2) return 0;
    if (line === DROPPED) {
      await terminal.stderr.write("Ctrl-C once more, or Ctrl-D, leaves.\n");
      continue;
    }
    running = new AbortController();
    const ended = await runLine(line, terminal, running.signal);
    if (running.signal.aborted) stopListening = process.onInterrupt(interrupted);
    running = null;
    if (ended === "quit") return 0;
  }
}

/** A line with those that it goes on in. */
async function readWhole(editor: LineEditor): Promise<string | typeof DROPPED | null> {
  let whole = await editor.read(PROMPT);
  while (typeof whole === "string" && goesOn(whole)) {
    const more = await editor.read(MORE_PROMPT);
    if (typeof more !== "string") return more;
    whole += `\n${more}`;
  }
  return whole;
}

async function runLine(line: string, terminal: Terminal, signal: AbortSignal): Promise<ExitCode | "quit"> {
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
    return await runCommandLine(["capsule", ...args], terminal, signal);
  } catch (error) {
    return printFailure(terminal, error, false);
  }
}
