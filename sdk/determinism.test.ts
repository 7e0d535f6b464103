import { describe, expect, it } from "vitest";
import { Capsule } from "./capsule.js";
import { CAPSULE_PATH, memoryMachine, noise, repeatable, repeatingRandom } from "./testing/fixtures.js";

/** Writes a capsule with all that the SDK can write, and gives its bytes. */
async function written(options: { readonly seed?: number; readonly together?: boolean } = {}): Promise<Uint8Array> {
  const runtime = memoryMachine();
  const injected = { ...repeatable(runtime), random: repeatingRandom(options.seed) };
  const capsule = await Capsule.create(CAPSULE_PATH, { ...injected, specId: "SPEC-1", runId: "abc" });
  const documents = Array.from({ length: 300 }, (_, index) => ({
    target: { path: `d/${index}.md` },
    content: `document number ${index} about ${index % 7}`,
    title: `Title ${index}`,
    attributes: { z: index, a: { y: 1, b: [index] } },
    tags: ["t"],
  }));
  const work = [
    () => capsule.putMany(documents),
    () => capsule.put({ path: "large.bin" }, noise(1_300_000)),
    () =>
      capsule.put(
        { path: "stream" },
        (async function* () {
          yield noise(5000);
        })(),
      ),
    () => capsule.commitStage({ stage: "plan", gitCommit: "abc" }),
    () => capsule.emit({ type: "ToolCall", payload: { call_id: "1", tool_name: "t", input: { b: 1, a: 2 } } }),
    () => capsule.alias("mv2://default/SPEC-1/abc/artifact/alias", "mv2://default/SPEC-1/abc/artifact/stream", "moved"),
    () => capsule.remove("mv2://default/SPEC-1/abc/artifact/d/7.md"),
    () => capsule.commit({ label: "end" }),
  ];
  if (options.together) await Promise.all(work.map((start) => start()));
  else for (const start of work) await start();
  await capsule.close();
  return runtime.files.readFile(CAPSULE_PATH);
}

describe("the same calls with the same clock and randomness", () => {
  it("give the same bytes, awaited one by one or asked for at once", async () => {
    const first = await written();
    expect(Buffer.compare(first, await written())).toBe(0);
    expect(Buffer.compare(first, await written({ together: true }))).toBe(0);
  });

  it("give other bytes with other randomness, so that the comparison can fail", async () => {
    expect(Buffer.compare(await written(), await written({ seed: 2 }))).not.toBe(0);
  });
});
