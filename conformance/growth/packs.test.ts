import { expect, it } from "vitest";
import { Capsule } from "../../sdk/capsule.js";
import { CAPSULE_PATH, repeatable } from "../../sdk/testing/fixtures.js";
import { CountedRuntime } from "./counted-runtime.js";

const MB = 1024 * 1024;
/** Eight chunks of the packs' cache; see asm/log/pack-cache.ts. */
const CACHE_BYTES = 8 * MB;

/** Letters that hardly compress: what a record holds is about what it takes. */
function noise(seed: number, length: number): string {
  let state = seed + 1;
  let text = "";
  while (text.length < length) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    text += String.fromCharCode(33 + ((state >>> 24) % 90));
  }
  return text;
}

async function capsuleOf(
  machine: CountedRuntime,
  count: number,
  length: number,
  commitEvery: number,
): Promise<string[]> {
  const capsule = await Capsule.create(CAPSULE_PATH, repeatable(machine.runtime));
  const uris: string[] = [];
  for (let i = 0; i < count; i++) {
    uris.push(await capsule.put({ path: `d${i}` }, noise(i, length), { index: false }));
    if (i % commitEvery === 0) await capsule.commit();
  }
  await capsule.close();
  return uris;
}

it("packs that were read once are at hand: thousands of small ones, each of a commit of its own", async () => {
  const machine = new CountedRuntime();
  const uris = await capsuleOf(machine, 2000, 40, 1);
  const capsule = await Capsule.open(CAPSULE_PATH, { runtime: machine.runtime });
  const pass = () =>
    machine.during(async () => {
      for (const [i, uri] of uris.entries()) expect(await capsule.get(uri, { as: "text" })).toBe(noise(i, 40));
    });
  const first = await pass();
  const second = await pass();
  expect(first.read).toBeGreaterThan(2000 * 100);
  // A few share their place in the table.
  expect(second.read).toBeLessThan(first.read / 5);
  await capsule.close();
});

it("packs of more bytes than are kept are read again, right and in bounded memory", async () => {
  const machine = new CountedRuntime();
  const uris = await capsuleOf(machine, 12_000, 1900, 4000);
  const capsule = await Capsule.open(CAPSULE_PATH, { runtime: machine.runtime });
  const before = (await capsule.stats()).coreMemoryBytes;
  for (let pass = 0; pass < 2; pass++) {
    for (let i = pass; i < uris.length; i += 5) {
      const index = (i * 7919) % uris.length;
      expect(await capsule.get(uris[index] as string, { as: "text" })).toBe(noise(index, 1900));
    }
  }
  const { coreMemoryBytes, sizeBytes } = await capsule.stats();
  expect(sizeBytes).toBeGreaterThan(2 * CACHE_BYTES);
  expect(coreMemoryBytes - before).toBeLessThan(CACHE_BYTES + 4 * MB);
  await capsule.close();
});
