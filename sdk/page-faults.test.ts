import { describe, expect, it } from "vitest";
import { Capsule } from "./capsule.js";
import type { Readable } from "./readable.js";
import { generateSigningKeys } from "./signature/keys.js";
import { CAPSULE_PATH, collect, collectBytes, errorOf, memoryMachine, newCapsule, noise } from "./testing/fixtures.js";
import { type FaultCounts, faultingFile } from "./testing/page-faults.js";

const WORDS = ["budget", "retry", "plan", "gate", "branch", "café", "größe", "merge"];

async function filledMachine() {
  const runtime = memoryMachine();
  const { capsule } = await newCapsule({ runtime });
  for (let batch = 0; batch < 6; batch++) {
    await capsule.putMany(
      Array.from({ length: 200 }, (_, index) => ({
        target: { path: `batch-${batch}/${index}.md` },
        content: `${WORDS[index % 8]} ${WORDS[(index * batch) % 8]} number ${index}`,
        title: `Title ${WORDS[batch]}`,
      })),
    );
    await capsule.put({ path: "same" }, `revision ${batch}`);
    await capsule.emit({ type: "DebugTrace", payload: { message: `batch ${batch}`, context: null } });
    await capsule.commit({ label: `batch ${batch}` });
  }
  await capsule.put({ path: "large" }, noise(2_500_000));
  await capsule.alias(
    "mv2://default/workspace/main/artifact/alias",
    "mv2://default/workspace/main/artifact/same",
    "moved",
  );
  await capsule.close();
  return runtime;
}

/** All that can be read, in a form that can be compared. */
async function everything(reader: Readable & { at?: Capsule["at"] }) {
  const entries = await collect(reader.list({ kinds: ["revision", "event", "checkpoint"] }));
  return {
    entries,
    contents: await Promise.all(
      entries.slice(0, 40).map(({ uri }) => reader.get(uri, { as: "text" }).catch(() => "not text")),
    ),
    large: await reader.resolve("mv2://default/workspace/main/artifact/large", { contentHash: true }),
    alias: await reader.get("mv2://default/workspace/main/artifact/alias", { as: "text" }),
    absent: await reader.get("mv2://default/workspace/main/artifact/absent"),
    search: await reader.search("retry größe", { limit: 20, explain: true, count: true }),
    events: await collect(reader.events()),
    checkpoints: await reader.checkpoints(),
  };
}

describe("a file that answers later", () => {
  it("gives the same as one that answers at once", async () => {
    const runtime = await filledMachine();
    const local = await Capsule.open(CAPSULE_PATH, { runtime });
    const counts: FaultCounts = { reads: 0, bytesRead: 0 };
    const file = faultingFile(runtime.files.open(CAPSULE_PATH, { mode: "read" }), counts);
    const remote = await Capsule.open(CAPSULE_PATH, { runtime, file });
    expect(counts.reads).toBeGreaterThan(0);
    expect(remote.info).toEqual(local.info);
    expect(await everything(remote)).toEqual(await everything(local));
    for (const label of ["batch 0", "batch 3"]) {
      expect(await everything(await remote.at(label))).toEqual(await everything(await local.at(label)));
    }
    expect(await collect(remote.log())).toEqual(await collect(local.log()));
    expect(await remote.doctor({ deep: true })).toEqual(await local.doctor({ deep: true }));
    const stream = await remote.get("mv2://default/workspace/main/artifact/large", { as: "stream" });
    expect((await collectBytes(stream as ReadableStream<Uint8Array>)).length).toBe(2_500_000);
    await remote.close();
    await local.close();
  });

  it("is found damaged at the same places, and signed by the same keys", async () => {
    const runtime = await filledMachine();
    const { secretKey, publicKey } = generateSigningKeys();
    const writer = await Capsule.open(CAPSULE_PATH, { runtime, mode: "write" });
    await writer.sign(secretKey);
    await writer.close();
    const damaged = runtime.files.readFile(CAPSULE_PATH);
    for (const at of [3000, 60_000]) damaged[at] = (damaged[at] ?? 0) ^ 1;
    runtime.files.writeFile(CAPSULE_PATH, damaged);
    const local = await Capsule.open(CAPSULE_PATH, { runtime });
    const remote = await Capsule.open(CAPSULE_PATH, {
      runtime,
      file: faultingFile(runtime.files.open(CAPSULE_PATH, { mode: "read" })),
    });
    const findings = await local.doctor({ deep: true });
    expect(findings.map(({ code }) => code)).toEqual(findings.map(() => "Corrupted"));
    expect(findings.length).toBeGreaterThan(1);
    expect(await remote.doctor({ deep: true })).toEqual(findings);
    const trustedKeys = [publicKey];
    expect(await local.verifySignatures({ trustedKeys })).toMatchObject({ state: "verified" });
    expect(await remote.verifySignatures({ trustedKeys })).toEqual(await local.verifySignatures({ trustedKeys }));
    await remote.close();
    await local.close();
  });

  it("serves many reads that were asked for at once, each its own", async () => {
    const runtime = await filledMachine();
    const file = faultingFile(runtime.files.open(CAPSULE_PATH, { mode: "read" }));
    const remote = await Capsule.open(CAPSULE_PATH, { runtime, file });
    const uris = (await collect(remote.list({ limit: 60 }))).map(({ uri }) => uri);
    const together = await Promise.all(uris.map((uri) => remote.get(uri, { as: "text" })));
    for (const [index, uri] of uris.entries()) expect(together[index]).toBe(await remote.get(uri, { as: "text" }));
    const [hits, , again] = await Promise.all([
      remote.search("retry"),
      remote.get(uris[0] as string),
      remote.search("retry"),
    ]);
    expect(again).toEqual(hits);
    await remote.close();
  });

  it("fails with WorkingSetTooLarge where one read needs more than may be kept", async () => {
    const runtime = await filledMachine();
    const open = () => runtime.files.open(CAPSULE_PATH, { mode: "read" });
    const remote = await Capsule.open(CAPSULE_PATH, {
      runtime,
      file: faultingFile(open()),
      maxWorkingSetBytes: 400_000,
    });
    expect(await errorOf(remote.get("mv2://default/workspace/main/artifact/large"))).toMatchObject({
      code: "WorkingSetTooLarge",
    });
    expect(await remote.get("mv2://default/workspace/main/artifact/same", { as: "text" })).toBe("revision 5");
    await remote.close();
  });

  it("can't be written", async () => {
    const runtime = await filledMachine();
    const file = faultingFile(runtime.files.open(CAPSULE_PATH, { mode: "read" }));
    expect(await errorOf(Capsule.open(CAPSULE_PATH, { runtime, file, mode: "write" }))).toMatchObject({
      code: "InvalidArgument",
    });
    file.close();
  });
});
