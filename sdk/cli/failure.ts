/** From whatever a command threw to what is told of it. */

import { CommanderError } from "commander";
import { CapsuleError, type CapsuleErrorCode } from "../errors.js";
import { isRuntimeError, toCapsuleError } from "../machine-errors.js";
import type { OutputErrorCode } from "../schema/output.js";

/** A command line that makes no sense. */
export class UsageError extends Error {
  override readonly name = "UsageError";

  constructor(
    message: string,
    readonly hint?: string,
  ) {
    super(message);
  }
}

/** The failure of a command whose URI leads nowhere. */
export function notFound(message: string): CapsuleError {
  return new CapsuleError("NotFound", message, { hint: 'Run "speckit capsule list" to see what there is.' });
}

/** A failure as it is printed. */
export interface Failure {
  readonly code: OutputErrorCode;
  readonly message: string;
  readonly hint?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly exitCode: 1 | 2;
}

export function describeFailure(error: unknown): Failure {
  if (error instanceof CapsuleError) return describeCapsuleError(error);
  if (isRuntimeError(error)) return describeCapsuleError(toCapsuleError(error, "finish the command"));
  if (error instanceof UsageError) return usageFailure(error.message, error.hint);
  if (error instanceof CommanderError) return usageFailure(...splitSuggestion(error.message));
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: "InternalError",
    message: `The command failed in a way that only a bug explains: ${message === "" ? "no reason was given" : message}`,
    hint: "What was committed is unharmed. Please report this, with the command that led to it.",
    exitCode: 2,
  };
}

/** Next steps in the words of the command line, where the SDK's are a caller's. */
const HINTS: { readonly [Code in CapsuleErrorCode]?: string } = {
  DuplicateLabel: "Choose another label, or give --force to let it name the new checkpoint.",
};

function describeCapsuleError(error: CapsuleError): Failure {
  const { code, message, details, exitCode } = error;
  const hint = HINTS[code] ?? error.hint;
  return {
    code,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(Object.keys(details).length === 0 ? {} : { details }),
    exitCode,
  };
}

function usageFailure(message: string, hint = 'Run it with "--help" to see what it takes.'): Failure {
  return { code: "UsageError", message, hint, exitCode: 1 };
}

/** Commander writes `error: unknown option '--jsn'\n(Did you mean --json?)`. */
function splitSuggestion(text: string): [message: string, hint: string | undefined] {
  const [message = "", suggestion] = text.replace(/^error: /, "").split("\n", 2);
  return [`Cannot run the command: ${message}`, suggestion?.replace(/^\(|\)$/g, "")];
}
