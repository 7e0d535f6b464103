/** The command line as a whole: which commands there are, and what all of them take. */

import { Command, CommanderError, InvalidArgumentError } from "commander";
import { addBranches } from "./commands/branches.js";
import { addCat } from "./commands/cat.js";
import { addCheckpoints } from "./commands/checkpoints.js";
import { addCommit } from "./commands/commit.js";
import { addCompact } from "./commands/compact.js";
import { addConformance } from "./commands/conformance.js";
import { addDiff } from "./commands/diff.js";
import { addDoctor } from "./commands/doctor.js";
import { addEval } from "./commands/eval-parity.js";
import { addEvents } from "./commands/events.js";
import { addExport } from "./commands/export.js";
import { addGc } from "./commands/gc.js";
import { addImport } from "./commands/import.js";
import { addIngest } from "./commands/ingest.js";
import { addInit } from "./commands/init.js";
import { addKeygen } from "./commands/keygen.js";
import { addList } from "./commands/list.js";
import { addLog } from "./commands/log.js";
import { addMerge } from "./commands/merge.js";
import { addMounts } from "./commands/mounts.js";
import { addPin, addUnpin } from "./commands/pin.js";
import { addPut } from "./commands/put.js";
import { addRekey } from "./commands/rekey.js";
import { addReplay } from "./commands/replay.js";
import { addResolveUri } from "./commands/resolve-uri.js";
import { addRm } from "./commands/rm.js";
import { addSearch } from "./commands/search.js";
import { addStats } from "./commands/stats.js";
import { addUnmount } from "./commands/unmount.js";
import { addVerify } from "./commands/verify.js";
import { UsageError } from "./failure.js";
import { collect } from "./options.js";
import { jsonDocument } from "./output/json.js";
import { processTerminal, type Terminal } from "./output/terminal.js";
import { createRun, type Outcome, printFailure, type Run } from "./runner.js";
import { TOOL_VERSION } from "./version.js";

/** In the order in which help lists them. */
const COMMANDS = [
  addInit,
  addPut,
  addIngest,
  addList,
  addCat,
  addRm,
  addSearch,
  addResolveUri,
  addCommit,
  addCheckpoints,
  addBranches,
  addMerge,
  addExport,
  addLog,
  addDiff,
  addEvents,
  addReplay,
  addStats,
  addDoctor,
  addImport,
  addMounts,
  addUnmount,
  addCompact,
  addVerify,
  addKeygen,
  addRekey,
  addGc,
  addPin,
  addUnpin,
];

/**
 * Runs a command line and gives its exit code: 0 success, 1 the caller's to put right, 2 the machine's.
 *
 * @param args what follows the program's name
 * @param signal ends a long command, which then leaves nothing half-made
 */
export async function runCommandLine(
  args: readonly string[],
  terminal: Terminal,
  signal: AbortSignal,
): Promise<0 | 1 | 2> {
  const outcome: Outcome = { exitCode: 0 };
  const written: string[] = [];
  const program = createProgram(createRun(terminal, signal, outcome), (text) => written.push(text));
  try {
    await program.parseAsync([...args], { from: "user" });
    return outcome.exitCode;
  } catch (error) {
    const json = program.opts<{ json?: boolean }>().json === true || asksForJson(args);
    try {
      return await finish(terminal, error, written.join(""), json);
    } catch {
      // Not even the failure can be told: its exit code has to do.
      return 2;
    }
  }
}

/** Whether `--json` is among the options of a command line that could not be parsed. */
function asksForJson(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return args.slice(0, end < 0 ? args.length : end).includes("--json");
}

/** Commander ends help and version with an exception too, whose text was held back. */
async function finish(terminal: Terminal, error: unknown, text: string, json: boolean): Promise<0 | 1 | 2> {
  const { stdout } = terminal;
  if (!(error instanceof CommanderError)) return printFailure(terminal, error, json);
  if (error.code === "commander.version") {
    await stdout.write(json ? jsonDocument<"version">({}, stdout.isTerminal) : text);
    return 0;
  }
  if (error.code === "commander.helpDisplayed" || (error.code === "commander.help" && error.exitCode === 0)) {
    await stdout.write(json ? jsonDocument<"help">({ help: text }, stdout.isTerminal) : text);
    return 0;
  }
  if (error.code === "commander.help") {
    const usage = new UsageError("Cannot run the command: none was given", 'Run "speckit capsule --help" for a list.');
    if (!json) await terminal.stderr.write(`${text}\n`);
    return printFailure(terminal, usage, json);
  }
  return printFailure(terminal, error, json);
}

/** Every command that does something as it is called, such as `capsule list`. */
export function commandNames(): string[] {
  const none = new AbortController().signal;
  const program = createProgram(createRun(processTerminal(), none, { exitCode: 0 }), () => undefined);
  return below(program, []);
}

function below(parent: Command, path: readonly string[]): string[] {
  return parent.commands.flatMap((command) => {
    const own = [...path, command.name()];
    // Commander doesn't tell otherwise whether a group acts by itself too.
    const acts = Reflect.get(command, "_actionHandler") !== null;
    return [...(acts ? [own.join(" ")] : []), ...below(command, own)];
  });
}

/** The group `capsule` with its commands and options, to look at: running it does nothing. */
export function capsuleCommands(): Command {
  const program = createProgram(
    () => async () => undefined,
    () => undefined,
  );
  return program.commands.find((command) => command.name() === "capsule") as Command;
}

function createProgram(run: Run, write: (text: string) => void): Command {
  const program = new Command("speckit")
    .description("Stores what an engineering run produced in one append-only file.")
    .exitOverride()
    .configureOutput({ writeOut: write, writeErr: write, outputError: () => undefined })
    .configureHelp({ showGlobalOptions: true })
    .version(TOOL_VERSION, "--version", "print the version of this tool")
    .option("--json", "print exactly one JSON document on stdout, failures included")
    .helpOption("-h, --help", "print help");
  const group = program
    .command("capsule")
    .description("Work with a capsule.")
    .option("--capsule <path>", "the capsule's file (default: the configuration's, .speckit/memvid/workspace.mv2)")
    .option("--branch <name>", "the branch to work on; default: the run's, else main")
    .option("--run <id>", "the run whose branch to work on; default: SPECKIT_RUN_ID")
    .option("--wait <seconds>", "how long to wait for another writer", parseSeconds, 0)
    .option(
      "--passphrase-file <file>",
      "take the passphrase from a file; default: SPECKIT_MEMVID_PASSPHRASE, else asked",
    )
    .option("--identity <file>", "a file of age identities that open what is encrypted, may be repeated", collect);
  for (const add of COMMANDS) add(group, run);
  addEval(program, run);
  addConformance(program, run);
  return program;
}

function parseSeconds(text: string): number {
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Expected seconds, such as 2.5.");
}
