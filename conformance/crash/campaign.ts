/** Runs histories, stops the machine at every moment of each, and checks what the disk then holds. */

import { createHash } from "node:crypto";
import { CapsuleError } from "../../sdk/errors.js";
import type { CrashImage, CrashPoint } from "./crash-point.js";
import { append, CrashFailure, checkImage, examine, examineDeeply } from "./examine.js";
import { type DiskFault, FaultyDisk } from "./faulty-disk.js";
import { type History, Scribe } from "./histories.js";
import type { States } from "./model.js";
import type { Random } from "./random.js";
import { PooledSessions, type Sessions, wholeSessions } from "./sessions.js";

/** One image in so many is opened as programs do it, with locks and fresh cores. */
const WHOLE_SHARE = 1 / 40;
const EXHAUSTIVE_LIMIT = 64;

export interface CampaignReport {
  /** Disk images that were opened, read, recovered and written to. */
  points: number;
  /** Points of which every subset of the unsynced sectors was tried. */
  exhaustive: number;
  /** Histories that ran into a failing disk. */
  faults: number;
  failures: string[];
}

export function emptyReport(): CampaignReport {
  return { points: 0, exhaustive: 0, faults: 0, failures: [] };
}

/** Changes a disk before a history runs on it: how a wrong order of writes is built for the control. */
export type Tamper = (disk: FaultyDisk) => void;

export class Campaign {
  readonly report = emptyReport();
  private readonly pooled = new PooledSessions();
  private readonly seen = new Set<string>();

  constructor(
    private readonly random: Random,
    private readonly maxFailures = 5,
  ) {}

  get isOver(): boolean {
    return this.report.failures.length >= this.maxFailures;
  }

  /** Stops the machine after each write of a history: torn, and with `samples` random subsets each. */
  async crashEverywhere(
    name: string,
    history: History,
    maxImages: number,
    samples: number,
    tamper?: Tamper,
  ): Promise<void> {
    const disk = new FaultyDisk(null, -1, this.random);
    tamper?.(disk);
    const points: CrashPoint[] = [];
    disk.onPoint = (point) => points.push(point);
    const scribe = new Scribe(disk, this.random);
    await history(scribe);
    points.push(disk.point());
    const images = this.imagesOf(points, maxImages, samples);
    for (const crash of images) {
      if (this.isOver) return;
      if (crash.acknowledged < 0 || this.isKnown(name, crash)) continue;
      await this.check(crash, scribe.states, name);
    }
  }

  /**
   * Runs a history into one failing operation, then opens again, with the machine running and after a crash.
   * False if the history has no such operation.
   */
  async failOnce(name: string, history: History, fault: DiskFault, tamper?: Tamper): Promise<boolean> {
    const disk = new FaultyDisk(null, -1, this.random);
    disk.fault = fault;
    tamper?.(disk);
    const scribe = new Scribe(disk, this.random);
    try {
      await history(scribe);
    } catch (error) {
      if (!(error instanceof CapsuleError) || error.code === "CoreFault") throw error;
      await scribe.giveUp();
    }
    disk.fault = null;
    const reached = disk.operations > fault.operation;
    if (disk.acknowledged < 0 || !reached) return reached;
    this.report.faults++;
    const where = `${name}, ${fault.kind} at operation ${fault.operation}${fault.evicted ? ", evicted" : ""}`;
    await this.guard(async () => {
      const crash = disk.point().sample(this.random);
      this.report.points += await checkImage(crash, this.pooled, scribe.states, this.random, `${where}, then a crash`);
      await this.goOn(disk, scribe.states, where);
    });
    return reached;
  }

  /** The machine runs on: whoever opens next sees the cache, and what it acknowledges must outlive a crash. */
  private async goOn(disk: FaultyDisk, states: States, where: string): Promise<void> {
    const sessions = this.sessions();
    await examine(disk, sessions, states, where, this.random);
    const points: CrashPoint[] = [];
    disk.onPoint = (point) => points.push(point);
    const next = await append(disk, sessions, states, where, "retried", this.random.chance(0.5));
    points.push(disk.point());
    this.report.points++;
    // Until the writer had recovered, older states could come back: each point knows what it has to keep.
    for (const point of [points.at(-1) as CrashPoint, this.random.pick(points)]) {
      this.report.points += await checkImage(
        point.sample(this.random),
        sessions,
        next,
        this.random,
        `${where}, went on`,
      );
    }
    disk.onPoint = null;
    await examineDeeply(disk, sessions, next, where, this.random);
  }

  /** Images of all points, about `maxImages` in all and no more of one point than its share. */
  private *imagesOf(points: readonly CrashPoint[], maxImages: number, samples: number): Generator<CrashImage> {
    const share = Math.ceil(maxImages / points.length);
    for (const point of points) {
      const tornShare = Math.min(1, share / (4 * (point.sectorCount + 1)));
      yield* point.torn(() => this.random.chance(tornShare));
      const all = point.exhaustive(EXHAUSTIVE_LIMIT);
      if (all !== null && all.length <= share) this.report.exhaustive++;
      if (all !== null) yield* all.filter(() => this.random.chance(share / all.length));
      else for (let i = 0; i < samples; i++) yield point.sample(this.random);
    }
  }

  private isKnown(name: string, crash: CrashImage): boolean {
    const hash = createHash("sha1").update(crash.image.bytes()).digest("hex");
    const key = `${name} ${crash.acknowledged} ${hash}`;
    if (this.seen.has(key)) return true;
    this.seen.add(key);
    return false;
  }

  private sessions(): Sessions {
    return this.random.chance(WHOLE_SHARE) ? wholeSessions : this.pooled;
  }

  private async check(crash: CrashImage, states: States, where: string): Promise<void> {
    await this.guard(async () => {
      this.report.points += await checkImage(crash, this.sessions(), states, this.random, where);
    });
  }

  private async guard(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof CrashFailure)) throw error;
      this.report.failures.push(error.message);
    }
  }
}
