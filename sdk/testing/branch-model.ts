/** Random steps on a capsule with branches, and a naive model of what each view must show. */

import fc from "fast-check";
import { expect } from "vitest";
import type { Runtime } from "../../runtimes/contract.js";
import { Capsule } from "../capsule.js";
import type { Readable } from "../readable.js";
import { CAPSULE_PATH, collect, newCapsule, repeatable } from "./fixtures.js";

export type Step =
  | { readonly do: "put"; readonly run: number; readonly name: number; readonly text: number }
  | { readonly do: "remove" | "alias"; readonly run: number; readonly name: number; readonly target: number }
  | { readonly do: "emit" | "stage" | "merge"; readonly run: number }
  | { readonly do: "commit" | "reopen" | "crash" };

const run = fc.integer({ min: 0, max: 3 });
const name = fc.integer({ min: 0, max: 5 });

export const stepArbitrary: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant("put" as const), run, name, text: fc.integer({ min: 0, max: 30 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom("remove" as const, "alias" as const), run, name, target: name }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom("emit" as const, "stage" as const, "merge" as const), run }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("commit" as const, "reopen" as const, "crash" as const) }) },
);

type Thing = { readonly text: string } | { readonly alias: string } | "removed";

/** One change on a branch. `what` is the URI; events have their own. */
interface Change {
  readonly uri: string;
  readonly thing: Thing;
  readonly isEvent: boolean;
  /** The change that a merge promoted. */
  readonly source: Change | null;
}

interface ModelBranch {
  readonly name: string;
  readonly parent: ModelBranch | null;
  /** How many changes of the parent it sees. */
  readonly seen: number;
  readonly changes: Change[];
  /** Of `changes`, those that are committed. */
  committed: number;
}

/** A moment of a branch: how long each list of changes was. */
interface Moment {
  readonly branch: ModelBranch;
  readonly length: number;
  readonly checkpointId: string;
}

const WORDS = ["retry", "budget", "lock", "merge", "token", "parser"];

function uriOf(index: number): string {
  return `mv2://default/workspace/main/artifact/n${index}.md`;
}

function textOf(index: number): string {
  return `${WORDS[index % WORDS.length]} ${WORDS[(index * 7 + 1) % WORDS.length]} text ${index}`;
}

/** The capsule and its model, side by side. */
export class BranchModel {
  private readonly main: ModelBranch = { name: "main", parent: null, seen: 0, changes: [], committed: 0 };
  private branches: ModelBranch[] = [this.main];
  private moments: Moment[] = [];
  private stages = 0;
  /** Events that the capsule made itself. */
  private ownEvents = 0;

  private constructor(
    private capsule: Capsule,
    private readonly runtime: Runtime,
    private readonly injected: ReturnType<typeof repeatable>,
  ) {}

  static async create(): Promise<BranchModel> {
    const { capsule, runtime } = await newCapsule();
    return new BranchModel(capsule, runtime, repeatable(runtime));
  }

  async close(): Promise<void> {
    await this.capsule.close();
  }

  /** The file as it stands now. */
  file(): Uint8Array {
    return this.runtime.files.readFile(CAPSULE_PATH);
  }

  async apply(step: Step): Promise<void> {
    if (step.do === "commit") await this.commit();
    else if (step.do === "reopen") await this.reopen();
    else if (step.do === "crash") await this.crash();
    else if (step.do === "merge") await this.merge(step.run);
    else await this.write(step as Extract<Step, { run: number }>);
  }

  private place(index: number) {
    return index === 0 ? {} : { specId: "S", runId: `r${index}` };
  }

  private branchOf(index: number): ModelBranch {
    const branchName = index === 0 ? "main" : `run/r${index}`;
    const known = this.branches.find((branch) => branch.name === branchName);
    if (known !== undefined) return known;
    const made = { name: branchName, parent: this.main, seen: this.main.committed, changes: [], committed: 0 };
    this.branches.push(made);
    return made;
  }

