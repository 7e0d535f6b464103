/** A capsule as simple as can be: a list of all that was ever stored, which is gone through for every question. */

import { tokenizerFor } from "../oracle/analyze.js";
import { encodeText } from "../oracle/bytes.js";
import { rank } from "../oracle/rank.js";
import type { Superblock } from "../oracle/superblock.js";
import { compareText } from "../oracle/view.js";
import { NOT_CHOSEN, SINGLE_URIS, SPEC, type Step } from "./steps.js";

/** What an alias leads on to at most, as docs/format.md part 11 has it. */
const MAX_ALIASES = 16;

export type FactKind = "revision" | "removal" | "alias" | "event" | "checkpoint";

/** One thing that was stored. */
export interface Fact {
  readonly kind: FactKind;
  readonly branch: string;
  readonly sequence: number;
  readonly uri: string;
  /** Content, an alias's target, an event's type, or a checkpoint's label. */
  readonly text: string;
  readonly promote: boolean;
  /** What a merge promoted by this. */
  readonly promotes: Fact | null;
}

interface Branch {
  readonly name: string;
  readonly parent: string | null;
  readonly forkSequence: number;
  /** The commit that it was made in. */
  readonly madeIn: number;
}

export interface ModelView {
  readonly branch: string;
  readonly sequence: number;
}

/** A checkpoint that can be asked for. */
export interface Moment extends ModelView {
  /** Label, or the id of a merge's checkpoint. */
  readonly checkpoint: string;
}

/** What a view shows, in the form in which agents tell it. */
export interface Shown {
  /** Text, null, or the code of the error. */
  readonly resolved: readonly (string | null)[];
  readonly listed: readonly string[];
  readonly events: readonly (readonly string[])[];
  readonly checkpoints: readonly (readonly (string | number | null)[])[];
  /** For each query the hits with their scores, in the view and in the branch's own scope. */
  readonly found: readonly (readonly (readonly [string, number])[])[];
  readonly foundInRun: readonly (readonly (readonly [string, number])[])[];
}

/** What a step must answer. */
export type Answer = string | number | boolean | null | readonly unknown[];

const MAIN: Branch = { name: "main", parent: null, forkSequence: 0, madeIn: 0 };

export class Model {
  private facts: Fact[] = [];
  private branches: Branch[] = [MAIN];
  /** Merges' checkpoints by URI prefix have ids that only the capsule knows. */
  private mergeIds: Moment[] = [];
  /** Number of the newest commit. */
  sequence = 0;
  private readonly terms = new Map<string, string[]>();

  constructor(private readonly superblock: Superblock) {}

  get branchNames(): string[] {
    return this.branches.map(({ name }) => name);
  }

  /** Moments of committed checkpoints. */
  get moments(): Moment[] {
    const labelled = this.facts
      .filter(
        ({ kind, text, promotes, sequence }) =>
          kind === "checkpoint" && text !== "" && promotes === null && sequence <= this.sequence,
      )
      .map(({ branch, sequence, text }) => ({ branch, sequence, checkpoint: text }));
    return [...labelled, ...this.mergeIds.filter(({ sequence }) => sequence <= this.sequence)];
  }

  /** Whether something waits for a commit. */
  get isPending(): boolean {
    return (
      this.facts.some(({ sequence }) => sequence > this.sequence) ||
      this.branches.some(({ madeIn }) => madeIn > this.sequence)
    );
  }

  /** Back to a commit: what came later was lost. */
  backTo(sequence: number): void {
    this.sequence = sequence;
    this.facts = this.facts.filter((fact) => fact.sequence <= sequence);
    this.branches = this.branches.filter(({ madeIn }) => madeIn <= sequence);
    this.mergeIds = this.mergeIds.filter((moment) => moment.sequence <= sequence);
  }

  commit(): void {
    if (this.isPending) this.sequence++;
  }

  noteMerge(checkpoint: string, branch: string): void {
    this.mergeIds.push({ checkpoint, branch, sequence: this.sequence });
  }

  /** Does a step on the branch that a session works on, and gives what the capsule must answer. */
  apply(step: Step, branch: string): Answer {
    switch (step.do) {
      case "put":
        this.writeTo(branch);
        this.store({ kind: "revision", branch, uri: step.uri, text: step.text, promote: step.promote });
        return step.uri;
      case "putMany":
        this.writeTo(branch);
        for (const { uri, text } of step.documents) this.store({ kind: "revision", branch, uri, text });
        return step.documents.length;
      case "remove":
        return this.remove(step.uri, branch);
      case "alias":
        return this.alias(step.uri, step.target, branch);
      case "emit":
        return this.event(step.type, placeOf(step.run ?? runOf(branch)), this.branchFor(step.run, branch));
      case "stage":
        return this.stage(step.label, step.run ?? runOf(branch), this.branchFor(step.run, branch));
      case "commit":
        return this.commitStep(step.label, branch);
      case "fork":
        return this.fork(step.name, step.from);
      case "merge":
        return this.merge(step.from, step.to, step.mode);
    }
  }

