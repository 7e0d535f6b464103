import { describe, expect, it } from "vitest";
import { Capsule } from "./capsule.js";
import { newCheckpointId } from "./checkpoint-ids.js";
import { CAPSULE_PATH, collect, errorOf, newCapsule, START_MS } from "./testing/fixtures.js";

const URI = "mv2://default/SPEC-1/abc/artifact/x";

describe("commit()", () => {
  it("without a label makes a plain commit, and none if nothing waits", async () => {
    const { capsule } = await newCapsule();
    expect(await capsule.commit()).toMatchObject({ sequence: 0, committed: false, checkpoint: null });
    await capsule.put(URI, "1");
    const first = await capsule.commit();
    expect(first).toMatchObject({
      sequence: 1,
      committed: true,
      checkpoint: null,
      root: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(await capsule.commit()).toEqual({ ...first, committed: false });
    expect(await capsule.checkpoints()).toEqual([]);
    await capsule.close();
  });

  it("with a label makes a manual checkpoint, also when nothing waits", async () => {
    const { capsule } = await newCapsule({ specId: "SPEC-1", runId: "abc" });
    const { checkpoint } = await capsule.commit({ label: "Überblick", gitCommit: "deadbeef" });
    expect(checkpoint).toMatchObject({
      id: expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{26}$/),
      label: "Überblick",
      stage: null,
      specId: "SPEC-1",
      runId: "abc",
      commitHash: "deadbeef",
      isManual: true,
      branch: "run/abc",
      sequence: 1,
    });
    expect(checkpoint?.uri).toBe(`mv2://default/SPEC-1/abc/checkpoint/${checkpoint?.id}`);
    expect(await capsule.checkpoints()).toEqual([checkpoint]);
    await capsule.close();
  });

  it("refuses a label twice, also after reopening, unless forced: then it names the newer", async () => {
    const { capsule, runtime } = await newCapsule();
    await capsule.put(URI, "old");
    await capsule.commit({ label: "same" });
    await capsule.close();
    const writer = await Capsule.open(CAPSULE_PATH, { runtime, mode: "write" });
    await writer.put(URI, "new");
    expect(await errorOf(writer.commit({ label: "same" }))).toMatchObject({ code: "DuplicateLabel", exitCode: 1 });
    expect((await writer.stats()).pendingRecords).toBe(1);
    await writer.commit({ label: "same", force: true });
    expect(await (await writer.at("same")).get(URI, { as: "text" })).toBe("new");
    expect(await writer.checkpoints()).toHaveLength(2);
    await writer.close();
  });

  it.each(["", "a\nb", "x".repeat(257), "\ud800"])("refuses the label %j", async (label) => {
    const { capsule } = await newCapsule();
    expect((await errorOf(capsule.commit({ label }))).code).toMatch(/InvalidArgument|TooLarge/);
    await capsule.close();
  });
});

describe("commitStage()", () => {
  it("makes a checkpoint and its event in one commit with what waits", async () => {
    const { capsule, runtime } = await newCapsule({ specId: "SPEC-1", runId: "run_abc" });
    await capsule.put(URI, "plan");
    const policyUri = await capsule.put({ path: "p", type: "policy" }, "{}");
    const checkpoint = await capsule.commitStage({ stage: "plan", gitCommit: "abc123", policyUri, policyId: "p" });
    await capsule.close();
    const reader = await Capsule.open(CAPSULE_PATH, { runtime, runId: "abc" });
    expect(await reader.checkpoints()).toEqual([checkpoint]);
    expect(checkpoint).toMatchObject({
      stage: "plan",
      isManual: false,
      commitHash: "abc123",
      sequence: 1,
      label: null,
    });
    expect(await collect(reader.events())).toMatchObject([
      {
        uri: "mv2://default/SPEC-1/abc/event/1",
        type: "StageTransition",
        stage: "plan",
        sequence: 1,
        payload: { stage: "plan", checkpoint_id: checkpoint.id, policy_uri: policyUri, policy_id: "p" },
      },
    ]);
    expect(await collect(reader.log())).toHaveLength(1);
    await reader.close();
  });

  it("refuses a stage without a name", async () => {
    const { capsule } = await newCapsule();
    expect(await errorOf(capsule.commitStage({ stage: "" }))).toMatchObject({ code: "InvalidArgument" });
    await capsule.close();
  });
});

describe("at()", () => {
  it("shows everything as it was, by id or label, whatever happens later", async () => {
    const { capsule, runtime } = await newCapsule({ specId: "SPEC-1", runId: "abc" });
    await capsule.put({ path: "x" }, "first words", { title: "One" });
    const first = await capsule.commitStage({ stage: "plan" });
    await capsule.put({ path: "x" }, "second words");
    await capsule.put({ path: "y" }, "more words");
    await capsule.emit({ type: "DebugTrace", payload: { message: "m", context: {} } });
    await capsule.commit({ label: "two" });
    await capsule.remove(URI);
    await capsule.commit();
    await capsule.close();

    const reader = await Capsule.open(CAPSULE_PATH, { runtime, branch: "run/run_abc" });
    const before = await reader.at(first.id);
    expect(before.sequence).toBe(1);
    expect(await before.get(URI, { as: "text" })).toBe("first words");
    expect(await before.resolve(URI)).toMatchObject({ title: "One", sequence: 1 });
    expect(await collect(before.list())).toHaveLength(1);
    expect((await before.search("words")).hits.map(({ uri }) => uri)).toEqual([URI]);
    expect(await collect(before.events())).toHaveLength(1);
    expect(await before.checkpoints()).toHaveLength(1);
    expect(await before.stats()).toEqual({
      sequence: 1,
      uriCount: 3,
      revisionCount: 1,
      eventCount: 1,
      checkpointCount: 1,
      contentBytes: 11 + payloadBytes(first.id),
    });

    const two = await reader.at("two");
    expect(await two.get(URI, { as: "text" })).toBe("second words");
    expect((await two.search("words", { count: true })).total).toBe(2);
    expect(await collect(two.events())).toHaveLength(2);
    expect(await reader.get(URI)).toBeNull();
    expect((await reader.search("words", { count: true })).total).toBe(1);
    const now = await reader.snapshot();
    expect(now.sequence).toBe(3);
    expect(await collect(now.list())).toHaveLength(1);
    await reader.close();
    expect(await errorOf(before.get(URI))).toMatchObject({ code: "Closed" });
  });

  it("names what it doesn't know", async () => {
    const { capsule } = await newCapsule();
    await capsule.commit({ label: "there" });
    expect(await errorOf(capsule.at("elsewhere"))).toMatchObject({
      code: "UnknownCheckpoint",
      details: { checkpoint: "elsewhere" },
    });
    expect(await errorOf(capsule.at("x".repeat(5000)))).toMatchObject({ code: "UnknownCheckpoint" });
    expect(await errorOf(capsule.at(""))).toMatchObject({ code: "InvalidArgument" });
    await capsule.close();
  });

  it("finds each of many checkpoints, through segments", async () => {
    const { capsule, runtime } = await newCapsule();
    const checkpoints: string[] = [];
    for (let i = 0; i < 150; i++) {
      await capsule.put(URI, `revision ${i}`);
      checkpoints.push((await capsule.commit({ label: `c${i}` })).checkpoint?.id as string);
    }
    await capsule.close();
    const reader = await Capsule.open(CAPSULE_PATH, { runtime });
    expect((await reader.checkpoints()).map(({ id }) => id)).toEqual(checkpoints);
    for (const [index, id] of checkpoints.entries()) {
      expect(await (await reader.at(id)).get(URI, { as: "text" })).toBe(`revision ${index}`);
      expect((await reader.at(`c${index}`)).sequence).toBe(index + 1);
    }
    expect((await collect(reader.log())).map(({ sequence }) => sequence)).toEqual(
      checkpoints.map((_, index) => 150 - index),
    );
    await reader.close();
  });
});

function payloadBytes(checkpointId: string): number {
  return JSON.stringify({ checkpoint_id: checkpointId, stage: "plan" }).length;
}

describe("newCheckpointId()", () => {
  const zeros = (count: number) => new Uint8Array(count);

  it("sorts by time and is never the same twice, even if time and randomness stand still", () => {
    const taken = new Set<string>();
    for (let i = 0; i < 500; i++) taken.add(newCheckpointId(START_MS, zeros, (id) => taken.has(id)));
    expect(taken.size).toBe(500);
    expect([...taken].toSorted()).toEqual([...taken]);
    expect(newCheckpointId(START_MS + 1, zeros, () => false) > ([...taken].at(-1) as string)).toBe(true);
  });

  it("is a ULID", () => {
    // 1469918176385 ms is 01ARYZ6S41 in the ULID specification's example.
    expect(newCheckpointId(1_469_918_176_385, zeros, () => false)).toBe("01ARYZ6S410000000000000000");
    expect(
      newCheckpointId(
        0,
        (count) => new Uint8Array(count).fill(255),
        () => false,
      ),
    ).toBe(`0000000000${"Z".repeat(16)}`);
  });
});
