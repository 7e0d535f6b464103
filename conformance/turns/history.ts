/** One history: sessions by turns on Node, Bun and Deno, some of them killed, each compared with the model by another runtime. */

import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import type { Random } from "../crash/random.js";
import { parseSuperblock, SUPERBLOCK_BYTES } from "../oracle/superblock.js";
import { verifyCapsule } from "../oracle/verify.js";
import type { Agent, Agents, SessionReport } from "./agents.js";
import { Model, type ModelView, type Moment, runOf } from "./model.js";
import { NOT_CHOSEN, SINGLE_URIS, SPEC, type Step, StepSource, WORDS } from "./steps.js";

const MOMENTS_A_TURN = 4;

/** What was done, for the record. */
export interface HistoryReport {
  steps: number;
  sessions: number;
  kills: number;
  views: number;
}

/** How a session ends: `kill` in its midst, `hold` and kill when all steps are done. */
type Ending = "close" | "discard" | "hold" | "kill";

/** Changes what agents are told, so that they do something else than the model: for the control. */
export type Sabotage = (steps: readonly Step[]) => readonly Step[];

export class TurnsFailure extends Error {
  override readonly name = "TurnsFailure";
}

export class History {
  readonly report: HistoryReport = { steps: 0, sessions: 0, kills: 0, views: 0 };
  private readonly source: StepSource;
  private model: Model | null = null;
  /** What the file may hold since a process was killed: no commit before this one is lost. */
  private acknowledged = 0;
  private writer: Agent | null = null;

  constructor(
    private readonly agents: Agents,
    private readonly path: string,
    private readonly random: Random,
    private readonly sabotage: Sabotage = (steps) => steps,
  ) {
    this.source = new StepSource(random);
  }

  /** Takes about so many steps. @throws TurnsFailure if a capsule shows something else than the model */
  async run(steps: number): Promise<void> {
    while (this.report.steps < steps) {
      await this.turn();
      await this.compare(this.other(this.writer), MOMENTS_A_TURN);
    }
    for (const agent of this.agents.all) await this.compare(agent, Number.POSITIVE_INFINITY);
    await this.verify();
  }

  private other(agent: Agent | null): Agent {
    return this.random.pick(this.agents.all.filter((each) => each !== agent));
  }

  private async turn(): Promise<void> {
    const { random, model } = this;
    const create = model === null;
    const known = model?.branchNames ?? ["main"];
    const branch = create ? "main" : this.source.branch(known);
    const ending = create ? "close" : random.pick<Ending>(["close", "close", "close", "discard", "hold", "kill"]);
    const steps = this.chooseSteps(known, ending !== "kill");
    this.writer = this.other(this.writer);
    const { acknowledged, report } = await this.session(this.writer, branch, steps, ending);
    this.report.sessions++;
    this.report.steps += steps.length;
    const at = this.model ?? this.newModel();
    if (report !== null)
      this.require(report.begun === at.sequence, `it begins at commit ${report.begun}, not ${at.sequence}`);
    this.follow(at, branch, steps, report);
    if (ending === "close") at.commit();
    if (ending === "close" || ending === "discard" || report !== null) at.backTo(at.sequence);
    this.acknowledged = report === null ? acknowledged : at.sequence;
  }

  private chooseSteps(branches: readonly string[], merges: boolean): Step[] {
    const known = [...branches];
    return Array.from({ length: 3 + this.random.below(12) }, () => {
      const step = this.source.step(known, merges);
      if (step.do === "fork") known.push(step.name);
      return step;
    });
  }

  private async session(agent: Agent, branch: string, steps: readonly Step[], ending: Ending) {
    const commits = 1 + this.random.below(3);
    let [acknowledged, heard] = [this.model?.sequence ?? 0, 0];
    const end = ending === "kill" ? "hold" : ending;
    const { path, model } = this;
    const told = this.sabotage(steps).map((step) => withPlace(step));
    const request = {
      ask: "session",
      path,
      create: model === null,
      options: optionsFor(branch),
      steps: told,
      end,
    } as const;
    let killing: Promise<void> | null = null;
    const report = await agent.ask(request, (sequence) => {
      acknowledged = sequence;
      if (ending === "kill" && ++heard === commits) killing = agent.kill();
    });
    if (end === "hold") {
      await (killing ?? agent.kill());
      this.report.kills++;
    }
    return { acknowledged, report };
  }