  show(view: ModelView, queries: readonly string[]): Shown {
    const documents = this.documents(view);
    const own = this.documents(view, true);
    return {
      resolved: SINGLE_URIS.map((uri) => {
        const resolved = this.resolve(view, uri);
        return typeof resolved === "string" || resolved === null ? resolved : resolved.text;
      }),
      listed: this.uris().filter((uri) => this.shownAt(view, uri)?.kind === "revision"),
      events: [...new Set(this.seen(view, "event").map((fact) => fact.promotes ?? fact))].map(
        ({ uri, text, branch }) => [uri, text, branch],
      ),
      // A promoted one resolves, but nothing can be asked as of it here: it is left out.
      checkpoints: this.seen(view, "checkpoint")
        .filter(({ promotes }) => promotes === null)
        .map(({ text, branch, sequence }) => [text, branch, sequence]),
      found: queries.map((query) => this.ranked(documents, query)),
      foundInRun: queries.map((query) => this.ranked(own, query)),
    };
  }

  private get next(): number {
    return this.sequence + 1;
  }

  private store(fact: Omit<Fact, "sequence" | "promote" | "promotes"> & Partial<Fact>): void {
    this.facts.push({ promote: true, promotes: null, ...fact, sequence: this.next });
  }

  private has(name: string): boolean {
    return this.branches.some((branch) => branch.name === name);
  }

  /** A run's branch forks from main at its first write. */
  private writeTo(name: string): string {
    if (!this.has(name)) this.branches.push({ name, parent: "main", forkSequence: this.sequence, madeIn: this.next });
    return name;
  }

  /** A session that was told its branch keeps to it, whatever run something belongs to. */
  private branchFor(run: string | null, own: string): string {
    const isFree = own === "main" || runOf(own) !== null;
    return this.writeTo(run === null || !isFree ? own : `run/${run}`);
  }

  private event(type: string, place: string, branch: string): string {
    const uri = `mv2://default/${place}event/${this.facts.filter(({ kind, promotes }) => kind === "event" && promotes === null).length + 1}`;
    this.store({ kind: "event", branch, uri, text: type });
    return uri;
  }

  private remove(uri: string, branch: string): boolean {
    const now = { branch, sequence: this.next };
    if (!this.isListed(now, uri)) return false;
    this.writeTo(branch);
    this.store({ kind: "removal", branch, uri, text: "" });
    this.event("Removed", "workspace/main/", branch);
    return true;
  }

  private alias(uri: string, target: string, branch: string): string | null {
    const now = { branch, sequence: this.next };
    for (let at = target, steps = 1; ; steps++) {
      if (at === uri) return "AliasCycle";
      if (steps > MAX_ALIASES) return "AliasTooLong";
      const shown = this.shownAt(now, at);
      if (shown === null || shown.kind === "removal") return "NotFound";
      if (shown.kind !== "alias") break;
      at = shown.text;
    }
    this.writeTo(branch);
    this.store({ kind: "alias", branch, uri, text: target });
    this.event("AliasRecorded", "workspace/main/", branch);
    return null;
  }

  private stage(label: string, run: string | null, branch: string): number {
    this.checkpoint(label, placeOf(run), branch);
    this.event("StageTransition", placeOf(run), branch);
    this.commit();
    return this.sequence;
  }

  private checkpoint(label: string, place: string, branch: string): void {
    // Its id is the capsule's choice: no two checkpoints have one URI.
    this.store({ kind: "checkpoint", branch, uri: `${place}checkpoint ${this.facts.length}`, text: label });
  }

  private commitStep(label: string | null, branch: string): number {
    if (label !== null) this.checkpoint(label, placeOf(runOf(branch)), this.writeTo(branch));
    this.commit();
    return this.sequence;
  }

  private fork(name: string, from: string): string {
    if (!this.has(from)) return "UnknownBranch";
    this.branches.push({ name, parent: from, forkSequence: this.sequence, madeIn: this.next });
    return name;
  }

  /** The URIs that were promoted, and those that both sides changed. */
  private merge(from: string, to: string, mode: "full" | "curated"): Answer {
    if (!this.has(from) || !this.has(to)) return "UnknownBranch";
    if (from === to || from === "main") return "InvalidArgument";
    this.commit();
    const changes = this.changes(from).filter((fact) => mode === "full" || isChosen(fact));
    const known = new Set(this.facts.filter(({ branch }) => branch === to).map((fact) => fact.promotes ?? fact));
    // Nor what the target shows anyway: it has it from its parents.
    const now = { branch: to, sequence: this.sequence };
    const promoted = changes.filter((fact) => !known.has(fact) && this.shownAt(now, fact.uri) !== fact);
    if (promoted.length === 0) return [[], []];
    const conflicts = promoted.filter(({ uri }) => this.conflicts(uri, from, to));
    for (const fact of promoted) this.store({ ...fact, branch: to, promotes: fact });
    this.checkpoint("", placeOf(runOf(from)), to);
    this.event("BranchMerged", placeOf(runOf(from)), to);
    this.commit();
    const told = (facts: readonly Fact[]) => facts.filter(({ kind }) => kind !== "checkpoint").map(({ uri }) => uri);
    return [told(promoted), told(conflicts)];
  }

