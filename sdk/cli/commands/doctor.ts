/** `doctor`: what is wrong with a capsule, whatever state it is in. */

import type { Command } from "commander";
import { Capsule } from "../../capsule.js";
import { type Diagnostic, type DiagnosticCode, type DiagnosticLevel, worstLevel } from "../../diagnostics.js";
import type { CommandContext } from "../context.js";
import { startProgress } from "../output/progress.js";
import { dim, green, red, type Screen, type Span, yellow } from "../output/screen.js";
import type { CommandResult, Run } from "../runner.js";
import { secretsFor } from "../secrets.js";

/** Errors that the caller can put right; all others are the machine's. */
const USER_ERRORS: readonly DiagnosticCode[] = ["Missing", "VersionMismatch", "ForeignFormat", "Encrypted", "Locked"];

const MARKS: { readonly [level in DiagnosticLevel]: Span } = {
  ok: green("ok     "),
  warning: yellow("warning"),
  error: red("error  "),
};

export function addDoctor(group: Command, run: Run): void {
  group
    .command("doctor")
    .description("Look for faults; changes nothing. Fails if there is an error, not for warnings.")
    .option("--deep", "read every byte and check every hash")
    .action(run((context, options: { readonly deep?: boolean }) => examine(context, options.deep ?? false)));
}

async function examine(context: CommandContext, deep: boolean): Promise<CommandResult<"doctor">> {
  const { capsulePath, signal, terminal } = context;
  const secrets = await secretsFor(context, capsulePath);
  const { dir } = context.config.capsule.export;
  const exports = dir === null ? {} : { dir };
  const progress = startProgress(terminal, "Checking");
  let diagnostics: Diagnostic[];
  try {
    const onProgress = (bytesDone: number, bytesTotal: number): void => progress.update(bytesDone, bytesTotal);
    diagnostics = await Capsule.doctor(capsulePath, { ...secrets, deep, exports, signal, onProgress });
  } finally {
    progress.stop();
  }
  return {
    json: {
      status: worstLevel(diagnostics),
      capsule_path: capsulePath,
      deep,
      diagnostics: describeDiagnostics(diagnostics),
    },
    show: (screen) => showDiagnostics(screen, diagnostics),
    exitCode: exitCodeOf(diagnostics),
  };
}

/** Findings as `--json` has them. */
export function describeDiagnostics(diagnostics: readonly Diagnostic[]) {
  return diagnostics.map(({ code, level, message, hint, offset }) => ({
    code,
    level,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(offset === undefined ? {} : { offset }),
  }));
}

/** Findings for eyes. */
export function showDiagnostics(screen: Screen, diagnostics: readonly Diagnostic[]): void {
  for (const { code, level, message, hint } of diagnostics) {
    screen.line(MARKS[level], "  ", message, " ", dim(`[${code}]`));
    if (hint !== undefined) screen.line("         ", dim(hint));
  }
}

function exitCodeOf(diagnostics: readonly Diagnostic[]): 0 | 1 | 2 {
  const errors = diagnostics.filter(({ level }) => level === "error");
  if (errors.length === 0) return 0;
  return errors.every(({ code }) => USER_ERRORS.includes(code)) ? 1 : 2;
}
