/**
 * Rounds in which a writer is killed at a random moment, while readers of all runtimes look on. What is promised, and checked in each:
 *
 * - a commit that was acknowledged is there ever after, and so is one that a reader has seen;
 * - a commit is there with all its documents or not at all, and nothing that wasn't committed is;
 * - commits come in order, none twice, and at most the one under way is there without having been acknowledged;
 * - what a reader has opened stays as it was; a stopped writer keeps its lock, and a killed one leaves it.
 */

import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Host } from "../bench/programs.js";
import { Random } from "../crash/random.js";
import { type ReaderFigures, ReaderProcess, WriterProcess } from "./processes.js";

export interface KillOptions {
  readonly rounds: number;
  readonly seed: number;
  readonly hosts: readonly Host[];
  /** Folder of the agents, where `speckit-capsule` can be imported. */
  readonly agents: string;
  /** Where capsules are made. */
  readonly folder: string;
  /** Controls: writers that acknowledge before they commit, or commit after each document. */
  readonly fault?: "early" | "half";
  readonly onRound?: (round: number, figures: ReadonlyMap<string, WriterFigures>) => void;
}

export interface WriterFigures {
  rounds: number;
  /** Rounds in which it was stopped first: killed as it stood, or after it went on. */
  stopped: number;
  acknowledged: number;
  /** Commits that were found though the kill came before they were told of. */
  unacknowledged: number;
}

export interface KillReport {
  readonly writers: ReadonlyMap<string, WriterFigures>;
  readonly readers: ReadonlyMap<string, ReaderFigures>;
  readonly capsules: number;
}

/** A new capsule is begun after so many rounds: the checks of the whole grow with it. */
const ROUNDS_OF_A_CAPSULE = 40;
const [LEAST_MS, MOST_MS] = [5, 120];
/** How many of so many rounds have their writer stopped. */
const [STOPPED_AND_KILLED, STOPPED_AND_CONTINUED, OF_ROUNDS] = [3, 5, 20];

export async function runKills(options: KillOptions): Promise<KillReport> {
  const soak = new Soak(options);
  try {
    return await soak.run();
  } finally {
    soak.stop();
  }
}

class Soak {
  private readonly random: Random;
  private readonly readers: ReaderProcess[];
  private readonly writers = new Map<string, WriterFigures>();
  private readonly turns: Host[] = [];
  private next: WriterProcess;
  private path = "";
  private capsules = 0;
  private capsuleSeed = 0;
  /** Newest commit that was acknowledged, or seen. */
  private acknowledged = 0;
  private seen = 0;

  constructor(private readonly options: KillOptions) {
    this.random = new Random(options.seed);
    this.readers = options.hosts.map((host) => new ReaderProcess(host, options.agents));
    for (const { name } of options.hosts) {
      this.writers.set(name, { rounds: 0, stopped: 0, acknowledged: 0, unacknowledged: 0 });
    }
    this.next = this.startWriter();
  }

  async run(): Promise<KillReport> {
    const { rounds, onRound } = this.options;
    for (let round = 0; round < rounds; round++) {
      if (round % ROUNDS_OF_A_CAPSULE === 0) this.beginCapsule();
      await this.round(round);
      onRound?.(round, this.writers);
      if (round % ROUNDS_OF_A_CAPSULE === ROUNDS_OF_A_CAPSULE - 1 || round === rounds - 1) await this.verify();
    }
    const readers = new Map<string, ReaderFigures>();
    for (const reader of this.readers) readers.set(reader.host.name, await reader.ask<ReaderFigures>("figures"));
    return { writers: this.writers, readers, capsules: this.capsules };
  }

  stop(): void {
    for (const reader of this.readers) reader.stop();
    void this.next.kill();
  }

  /** Every runtime once in so many rounds, in changing order. */
  private startWriter(): WriterProcess {
    if (this.turns.length === 0) this.turns.push(...this.options.hosts);
    const [host] = this.turns.splice(this.random.below(this.turns.length), 1);
    return new WriterProcess(host as Host, this.options.agents);
  }

