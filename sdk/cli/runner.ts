/** Runs one command: its document or what eyes see of it goes to stdout, its failure to where it belongs. */

import type { Command } from "commander";
import type { OutputBody, OutputName } from "../schema/output.js";
import { type CommandContext, createContext, type GlobalOptions } from "./context.js";
import { describeFailure, type Failure } from "./failure.js";
import { cleanLine } from "./output/clean-text.js";
import { jsonDocument } from "./output/json.js";
import { Screen } from "./output/screen.js";
import { OutputClosed, type Terminal } from "./output/terminal.js";

/** What a command came to, in both forms. */
export interface CommandResult<Name extends OutputName = OutputName> {
  readonly json: OutputBody<Name>;
  readonly show: (screen: Screen) => void;
  /** Default 0. */
  readonly exitCode?: 0 | 1 | 2;
}

/** Null: the command has written to stdout itself, which it may without `--json` only. */
export type Handler<Options, Operands extends readonly unknown[]> = (
  context: CommandContext,
  options: Options,
  ...operands: Operands
) => Promise<CommandResult | null>;

/** Makes of a handler what commander calls: operands, options and the command, in this order. */
export type Run = <Options, Operands extends readonly unknown[]>(
  handler: Handler<Options, Operands>,
) => (...args: unknown[]) => Promise<void>;

/** Where the exit code of the command that ran is put. */
export interface Outcome {
  exitCode: 0 | 1 | 2;
}

/** The {@link Run} of one process. */
export function createRun(terminal: Terminal, signal: AbortSignal, outcome: Outcome): Run {
  return (handler) =>
    async (...args) => {
      const command = args.at(-1) as Command;
      const options = args.at(-2) as never;
      const global = command.optsWithGlobals<GlobalOptions>();
      const context = await createContext(global, terminal, signal);
      const result = await handler(context, options, ...(args.slice(0, -2) as never));
      if (result === null) return;
      await print(context, result);
      outcome.exitCode = result.exitCode ?? 0;
    };
}

async function print(context: CommandContext, result: CommandResult): Promise<void> {
  const { stdout } = context.terminal;
  if (context.json) return stdout.write(jsonDocument(result.json, stdout.isTerminal));
  const screen = new Screen(stdout.colors);
  result.show(screen);
  await stdout.write(screen.toString());
}

/** Tells of a failure and gives the exit code for it. */
export async function printFailure(terminal: Terminal, error: unknown, json: boolean): Promise<0 | 1 | 2> {
  if (error instanceof OutputClosed) return 0;
  const failure = describeFailure(error);
  if (json) {
    const { exitCode: _, ...described } = failure;
    const body = { error: described } as unknown as OutputBody<"error">;
    await terminal.stdout.write(jsonDocument<"error">(body, terminal.stdout.isTerminal));
  } else {
    await terminal.stderr.write(failureText(terminal, failure));
  }
  return failure.exitCode;
}

function failureText({ stderr }: Terminal, { code, message, hint }: Failure): string {
  const { red, dim, yellow } = stderr.colors;
  const first = `${red("error")} ${cleanLine(message)} ${dim(`[${code}]`)}\n`;
  return hint === undefined ? first : `${first}${yellow("hint")}  ${cleanLine(hint)}\n`;
}
