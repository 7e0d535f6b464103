import { beforeAll, describe, expect, it } from "vitest";
import { Capsule } from "../../sdk/capsule.js";
import { CAPSULE_PATH, collect, memoryMachine, repeatable } from "../../sdk/testing/fixtures.js";
import { CONSTANT_READS, curve, type Dimension, SizedCapsule } from "./capsules.js";
import { excess, LINEAR, LOGARITHMIC } from "./guard.js";

const SIZES: { readonly [dimension in Dimension]: readonly number[] } = {
  artifacts: [1000, 4000, 16_000],
  checkpoints: [250, 1000, 4000],
  branches: [64, 256, 1024],
};

describe.each(Object.keys(SIZES) as Dimension[])("with sixteen times the %s", (dimension) => {
  let capsules: SizedCapsule[];
  beforeAll(async () => {
    capsules = [];
    for (const size of SIZES[dimension]) capsules.push(await SizedCapsule.build(dimension, size));
  });

  it.each(Object.entries(CONSTANT_READS))("%s reads hardly more than before", async (_, work) => {
    const read = await curve(capsules, (each) => each.readBy((capsule) => work(capsule, each.size)));
    expect(excess(read, LOGARITHMIC)).toBeNull();
  });

  it("a list of the first ten reads hardly more than before", async () => {
    const read = await curve(capsules, (each) => each.readBy((capsule) => collect(capsule.list({ limit: 10 }))));
    expect(excess(read, LOGARITHMIC)).toBeNull();
  });

  it("a commit and a fork read and write hardly more than before", async () => {
    const put = await curve(capsules, (each) =>
      each.writtenBy(async (capsule) => {
        await capsule.put({ path: "one.md" }, "one more");
        await capsule.commit();
      }),
    );
    expect(excess(put, LOGARITHMIC)).toBeNull();
    const fork = await curve(capsules, (each) =>
      each.writtenBy(async (capsule) => {
        await capsule.fork("one/more");
        await capsule.commit();
      }),
    );
    expect(excess(fork, LOGARITHMIC)).toBeNull();
  });

  it("building writes in proportion", async () => {
    const written = await curve(capsules, async (each) => each.builtBytes);
    expect(excess(written, LINEAR)).toBeNull();
  });

  it("the guard catches calls that look at everything, once or for each thing there is", async () => {
    const everything = (capsule: Capsule) => collect(capsule.list({ kinds: ["revision", "checkpoint"] }));
    // Branches see of one another what main shows: there the branches themselves are gone through.
    const all = (capsule: Capsule) => (dimension === "branches" ? capsule.branches() : everything(capsule));
    const scanned = await curve(capsules, (each) => each.readBy(all));
    expect(excess(scanned, LOGARITHMIC)).toMatch(/grows as n\^0\.[5-9]|grows as n\^1/);
    expect(excess(scanned, LINEAR)).toBeNull();
    const quadratic = await curve(capsules, async (each) => ((await each.readBy(all)) * each.size) / 100);
    expect(excess(quadratic, LINEAR)).toMatch(/grows as n\^(1\.[5-9]|2)/);
  });
});

it("searching as of forty checkpoints again and again takes no more memory than once: views are replaced", async () => {
  const runtime = memoryMachine();
  const [artifacts, checkpoints] = [20_000, 40];
  const capsule = await Capsule.create(CAPSULE_PATH, repeatable(runtime));
  await capsule.putMany(
    Array.from({ length: artifacts }, (_, i) => ({ target: { path: `d${i}` }, content: `word ${i % 50}` })),
  );
  for (let i = 0; i < checkpoints; i++) {
    await capsule.remove(`mv2://default/workspace/main/artifact/d${i * 400}`);
    await capsule.commit({ label: `c${i}` });
  }
  await capsule.close();

  const reader = await Capsule.open(CAPSULE_PATH, { runtime });
  const memory: number[] = [];
  for (let pass = 0; pass < 6; pass++) {
    for (let i = 0; i < checkpoints; i++) {
      const view = await reader.at(`c${checkpoints - 1 - i}`);
      const { total } = await view.search("word", { count: true, limit: 1 });
      expect(total).toBe(artifacts - (checkpoints - i));
    }
    memory.push((await reader.stats()).coreMemoryBytes);
  }
  await reader.close();
  // The first pass fills the page cache. A bitmap that stayed for each view would add forty in each of the others.
  expect((memory[5] as number) - (memory[1] as number)).toBeLessThan((8 * artifacts) / 8);
});
