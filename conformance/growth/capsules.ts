/** Capsules of several sizes, and the work that calls do on each. */

import { Capsule } from "../../sdk/capsule.js";
import { CAPSULE_PATH, repeatable } from "../../sdk/testing/fixtures.js";
import { CountedRuntime } from "./counted-runtime.js";
import type { Curve } from "./guard.js";

const COMMITTED_AT_ONCE = 200;

/** What of a capsule there is many of. */
export type Dimension = "artifacts" | "checkpoints" | "branches";

/** A closed capsule in a machine of its own. */
export class SizedCapsule {
  readonly machine = new CountedRuntime();
  private readonly injected = repeatable(this.machine.runtime);
  /** What was written while it was built. */
  builtBytes = 0;

  private constructor(
    readonly dimension: Dimension,
    readonly size: number,
  ) {}

  static async build(dimension: Dimension, size: number): Promise<SizedCapsule> {
    const sized = new SizedCapsule(dimension, size);
    const { written } = await sized.machine.during(async () => {
      const capsule = await Capsule.create(CAPSULE_PATH, sized.injected);
      await sized.fill(capsule);
      await capsule.close();
    });
    sized.builtBytes = written;
    return sized;
  }

  /** Bytes read by work on a fresh handle, opening included. */
  async readBy(work: (capsule: Capsule) => Promise<unknown>): Promise<number> {
    const { read } = await this.machine.during(async () => {
      const capsule = await Capsule.open(CAPSULE_PATH, { runtime: this.machine.runtime });
      await work(capsule);
      await capsule.close();
    });
    return read;
  }

  /** Bytes read and written by work on a writer that is open. */
  async writtenBy(work: (capsule: Capsule) => Promise<unknown>): Promise<number> {
    const capsule = await Capsule.open(CAPSULE_PATH, { ...this.injected, mode: "write" });
    const { read, written } = await this.machine.during(() => work(capsule));
    await capsule.close();
    return read + written;
  }

  private async fill(capsule: Capsule): Promise<void> {
    const { size, dimension } = this;
    for (let i = 0; i < size; i++) {
      if (dimension === "branches") await capsule.fork(`b/${i}`);
      await capsule.put({ path: `d${i}.md` }, `Document ${i} of harbour ${i % 97}, with w${i} and the retry budget.`);
      if (dimension === "checkpoints") await capsule.commit({ label: `c${i}` });
      else if (dimension === "branches" || i % COMMITTED_AT_ONCE === 0) await capsule.commit();
    }
    // The same for all: what was written last lies in a tail of equal length.
    await capsule.commit({ label: "last" });
  }
}

export const documentUri = (index: number): string => `mv2://default/workspace/main/artifact/d${index}.md`;

/** What is done on each, by what it is to cost. `size` is that of the capsule. */
export const CONSTANT_READS: { readonly [name: string]: (capsule: Capsule, size: number) => Promise<unknown> } = {
  open: async () => undefined,
  "resolve at head": (capsule, size) => capsule.get(documentUri(size >> 1), { as: "text" }),
  "resolve as of a checkpoint": async (capsule) => (await capsule.at("last")).get(documentUri(0), { as: "text" }),
  "search for a word of one document": (capsule, size) => capsule.search(`w${size >> 1}`),
};

/** Work of the same call on capsules of several sizes. */
export async function curve(
  capsules: readonly SizedCapsule[],
  work: (capsule: SizedCapsule) => Promise<number>,
): Promise<Curve> {
  const points: [number, number][] = [];
  for (const each of capsules) points.push([each.size, await work(each)]);
  return points;
}