  /** Lets the model do the same, and compares the answers if the session lived to tell them. */
  private follow(model: Model, branch: string, steps: readonly Step[], report: SessionReport | null): void {
    for (const [index, step] of steps.entries()) {
      const expected = model.apply(step, branch);
      if (report === null) continue;
      const told = report.answers[index];
      if (step.do === "merge" && isMerge(told)) {
        this.requireEqual(told.answer, expected, JSON.stringify(step));
        if (told.mergeCheckpointId !== null) model.noteMerge(told.mergeCheckpointId, step.to);
      } else this.requireEqual(told, expected, JSON.stringify(step));
    }
  }

  private newModel(): Model {
    const start = new Uint8Array(SUPERBLOCK_BYTES);
    const file = openSync(this.path, "r");
    readSync(file, start, 0, SUPERBLOCK_BYTES, 0);
    closeSync(file);
    this.model = new Model(parseSuperblock(start));
    return this.model;
  }

  /** Compares every branch, and checkpoints: all, or so many of them. */
  private async compare(agent: Agent, moments: number): Promise<void> {
    const model = this.model as Model;
    // What a killed writer had on its way may be there or not: first of all, which it is.
    const { sequence } = await agent.ask({ ask: "look", path: this.path, keep: false, uris: [], views: [] });
    this.require(
      sequence >= this.acknowledged,
      `commit ${this.acknowledged} was acknowledged, ${sequence} is the newest`,
    );
    this.require(sequence <= model.sequence, `commit ${sequence} was never made`);
    if (sequence < model.sequence) model.backTo(sequence);
    model.backTo(model.sequence);
    const views = this.chooseViews(model, moments);
    const keep = this.random.chance(0.5);
    const { shown } = await agent.ask({
      ask: "look",
      path: this.path,
      keep,
      uris: SINGLE_URIS,
      views: views.map(({ view, queries }) => ({ branch: view.branch, checkpoint: view.checkpoint ?? null, queries })),
    });
    for (const [index, { view, queries }] of views.entries()) {
      this.requireEqual(
        shown[index],
        model.show(view, queries),
        `on ${agent.host.name}, ${JSON.stringify({ ...view, queries })}`,
      );
    }
    this.report.views += views.length;
  }

  private chooseViews(model: Model, moments: number) {
    const heads: (ModelView & Partial<Moment>)[] = model.branchNames.map((branch) => ({
      branch,
      sequence: model.sequence,
    }));
    const past = [...model.moments];
    while (past.length > moments) past.splice(this.random.below(past.length), 1);
    return [...heads, ...past].map((view) => ({ view, queries: [this.query(), this.query()] }));
  }

  private query(): string {
    return `${this.random.pick(WORDS)} ${this.random.pick(WORDS)}`;
  }

  private async verify(): Promise<void> {
    for (const agent of this.agents.all) {
      const { findings } = await agent.ask({ ask: "verify", path: this.path });
      this.requireEqual(findings, [], `verified on ${agent.host.name}`);
    }
    const { findings } = verifyCapsule(new Uint8Array(readFileSync(this.path)));
    this.requireEqual(
      findings.filter(({ level }) => level !== "notice"),
      [],
      "verified by the independent reader",
    );
  }

  private require(holds: boolean, what: string): void {
    if (!holds) throw new TurnsFailure(`${what} (after ${this.report.steps} steps)`);
  }

  private requireEqual(found: unknown, expected: unknown, what: string): void {
    if (isDeepStrictEqual(found, expected)) return;
    throw new TurnsFailure(`${what}: ${difference(found, expected)} (after ${this.report.steps} steps)`);
  }
}

/** What differs, of two objects member by member. */
function difference(found: unknown, expected: unknown): string {
  if (!isObject(found) || !isObject(expected))
    return `found ${JSON.stringify(found)}, expected ${JSON.stringify(expected)}`;
  const names = Object.keys(expected).filter((name) => !isDeepStrictEqual(found[name], expected[name]));
  return names.map((name) => `${name}: ${difference(found[name], expected[name])}`).join("; ");
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isMerge(told: unknown): told is { answer: unknown; mergeCheckpointId: string | null } {
  return typeof told === "object" && told !== null && "mergeCheckpointId" in told;
}

/** Main, a run, or a branch that was forked. */
export function optionsFor(branch: string): object {
  const run = runOf(branch);
  if (run !== null) return { specId: SPEC, runId: run };
  return branch === "main" ? {} : { branch };
}

/** A step as the agent takes it: the run's place, and what a curated merge leaves out. */
export function withPlace(step: Step): object {
  if (step.do === "merge") return { ...step, notChosen: NOT_CHOSEN };
  if (step.do !== "emit" && step.do !== "stage") return step;
  return { ...step, place: step.run === null ? {} : { specId: SPEC, runId: step.run } };
}