  private async write(step: Extract<Step, { run: number }>): Promise<void> {
    if (step.do === "put") {
      // The URI is the same on every branch: what tells them apart is the branch alone.
      const handle = await this.on(step.run);
      await handle.put(uriOf(step.name), textOf(step.text));
      await this.record(step.run, { uri: uriOf(step.name), thing: { text: textOf(step.text) } });
    } else if (step.do === "emit") {
      const event = { type: "IntakeCompleted", payload: { n: step.run }, specId: "S", runId: "main" } as const;
      const uri = await this.capsule.emit({ ...event, ...this.place(step.run) });
      const branch = this.branchOf(step.run);
      branch.changes.push({ uri, thing: { text: `{"n":${step.run}}` }, isEvent: true, source: null });
    } else if (step.do === "stage") await this.stage(step.run);
    else if (step.do === "remove" || step.do === "alias") await this.hide(step);
  }

  /** The handle, working on a branch: all that waits is committed when it changes. */
  private async on(index: number): Promise<Capsule> {
    const wanted = index === 0 ? "main" : `run/r${index}`;
    if (this.capsule.info.branch === wanted) return this.capsule;
    await this.commit();
    await this.capsule.close();
    this.capsule = await Capsule.open(CAPSULE_PATH, { ...this.injected, mode: "write", ...this.place(index) });
    return this.capsule;
  }

  private async record(index: number, change: { uri: string; thing: Thing }): Promise<void> {
    this.branchOf(index).changes.push({ ...change, isEvent: false, source: null });
  }

  private async hide(step: { do: "remove" | "alias"; run: number; name: number; target: number }): Promise<void> {
    const handle = await this.on(step.run);
    const branch = this.branches.find(({ name: known }) => known === handle.info.branch) ?? this.main;
    const uri = uriOf(step.name);
    const now = { branch, length: branch.changes.length };
    const change = this.newest(now, uri);
    if (step.do === "remove") {
      const isThere = change !== null && change.thing !== "removed";
      expect(await handle.remove(uri)).toBe(isThere);
      if (!isThere) return;
      await this.record(step.run, { uri, thing: "removed" });
    } else {
      const target = uriOf(step.target);
      if (step.target === step.name || this.resolve(now, target) === null || this.leadsTo(now, target, uri)) return;
      await handle.alias(uri, target, "moved");
      await this.record(step.run, { uri, thing: { alias: target } });
    }
    // The capsule's own event of it.
    const events = this.branchOf(step.run).changes;
    events.push({ uri: `event ${++this.ownEvents}`, thing: { text: "" }, isEvent: true, source: null });
  }

  private async stage(index: number): Promise<void> {
    const checkpoint = await this.capsule.commitStage({
      stage: `s${this.stages++}`,
      specId: "S",
      runId: "main",
      ...this.place(index),
    });
    const branch = this.branchOf(index);
    branch.changes.push({ uri: `event of ${checkpoint.id}`, thing: { text: "" }, isEvent: true, source: null });
    this.settle();
    this.moments.push({ branch, length: branch.changes.length, checkpointId: checkpoint.id });
  }

  private async commit(): Promise<void> {
    await this.capsule.commit();
    this.settle();
  }

  private settle(): void {
    for (const branch of this.branches) branch.committed = branch.changes.length;
  }

  private async reopen(): Promise<void> {
    const { branch } = this.capsule.info;
    await this.capsule.close();
    this.settle();
    const index = branch === "main" ? 0 : Number(branch.slice("run/r".length));
    this.capsule = await Capsule.open(CAPSULE_PATH, { ...this.injected, mode: "write", ...this.place(index) });
  }

  /** What wasn't committed is lost. */
  private async crash(): Promise<void> {
    await this.capsule.close({ discard: true });
    for (const branch of this.branches) branch.changes.length = branch.committed;
    // A branch that was made by what is lost is lost too: it has nothing that is committed.
    this.branches = this.branches.filter((branch) => branch === this.main || branch.committed > 0);
    this.capsule = await Capsule.open(CAPSULE_PATH, { ...this.injected, mode: "write" });
  }

