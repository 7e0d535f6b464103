/** What writers do before the machine stops: four kinds of history, each with its model. */

import { Capsule } from "../../sdk/capsule.js";
import { repeatingRandom, steppingClock } from "../../sdk/testing/fixtures.js";
import { CAPSULE_PATH, type FaultyDisk } from "./faulty-disk.js";
import { COMMON_WORD, EMPTY, type State, uriOf, withAlias, withContent, without } from "./model.js";
import type { Random } from "./random.js";

/** A writer with its model. Commits are in `states` before they are asked for, and acknowledged when they returned. */
export class Scribe {
  readonly states = new Map<number, State>([[0, EMPTY]]);
  private state = EMPTY;
  private capsule: Capsule | null = null;
  private readonly clock = steppingClock();
  private readonly entropy = repeatingRandom();

  constructor(
    readonly disk: FaultyDisk,
    readonly random: Random,
  ) {}

  async create(): Promise<void> {
    this.capsule = await Capsule.create(CAPSULE_PATH, this.options());
    this.disk.acknowledged = 0;
  }

  async reopen(): Promise<void> {
    this.capsule = await Capsule.open(CAPSULE_PATH, { ...this.options(), mode: "write" });
  }

  async text(name: string, length = 40): Promise<void> {
    const words = Array.from({ length: Math.ceil(length / 8) }, () => `w${this.random.below(1 << 20)}`);
    await this.put(name, `${COMMON_WORD} ${name} ${words.join(" ")}`);
  }

  async put(name: string, content: string | Uint8Array): Promise<void> {
    await this.open.put(uriOf(name), content);
    this.state = withContent(this.state, uriOf(name), content);
  }

  async remove(name: string): Promise<void> {
    await this.open.remove(uriOf(name));
    this.state = without(this.state, uriOf(name));
  }

  async alias(from: string, to: string): Promise<void> {
    await this.open.alias(uriOf(from), uriOf(to), "moved");
    this.state = withAlias(this.state, uriOf(from), uriOf(to));
  }

  async commit(label?: string): Promise<void> {
    this.states.set(this.open.info.sequence + 1, this.state);
    const { sequence } = await this.open.commit(label === undefined ? {} : { label });
    this.disk.acknowledged = sequence;
  }

  /** Closes the capsule, which commits what waits. */
  async close(): Promise<void> {
    const { sequence } = this.open.info;
    const capsule = this.open;
    this.states.set(sequence + 1, this.state);
    await capsule.close();
    this.capsule = null;
  }

  /** Lets go of the capsule after a failure. */
  async giveUp(): Promise<void> {
    await this.capsule?.close().catch(() => undefined);
    this.capsule = null;
  }

  private get open(): Capsule {
    if (this.capsule === null) throw new Error("the capsule isn't open");
    return this.capsule;
  }

  private options() {
    return { runtime: this.disk.runtime, clock: this.clock, random: this.entropy };
  }
}

export type History = (scribe: Scribe) => Promise<void>;

const tiny: History = async (scribe) => {
  await scribe.create();
  await scribe.text("a");
  await scribe.commit();
  await scribe.text("b", 300);
  await scribe.text("a");
  await scribe.commit("one");
  await scribe.remove("a");
  await scribe.alias("old", "b");
  await scribe.commit();
  await scribe.put("bytes", scribe.random.bytes(700));
  await scribe.text("c", 2000);
  await scribe.close();
};

const sessions: History = async (scribe) => {
  await scribe.create();
  await scribe.text("a");
  await scribe.commit();
  for (let round = 0; round < 4; round++) {
    await scribe.close();
    await scribe.reopen();
    await scribe.text(`s${round}`, 100 + 900 * scribe.random.below(3));
    if (round % 2 === 0) await scribe.commit();
  }
  await scribe.close();
};

const spilling: History = async (scribe) => {
  await scribe.create();
  await scribe.text("small");
  await scribe.commit();
  await scribe.put("big", scribe.random.bytes(1_300_000));
  await scribe.text("beside");
  await scribe.commit();
  for (let i = 0; i < 12; i++) await scribe.text(`page${i}`, 9000);
  await scribe.commit("packs");
  await scribe.put("blob", scribe.random.bytes(90_000));
  await scribe.text("after");
  await scribe.close();
};

const segments: History = async (scribe) => {
  await scribe.create();
  for (let batch = 0; batch < 9; batch++) {
    for (let i = 0; i < 66; i++) await scribe.text(`d${batch}-${i}`, 24);
    await scribe.commit();
    if (batch > 6) await scribe.text(`between${batch}`);
    if (batch > 6) await scribe.commit();
  }
  await scribe.close();
};

export const histories: { readonly [name: string]: History } = { tiny, sessions, spilling, segments };
