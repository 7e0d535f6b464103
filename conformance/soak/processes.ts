/** The processes of a soak: readers that are asked, and writers that are killed. */

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Host } from "../bench/programs.js";

function start({ command, args }: Host, script: string): ChildProcessWithoutNullStreams {
  return spawn(command, [...args, script]);
}

/** Gathers what a process complains of. */
function complaintsOf(child: ChildProcessWithoutNullStreams): () => string {
  let text = "";
  child.stderr.setEncoding("utf8").on("data", (piece: string) => {
    text += piece;
  });
  return () => text;
}

export interface ReaderFigures {
  readonly refreshes: number;
  readonly documents: number;
  readonly cpuSeconds: number;
}

/** A reader process. It ends, and so does the soak, with the first thing that it sees and mustn't. */
export class ReaderProcess {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly answers: ((answer: object) => void)[] = [];
  private readonly ended: Promise<never>;

  constructor(
    readonly host: Host,
    agents: string,
  ) {
    this.child = start(host, join(agents, "reader.mjs"));
    const complaints = complaintsOf(this.child);
    createInterface({ input: this.child.stdout }).on("line", (line) => this.answers.shift()?.(JSON.parse(line)));
    this.ended = once(this.child, "close").then(() => {
      throw new Error(`The reader on ${host.name} ended: ${complaints()}`);
    });
    this.ended.catch(() => undefined);
  }

  ask<Answer extends object>(ask: string, details: object = {}): Promise<Answer> {
    const answer = new Promise<Answer>((resolve) => this.answers.push(resolve as (answer: object) => void));
    this.child.stdin.write(`${JSON.stringify({ ask, ...details })}\n`);
    return Promise.race([answer, this.ended]);
  }

  stop(): void {
    this.child.kill("SIGKILL");
  }
}

/** A writer process, started before it is needed: {@link begin} lets it open the capsule. */
export class WriterProcess {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly complaints: () => string;
  private readonly closed: Promise<unknown>;
  private isKilled = false;

  constructor(
    readonly host: Host,
    agents: string,
  ) {
    this.child = start(host, join(agents, "writer.mjs"));
    this.complaints = complaintsOf(this.child);
    this.closed = once(this.child, "close");
    this.child.stdin.on("error", () => undefined);
  }

  /** Calls `told` with each thing that it says, in order, also what it said before a kill and is read after it. */
  begin(parameters: object, told: (said: { readonly opened?: number; readonly committed?: number }) => void): void {
    createInterface({ input: this.child.stdout }).on("line", (line) => told(JSON.parse(line)));
    this.child.stdin.write(`${JSON.stringify(parameters)}\n`);
  }

  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    this.child.kill(signal);
  }

  /** Rejects when it ends before it was killed. */
  async outlive(): Promise<never> {
    await this.closed;
    if (this.isKilled) return new Promise(() => undefined);
    throw new Error(`The writer on ${this.host.name} ended by itself: ${this.complaints()}`);
  }

  /** Kills it, and returns when all that it said has been told. */
  async kill(): Promise<void> {
    this.isKilled = true;
    this.child.kill("SIGKILL");
    await this.closed;
  }
}
