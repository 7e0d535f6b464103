/** What a session does, as it is told to an agent; chosen at random, and the same from the same seed. */

import type { Random } from "../crash/random.js";

/** One call of the SDK. URIs and texts are whole, so that an agent only has to obey. */
export type Step =
  | { readonly do: "put"; readonly uri: string; readonly text: string; readonly promote: boolean }
  | { readonly do: "putMany"; readonly documents: readonly { readonly uri: string; readonly text: string }[] }
  | { readonly do: "remove"; readonly uri: string }
  | { readonly do: "alias"; readonly uri: string; readonly target: string }
  | { readonly do: "emit"; readonly type: "IntakeCompleted" | "DebugTrace"; readonly run: string | null }
  | { readonly do: "stage"; readonly label: string; readonly run: string | null }
  | { readonly do: "commit"; readonly label: string | null }
  | { readonly do: "fork"; readonly name: string; readonly from: string }
  | { readonly do: "merge"; readonly from: string; readonly to: string; readonly mode: "full" | "curated" };

/** A merge in mode `curated` leaves these out, besides what may not be chosen. */
export const NOT_CHOSEN = "n3.md";
export const SPEC = "S";
const RUNS = ["r1", "r2", "r3"] as const;
const NAMES = 6;
const BULK_DOCUMENTS = 33;
export const WORDS = ["retry", "budget", "lock", "merge", "token", "parser", "über", "検索"] as const;

export function uriOf(name: string): string {
  return `mv2://default/workspace/main/artifact/${name}`;
}

/** Every URI that some step may touch alone. */
export const SINGLE_URIS: readonly string[] = Array.from({ length: NAMES }, (_, index) => uriOf(`n${index}.md`));

/** Chooses steps. What they may refer to (branches, labels) grows with what was chosen before. */
export class StepSource {
  private made = 0;

  constructor(private readonly random: Random) {}

  /** The branch that a session works on: main, a run's, or one that was forked. */
  branch(known: readonly string[]): string {
    if (this.random.chance(0.3)) return "main";
    return this.random.chance(0.6) ? `run/${this.random.pick(RUNS)}` : this.random.pick(known);
  }

  /** @param known the branches that are there, @param merges whether merges are wanted */
  step(known: readonly string[], merges: boolean): Step {
    const { random } = this;
    const roll = random.below(100);
    if (roll < 34) return { do: "put", uri: this.uri(), text: this.text(), promote: random.chance(0.8) };
    if (roll < 38) return { do: "putMany", documents: this.documents() };
    if (roll < 46) return { do: "remove", uri: this.uri() };
    if (roll < 54) return { do: "alias", uri: this.uri(), target: this.uri() };
    if (roll < 62) return { do: "emit", type: random.pick(["IntakeCompleted", "DebugTrace"]), run: this.run() };
    if (roll < 69) return { do: "stage", label: this.label(), run: this.run() };
    if (roll < 84) return { do: "commit", label: random.chance(0.5) ? this.label() : null };
    if (roll < 90 || !merges) return { do: "fork", name: `b/${this.made++}`, from: random.pick(known) };
    const mode = random.chance(0.5) ? "full" : "curated";
    return { do: "merge", from: this.branch(known), to: random.chance(0.7) ? "main" : this.branch(known), mode };
  }

  private uri(): string {
    return this.random.pick(SINGLE_URIS);
  }

  /** Another run than the session's, or its own. */
  private run(): string | null {
    return this.random.chance(0.3) ? this.random.pick(RUNS) : null;
  }

  private label(): string {
    return `label ${this.made++}`;
  }

  private text(): string {
    const words = Array.from({ length: 2 + this.random.below(12) }, () => this.random.pick(WORDS));
    return `${words.join(" ")} text ${this.random.below(40)}`;
  }

  /** As many as make a segment soon. */
  private documents() {
    const first = this.random.below(3) * 20;
    return Array.from({ length: BULK_DOCUMENTS }, (_, i) => ({
      uri: uriOf(`bulk/${first + i}.md`),
      text: this.text(),
    }));
  }
}
