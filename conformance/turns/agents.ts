/** Processes of all three runtimes that do what they are told, stay for many histories, and can be killed at any moment. */

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type Host, hosts } from "../bench/programs.js";
import type { Shown } from "./model.js";

const AGENT = fileURLToPath(new URL("./agent.mjs", import.meta.url));

/** Opens or creates a capsule for writing, takes steps, and ends: `hold` keeps it open, waiting to be killed. */
export interface SessionRequest {
  readonly ask: "session";
  readonly path: string;
  readonly create: boolean;
  readonly options: object;
  readonly steps: readonly object[];
  readonly end: "close" | "discard" | "hold";
}

/** What views show: of a branch as it is, or as of a checkpoint. `keep` reads with a reader that stays open. */
export interface LookRequest {
  readonly ask: "look";
  readonly path: string;
  readonly keep: boolean;
  readonly uris: readonly string[];
  readonly views: readonly {
    readonly branch: string;
    readonly checkpoint: string | null;
    readonly queries: readonly string[];
  }[];
}

/** Checks every byte, and closes the reader that was kept. */
export interface VerifyRequest {
  readonly ask: "verify";
  readonly path: string;
}

export interface SessionReport {
  /** The newest commit when the session began. */
  readonly begun: number;
  readonly answers: readonly unknown[];
}

export interface LookReport {
  readonly sequence: number;
  readonly shown: readonly Shown[];
}

interface Told {
  readonly committed?: number;
  readonly done?: unknown;
  readonly failed?: string;
}

export class Agent {
  private child: ChildProcessWithoutNullStreams | null = null;
  private complaints = "";
  private hear: (told: Told | null) => void = () => undefined;

  constructor(readonly host: Host) {}

  /** Sends a request; `onCommit` hears of each commit. Null if the process was killed meanwhile. */
  async ask(request: SessionRequest, onCommit?: (sequence: number) => void): Promise<SessionReport | null>;
  async ask(request: LookRequest): Promise<LookReport>;
  async ask(request: VerifyRequest): Promise<{ readonly findings: readonly string[] }>;
  async ask(
    request: SessionRequest | LookRequest | VerifyRequest,
    onCommit?: (sequence: number) => void,
  ): Promise<unknown> {
    const child = this.child ?? this.start();
    return new Promise((resolve, reject) => {
      this.hear = (told) => {
        if (told === null && child.killed) resolve(null);
        else if (told === null) reject(new Error(`${this.host.name} ended: ${this.complaints}`));
        else if (told.committed !== undefined) onCommit?.(told.committed);
        else if (told.failed !== undefined) reject(new Error(`${this.host.name}: ${told.failed}`));
        else resolve(told.done);
      };
      child.stdin.write(`${JSON.stringify(request)}\n`);
    });
  }

  /** Kills the process as `kill -9` does; the next request starts another one. */
  async kill(): Promise<void> {
    const { child } = this;
    if (child === null) return;
    this.child = null;
    const closed = once(child, "close");
    child.kill("SIGKILL");
    await closed;
  }

  private start(): ChildProcessWithoutNullStreams {
    const child = spawn(this.host.command, [...this.host.args, AGENT]);
    this.child = child;
    this.complaints = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.complaints += text;
    });
    // A request may be on its way to a process that is gone.
    child.stdin.on("error", () => undefined);
    createInterface({ input: child.stdout }).on("line", (line) => this.hear(JSON.parse(line) as Told));
    child.on("close", () => {
      if (this.child === child) this.child = null;
      this.hear(null);
    });
    return child;
  }
}

/** One agent for each runtime. */
export class Agents {
  readonly all: readonly Agent[] = hosts.map((host) => new Agent(host));

  async stop(): Promise<void> {
    for (const agent of this.all) await agent.kill();
  }
}
