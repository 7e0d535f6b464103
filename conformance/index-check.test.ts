import { describe, expect, it } from "vitest";
import { createMemoryRuntime } from "../runtimes/memory.js";
import { Capsule } from "../sdk/capsule.js";
import type { Diagnostic } from "../sdk/diagnostics.js";
import { openCapsule } from "./oracle/capsule.js";
import { CapsuleWriter, type CommitOptions } from "./oracle/writer.js";

/** Deep verification builds the index anew: here from files of the oracle, which have been written by other code. */

const PATH = "/project/test.mv2";
const uri = (path: string) => `mv2://test/spec/run/artifact/${path}`;

function runtimeWith(bytes: Uint8Array) {
  const runtime = createMemoryRuntime();
  runtime.files.makeDirectory("/project");
  const file = runtime.files.open(PATH, { mode: "create-exclusive" });
  file.append(bytes);
  file.close();
  return runtime;
}

function examine(bytes: Uint8Array, options: { readonly index?: boolean } = {}): Promise<Diagnostic[]> {
  return Capsule.doctor(PATH, { runtime: runtimeWith(bytes), deep: true, ...options });
}

/** Two segments: the second hides documents of the first, and has an alias, an event, a checkpoint and content in blobs. */
function write(options: Pick<CommitOptions, "falsify"> = {}): Uint8Array {
  const writer = CapsuleWriter.create();
  for (let i = 0; i < 5; i++)
    writer.add({
      kind: "revision",
      uri: uri(`${i}.md`),
      title: `Title ${i}`,
      content: `the retry budget of queue ${i}`,
    });
  writer.commit({ segments: "tail" });
  writer.add({ kind: "revision", uri: uri("1.md"), content: "a second revision, long enough to be looked up again" });
  writer.add({ kind: "removal", uri: uri("2.md") });
  writer.add({ kind: "alias", uri: uri("old.md"), content: uri("3.md") });
  writer.add({ kind: "event", uri: "mv2://test/spec/run/event/1", tag: 3, content: "{}" });
  writer.add({ kind: "checkpoint", uri: "mv2://test/spec/run/checkpoint/c1", title: "first" });
  writer.add({ kind: "revision", uri: uri("big.md"), content: "words of a long text ".repeat(2_000) });
  writer.commit({ segments: "tail", ...options });
  return writer.bytes;
}

describe("deep verification", () => {
  it("finds an index right that is right", async () => {
    expect(await examine(write())).toMatchObject([{ code: "Healthy" }]);
  });

  it("reports a segment that lies, wherever it does, though all its hashes are right", async () => {
    const length = openCapsule(write()).head?.body.segments?.[1]?.dataBytes ?? 0;
    for (let at = 0; at < length; at += 397) {
      const bytes = write({
        falsify: (data) => data.map((byte, index) => (index === at ? byte ^ 1 : byte)),
      });
      const offset = openCapsule(bytes).head?.body.segments?.[1]?.firstExtentOffset;
      expect(await examine(bytes), `byte ${at}`).toMatchObject([{ code: "IndexMismatch", level: "error", offset }]);
      expect(await examine(bytes, { index: false })).toMatchObject([{ code: "Healthy" }]);
    }
  });

  it("changes nothing of a capsule that is being written to", async () => {
    const runtime = runtimeWith(write());
    const capsule = await Capsule.open(PATH, { runtime, mode: "write" });
    const added = await capsule.put({ path: "new.md" }, "waits for its commit");
    expect(await capsule.doctor({ deep: true })).toMatchObject([{ code: "Healthy" }]);
    await capsule.commit();
    expect(await capsule.get(added, { as: "text" })).toBe("waits for its commit");
    expect((await capsule.search("commit")).hits).toHaveLength(1);
    await capsule.close();
    expect(await Capsule.doctor(PATH, { runtime, deep: true })).toMatchObject([{ code: "Healthy" }]);
  });

  it("puts a big segment together from pieces", async () => {
    const runtime = createMemoryRuntime();
    runtime.files.makeDirectory("/project");
    const capsule = await Capsule.create(PATH, { runtime });
    let word = 0;
    let mostSegments = 0;
    for (let i = 0; i < 16; i++) {
      const text = Array.from({ length: 100_000 }, () => (word++ * 7_919_331).toString(36)).join(" ");
      await capsule.put({ path: `${i}.txt` }, text);
      mostSegments = Math.max(mostSegments, (await capsule.stats()).segmentCount);
    }
    // Merged at the end, from more than one memtable.
    expect(mostSegments).toBeGreaterThan(1);
    await capsule.commit();
    expect((await capsule.stats()).segmentCount).toBe(1);
    expect(await capsule.doctor({ deep: true })).toMatchObject([{ code: "Healthy" }]);
    await capsule.close();
  });
});
