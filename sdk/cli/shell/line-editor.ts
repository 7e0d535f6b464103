/** Reading lines from a terminal. Between two lines the terminal is the command's, for its prompts. */

import { createInterface, type Interface } from "node:readline";
import type { Readable } from "node:stream";
import { HISTORY_LINES, type History } from "./history.js";

/** What replaces the word at the end of a line. */
export interface Completions {
  readonly candidates: readonly string[];
  /** The word as it was typed. */
  readonly word: string;
}

/** Ctrl-C at the prompt: the line is dropped. */
export const DROPPED = Symbol("dropped");

export class LineEditor {
  /** Lines that came at once with the one that was read, such as pasted ones, and what followed the last line end. */
  private readonly waiting: string[] = [];
  private begun = "";
  /** Drops the line that is being read. */
  private drop: (() => void) | null = null;

  constructor(
    private readonly input: Readable,
    private readonly output: NodeJS.WritableStream,
    private readonly history: History,
    private readonly complete: (line: string) => Promise<Completions>,
  ) {}

  /** The next line; null at the end of the input, which Ctrl-D on an empty line is. */
  read(prompt: string): Promise<string | typeof DROPPED | null> {
    const next = this.waiting.shift();
    if (next === undefined) return this.edit(prompt);
    this.history.add(next);
    return Promise.resolve(next);
  }

  /** Drops the line that is being read, as Ctrl-C does; without one, nothing. */
  interrupt(): void {
    this.drop?.();
  }

  private edit(prompt: string): Promise<string | typeof DROPPED | null> {
    const lines = this.open(prompt);
    return new Promise((resolve) => {
      let first: string | null = null;
      lines.on("line", (line) => {
        if (first !== null) {
          this.waiting.push(line);
          return;
        }
        first = line;
        // Pasted lines come in one go: closing at once would lose them.
        setImmediate(() => {
          this.begun = lines.line;
          lines.close();
        });
      });
      this.drop = () => {
        this.output.write("^C\n");
        resolve(DROPPED);
        lines.close();
      };
      lines.on("SIGINT", () => this.interrupt());
      lines.on("close", () => {
        this.drop = null;
        if (first !== null) this.history.add(first);
        resolve(first);
      });
      lines.prompt();
      if (this.begun !== "") lines.write(this.begun);
      this.begun = "";
    });
  }

  private open(prompt: string): Interface {
    return createInterface({
      input: this.input,
      output: this.output,
      terminal: true,
      prompt,
      history: [...this.history.lines],
      historySize: HISTORY_LINES,
      completer: (line: string, callback: (error: null, result: [string[], string]) => void) => {
        void this.complete(line).then(({ candidates, word }) => callback(null, [[...candidates], word]));
      },
    });
  }
}
