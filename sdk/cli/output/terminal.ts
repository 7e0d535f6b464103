/** The standard streams of the process, and what each of them can show. */

import type { Writable } from "node:stream";
import pc from "picocolors";

export type Colors = ReturnType<typeof pc.createColors>;

/** Thrown when whoever read the output has gone: `speckit capsule list | head -1`. Not a failure. */
export class OutputClosed extends Error {
  override readonly name = "OutputClosed";
}

type StandardStream = Writable & { readonly isTTY?: boolean };

/** One of stdout and stderr. */
export class OutputStream {
  readonly isTerminal: boolean;
  readonly colors: Colors;
  private isClosed = false;

  constructor(
    private readonly stream: StandardStream,
    environment: Readonly<Record<string, string | undefined>>,
  ) {
    this.isTerminal = stream.isTTY === true;
    // https://no-color.org: any value but the empty one.
    const refused = (environment["NO_COLOR"] ?? "") !== "" || environment["TERM"] === "dumb";
    this.colors = pc.createColors(this.isTerminal && !refused);
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (!isClosedPipe(error)) throw error;
      this.isClosed = true;
    });
  }

  /** Returns when the bytes have been handed over. @throws OutputClosed */
  write(data: string | Uint8Array): Promise<void> {
    if (this.isClosed) return Promise.reject(new OutputClosed());
    return new Promise((resolve, reject) => {
      this.stream.write(data, (error) => {
        if (!error) resolve();
        else reject(isClosedPipe(error) ? new OutputClosed() : error);
      });
    });
  }
}

function isClosedPipe(error: NodeJS.ErrnoException): boolean {
  return error.code === "EPIPE" || error.code === "ERR_STREAM_DESTROYED" || error.code === "EOF";
}

/** What a command writes to. */
export interface Terminal {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** Whether somebody is there who can be asked, on stderr, and answers on stdin; default false. */
  readonly canAsk?: boolean;
}

export function processTerminal(): Terminal {
  const stderr = new OutputStream(process.stderr, process.env);
  return {
    stdout: new OutputStream(process.stdout, process.env),
    stderr,
    canAsk: stderr.isTerminal && process.stdin.isTTY === true,
  };
}