  /** What a branch itself changed: the newest fact of each URI, promoted or its own, in the order of storing. */
  private changes(branch: string): Fact[] {
    const own = this.facts.filter((fact) => fact.branch === branch);
    return own
      .filter((fact, index) => !own.slice(index + 1).some(({ uri }) => uri === fact.uri))
      .map((fact) => fact.promotes ?? fact);
  }

  private conflicts(uri: string, from: string, to: string): boolean {
    const { forkSequence } = this.branches.find(({ name }) => name === from) as Branch;
    const newest = this.facts.findLast((fact) => fact.branch === to && fact.uri === uri);
    if (newest === undefined || newest.sequence <= forkSequence) return false;
    return (newest.promotes ?? newest).branch !== from;
  }

  /** A branch that isn't there yet forks from what main shows. */
  private lineage(view: ModelView): ModelView[] {
    const made = this.branches.find(({ name }) => name === view.branch);
    const { parent, forkSequence } = made ?? { parent: "main", forkSequence: this.sequence };
    if (parent === null) return [view];
    return [view, ...this.lineage({ branch: parent, sequence: Math.min(view.sequence, forkSequence) })];
  }

  private shownAt(view: ModelView, uri: string, ownOnly = false): Fact | null {
    for (const { branch, sequence } of ownOnly ? [view] : this.lineage(view)) {
      const newest = this.facts.findLast(
        (fact) => fact.uri === uri && fact.branch === branch && fact.sequence <= sequence,
      );
      if (newest !== undefined) return newest.promotes ?? newest;
    }
    return null;
  }

  private isListed(view: ModelView, uri: string): boolean {
    const shown = this.shownAt(view, uri);
    return shown !== null && shown.kind !== "removal";
  }

  /** Null where nothing is; the code of an error for a circle of aliases, which a merge may close. */
  private resolve(view: ModelView, uri: string, ownOnly = false): Fact | string | null {
    const path = [uri];
    for (;;) {
      const shown = this.shownAt(view, path.at(-1) as string, ownOnly);
      if (shown === null || shown.kind === "removal") return null;
      if (shown.kind !== "alias") return shown;
      if (path.includes(shown.text)) return "AliasCycle";
      path.push(shown.text);
    }
  }

  private uris(): string[] {
    return [...new Set(this.facts.map(({ uri }) => uri))].sort(compareText);
  }

  private documents(view: ModelView, ownOnly = false): Fact[] {
    const found = new Set<Fact>();
    for (const uri of this.uris()) {
      const resolved = this.resolve(view, uri, ownOnly);
      if (resolved !== null && typeof resolved !== "string" && resolved.kind === "revision") found.add(resolved);
    }
    return [...found];
  }

  private ranked(documents: readonly Fact[], query: string): [string, number][] {
    const rankable = documents.map(({ uri, text }) => ({
      uri,
      uriBytes: encodeText(uri),
      fields: [[], this.termsOf(text)],
    }));
    return rank(rankable, this.superblock, query).map(({ document, score }) => [document.uri, Number(score) / 2 ** 32]);
  }

  private termsOf(text: string): string[] {
    const known = this.terms.get(text);
    if (known !== undefined) return known;
    const terms = tokenizerFor(this.superblock)(encodeText(text));
    this.terms.set(text, terms);
    return terms;
  }

  /** The facts of a kind in a view, in the order of storing. */
  private seen(view: ModelView, kind: FactKind): Fact[] {
    const lineage = this.lineage(view);
    return this.facts.filter(
      (fact) =>
        fact.kind === kind &&
        lineage.some(({ branch, sequence }) => fact.branch === branch && fact.sequence <= sequence),
    );
  }
}

/** What a curated merge takes: not what was marked, not debugging, not checkpoints, and not what the caller doesn't choose. */
function isChosen({ kind, uri, text, promote }: Fact): boolean {
  if (kind === "event") return text !== "DebugTrace";
  return kind !== "checkpoint" && promote && !uri.endsWith(NOT_CHOSEN);
}

export function runOf(branch: string): string | null {
  return branch.startsWith("run/") ? branch.slice("run/".length) : null;
}

function placeOf(run: string | null): string {
  return run === null ? "" : `${SPEC}/${run}/`;
}
