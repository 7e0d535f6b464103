/** What prompts on a terminal have in common. */

import { abortedError } from "../errors.js";

/** What a prompt reads from and is written to. */
export interface PromptStreams {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  readonly signal: AbortSignal;
}

/** The error of a prompt that was left by Ctrl-C, by the signal, or with its terminal: `Aborted`. Others stay as they are. */
export function asPromptError(error: unknown, action: string, signal: AbortSignal): unknown {
  // By name, as the library wants it.
  if (error instanceof Error && /^(?:Abort|Exit|Cancel)PromptError$/.test(error.name))
    return abortedError(action, signal);
  return error;
}
