/** What is purged is in no byte of the file, as it lies there and as the independent reader decodes it. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { Capsule } from "../sdk/capsule.js";
import { BranchModel, type Step, stepArbitrary } from "../sdk/testing/branch-model.js";
import { CAPSULE_PATH, memoryMachine, newCapsule, repeatable } from "../sdk/testing/fixtures.js";
import { frameBody } from "./oracle/items.js";
import { verifyCapsule } from "./oracle/verify.js";

/** Every text that a reader can get at: the file, each frame's body decoded, each record's payload. */
function everything(file: Uint8Array): string {
  const { findings, history } = verifyCapsule(file);
  expect(findings.filter(({ level }) => level !== "notice")).toEqual([]);
  const decoder = new TextDecoder("latin1");
  const texts = [decoder.decode(file)];
  for (const frame of history?.frames.values() ?? []) texts.push(decoder.decode(frameBody(frame)));
  for (const { title, attributes, inline } of history?.records ?? []) {
    texts.push(...[title, attributes, inline ?? new Uint8Array(0)].map((bytes) => decoder.decode(bytes)));
  }
  return texts.join("\n");
}

test("a purge leaves no title, attribute, content or index term, and what others need of it", async () => {
  const { capsule, runtime } = await newCapsule({ specId: "S", runId: "r1" });
  const secret = { path: "person.md" };
  await capsule.put(secret, `xylophonist lives at quokkastreet ${"and so on ".repeat(20)}`, { title: "Zebrafinch" });
  await capsule.commitStage({ stage: "plan" });
  await capsule.put(secret, "Old wombatology\n".repeat(300), {
    attributes: { tel: "numbatnumber" },
    tags: ["tapirtag"],
  });
  await capsule.put({ path: "copy.md" }, "Old wombatology\n".repeat(300));
  await capsule.merge({ from: "run/r1" });
  const event = await capsule.emit({ type: "DebugTrace", payload: { message: "about ocelotmail", context: {} } });
  await capsule.put({ path: "other.md" }, "an innocent retry");
  // A dictionary is made of payloads, and must not be taken over.
  await capsule.putMany(
    Array.from({ length: 400 }, (_, index) => ({
      target: { path: `d/${index}.md` },
      content: `${index} `.repeat(350),
    })),
  );
  await capsule.close();
  const words = ["xylophonist", "quokkastreet", "Zebrafinch", "zebrafinch", "numbatnumber", "tapirtag", "ocelotmail"];
  const before = everything(runtime.files.readFile(CAPSULE_PATH));
  for (const word of words) expect(before).toContain(word);

  const uri = "mv2://default/S/r1/artifact/person.md";
  const purge = [uri, event];
  const result = await Capsule.compact(CAPSULE_PATH, { ...repeatable(runtime), purge, purgeReason: "asked for" });
  expect(result.purged).toEqual(purge);
  const after = everything(runtime.files.readFile(CAPSULE_PATH));
  for (const word of words) expect(after).not.toContain(word);
  expect(after).toContain("wombatology");
  expect(after).toContain('{"reason":"asked for","uri":"mv2://default/S/r1/artifact/person.md"}');

  const reader = await Capsule.open(CAPSULE_PATH, { runtime, runId: "r1" });
  for (const { id } of await reader.checkpoints()) expect(await (await reader.at(id)).get(uri)).toBeNull();
  expect(await reader.get("mv2://default/S/r1/artifact/copy.md", { as: "text" })).toContain("wombatology");
  expect((await reader.search("wombatology", { count: true })).total).toBe(1);
  await reader.close();
  const writer = await Capsule.open(CAPSULE_PATH, { ...repeatable(runtime), mode: "write" });
  const next = await writer.emit({ type: "IntakeCompleted", payload: {} });
  expect(await writer.resolve(next)).not.toBeNull();
  await writer.close();
});

test("a purge refuses what was never there, and checkpoints", async () => {
  const { capsule, runtime } = await newCapsule();
  await capsule.put({ path: "a.md" }, "a");
  const { checkpoint } = await capsule.commit({ label: "one" });
  await capsule.close();
  const bytes = runtime.files.readFile(CAPSULE_PATH);
  const purging = (uri: string) => Capsule.compact(CAPSULE_PATH, { ...repeatable(runtime), purge: [uri] });
  const absent = "mv2://default/workspace/main/artifact/b.md";
  await expect(purging(absent)).rejects.toMatchObject({ code: "NotFound", details: { uri: absent } });
  await expect(purging("no uri")).rejects.toMatchObject({ code: "InvalidUri" });
  await expect(purging(checkpoint?.uri ?? "")).rejects.toMatchObject({ code: "InvalidArgument" });
  expect(Buffer.compare(runtime.files.readFile(CAPSULE_PATH), bytes)).toBe(0);
});

test("the independent reader finds nothing wrong with compacted random histories", async () => {
  const steps = fc.array(stepArbitrary, { minLength: 20, maxLength: 100 });
  await fc.assert(
    fc.asyncProperty(steps, fc.boolean(), fc.boolean(), async (history: Step[], dropHistory, purges) => {
      const model = await BranchModel.create();
      for (const step of history) await model.apply(step);
      await model.close();
      const runtime = memoryMachine();
      runtime.files.writeFile(CAPSULE_PATH, model.file());
      const wanted = "mv2://default/workspace/main/artifact/n1.md";
      const reader = await Capsule.open(CAPSULE_PATH, { runtime });
      const isThere = (await reader.resolve(wanted)) !== null;
      await reader.close();
      const purge = purges && isThere ? [wanted] : [];
      await Capsule.compact(CAPSULE_PATH, { ...repeatable(runtime), dropHistory, purge });
      everything(runtime.files.readFile(CAPSULE_PATH));
    }),
    { numRuns: Number(process.env["HISTORIES"] ?? 15), seed: Number(process.env["SEED"] ?? 3) },
  );
}, 600_000);