  private beginCapsule(): void {
    if (this.path !== "") for (const each of [this.path, `${this.path}.lock`]) rmSync(each, { force: true });
    this.path = join(this.options.folder, `soak-${this.capsules}.mv2`);
    this.capsuleSeed = this.random.below(2 ** 31);
    this.capsules++;
    [this.acknowledged, this.seen] = [0, 0];
  }

  private async round(round: number): Promise<void> {
    const writer = this.next;
    if (round + 1 < this.options.rounds) this.next = this.startWriter();
    const figures = this.writers.get(writer.host.name) as WriterFigures;
    figures.rounds++;
    const atOpening = this.acknowledged;
    const { opened, committed, problems } = this.follow(writer, figures);
    await Promise.race([opened, writer.outlive()]);
    await this.watch(round % ROUNDS_OF_A_CAPSULE === 0);
    await Promise.race([committed, writer.outlive()]);
    await Promise.race([this.interrupt(writer, figures), writer.outlive()]);
    await writer.kill();
    if (problems.length > 0) throw new Error(`${writer.host.name}: ${problems.join("; ")}`);
    if (this.acknowledged <= atOpening) throw new Error(`${writer.host.name} acknowledged nothing`);
    await this.settle();
  }

  /** Checks what a writer says. */
  private follow(writer: WriterProcess, figures: WriterFigures) {
    const problems: string[] = [];
    let [tellOpened, tellCommitted] = [() => {}, () => {}];
    const opened = new Promise<void>((resolve) => {
      tellOpened = resolve;
    });
    const committed = new Promise<void>((resolve) => {
      tellCommitted = resolve;
    });
    const { fault } = this.options;
    writer.begin({ path: this.path, seed: this.capsuleSeed, fault }, (said) => {
      if (said.opened !== undefined) {
        if (said.opened < this.acknowledged) problems.push(`${this.acknowledged} acknowledged, ${said.opened} there`);
        if (said.opened < this.seen) problems.push(`${this.seen} seen, ${said.opened} there`);
        if (said.opened > this.acknowledged + 1) problems.push(`${said.opened} there after ${this.acknowledged}`);
        figures.unacknowledged += said.opened - this.acknowledged;
        this.acknowledged = said.opened;
        tellOpened();
      } else if (said.committed !== undefined) {
        if (said.committed !== this.acknowledged + 1) problems.push(`${said.committed} after ${this.acknowledged}`);
        this.acknowledged = said.committed;
        figures.acknowledged++;
        tellCommitted();
      }
    });
    return { opened, committed, problems };
  }

  private async watch(isNew: boolean): Promise<void> {
    const details = { path: this.path, seed: this.capsuleSeed };
    if (isNew) await Promise.all(this.readers.map((reader) => reader.ask("open", details)));
    await Promise.all(this.readers.map((reader) => reader.ask("watch")));
  }

  /** Waits for the moment; some writers are stopped first, of these some go on once more. */
  private async interrupt(writer: WriterProcess, figures: WriterFigures): Promise<void> {
    await pause(this.anyTimeMs());
    const way = this.random.below(OF_ROUNDS);
    if (way >= STOPPED_AND_KILLED + STOPPED_AND_CONTINUED) return;
    figures.stopped++;
    writer.signal("SIGSTOP");
    await pause(LEAST_MS);
    await this.random.pick(this.readers).ask("intrude");
    if (way < STOPPED_AND_KILLED) return;
    writer.signal("SIGCONT");
    await pause(this.anyTimeMs());
  }

  private anyTimeMs(): number {
    return LEAST_MS + this.random.below(MOST_MS - LEAST_MS + 1);
  }

  private async settle(): Promise<void> {
    const least = this.acknowledged;
    const settled = await Promise.all(
      this.readers.map((reader) => reader.ask<{ sequence: number }>("settle", { least })),
    );
    for (const [index, { sequence }] of settled.entries()) {
      const name = this.readers[index]?.host.name;
      if (sequence > least + 1) throw new Error(`${name} sees ${sequence} after ${least}`);
      if (sequence !== settled[0]?.sequence)
        throw new Error(`${name} sees ${sequence}, another ${settled[0]?.sequence}`);
      this.seen = sequence;
    }
  }

  private async verify(): Promise<void> {
    const reader = this.readers[this.capsules % this.readers.length];
    await reader?.ask("verify");
  }
}