  private async merge(index: number): Promise<void> {
    const from = this.branches.find(({ name: known }) => known === `run/r${index}`);
    if (from === undefined) return;
    const result = await this.capsule.merge({ from: from.name });
    this.settle();
    const newest = from.changes.filter((change, i) => !from.changes.slice(i + 1).some(({ uri }) => uri === change.uri));
    const promoted = newest.filter((change) => !this.main.changes.some(({ source }) => source === change));
    const count = promoted.filter(({ isEvent }) => isEvent).length;
    expect(result.eventsMerged).toBe(count);
    if (promoted.length > 0) {
      expect(result.mergeCheckpointId === null).toBe(false);
      this.main.changes.push(...promoted.map((change) => ({ ...change, source: change })));
      this.main.changes.push({
        uri: `merge ${result.mergeCheckpointId}`,
        thing: { text: "" },
        isEvent: true,
        source: null,
      });
    }
    this.settle();
  }

  /** The newest change of a URI that a moment sees. */
  private newest(moment: { branch: ModelBranch; length: number }, uri: string): Change | null {
    for (let { branch, length } = moment; ; ) {
      const own = branch.changes.slice(0, length).findLast((change) => change.uri === uri);
      if (own !== undefined) return own;
      if (branch.parent === null) return null;
      length = branch.seen;
      branch = branch.parent;
    }
  }

  private resolve(moment: { branch: ModelBranch; length: number }, uri: string): string | null {
    for (let at = uri, steps = 0; steps < 20; steps++) {
      const change = this.newest(moment, at);
      if (change === null || change.thing === "removed") return null;
      if ("text" in change.thing) return change.thing.text;
      at = change.thing.alias;
    }
    return "cycle";
  }

  private leadsTo(moment: { branch: ModelBranch; length: number }, from: string, to: string): boolean {
    for (let at = from; ; ) {
      if (at === to) return true;
      const change = this.newest(moment, at);
      if (change === null || change.thing === "removed" || "text" in change.thing) return false;
      at = change.thing.alias;
    }
  }

  private eventCount(moment: { branch: ModelBranch; length: number }): number {
    let count = 0;
    for (let { branch, length } = moment; ; ) {
      count += branch.changes.slice(0, length).filter(({ isEvent }) => isEvent).length;
      if (branch.parent === null) return count;
      length = Math.min(branch.seen, branch.parent.changes.length);
      branch = branch.parent;
    }
  }

  /** Compares every branch now and every checkpoint, in a reader of its own. */
  async compareAll(): Promise<void> {
    await this.commit();
    const reader = await Capsule.open(CAPSULE_PATH, { runtime: this.runtime });
    for (const branch of this.branches) {
      await this.compare(await reader.snapshot({ branch: branch.name }), { branch, length: branch.changes.length });
    }
    for (const { branch, length, checkpointId } of this.moments) {
      await this.compare(await reader.at(checkpointId, { branch: branch.name }), { branch, length });
    }
    await reader.close();
  }

  private async compare(view: Readable, moment: { branch: ModelBranch; length: number }): Promise<void> {
    const texts = new Map<string, string>();
    for (let index = 0; index <= 5; index++) {
      const uri = uriOf(index);
      const expected = this.resolve(moment, uri);
      // A merge may close a circle of aliases that no branch had.
      if (expected === "cycle") continue;
      expect(await view.get(uri, { as: "text" })).toBe(expected);
      const own = this.newest(moment, uri);
      if (own !== null && own.thing !== "removed" && "text" in own.thing) texts.set(uri, own.thing.text);
    }
    expect(
      (await collect(view.list({ prefix: "mv2://default/workspace/main/artifact/" }))).map(({ uri }) => uri),
    ).toEqual([...texts.keys()].sort());
    expect(await collect(view.events())).toHaveLength(this.eventCount(moment));
    for (const word of WORDS) {
      const { total, hits } = await view.search(word, { count: true, limit: 20, snippets: false });
      const matching = [...texts].filter(([, text]) => text.split(" ").includes(word)).map(([uri]) => uri);
      expect([total, hits.map(({ uri }) => uri).sort()]).toEqual([matching.length, matching.sort()]);
    }
  }
}
