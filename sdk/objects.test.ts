import { describe, expect, it } from "vitest";
import { Capsule } from "./capsule.js";
import { getCard, getEdge, listCards, listEdges, putCard, putEdge, setPolicy } from "./objects.js";
import type { Card, Edge } from "./schema/objects.js";
import { CAPSULE_PATH, collect, errorOf, newCapsule } from "./testing/fixtures.js";

const CARD_URI = "mv2://default/S-1/r1/card/c1";
const card: Card = {
  card_id: "c1",
  card_type: "risk",
  title: "Retries pile up",
  facts: [
    { key: "limit", value: 3, value_type: "number", confidence: 0.5, source_uris: ["mv2://default/S-1/r1/artifact/a"] },
  ],
  provenance: { tool: "planner" },
  version: 1,
};
const edge: Edge = {
  edge_id: "e1",
  edge_type: "supports",
  from_uri: CARD_URI,
  to_uri: "mv2://default/S-1/r1/artifact/a",
  weight: 0.5,
  provenance: {},
  version: 1,
};

describe("cards and edges", () => {
  it("are stored as canonical JSON under their types, read back and listed by type", async () => {
    const { capsule } = await newCapsule({ specId: "S-1", runId: "r1" });
    expect(await putCard(capsule, card)).toBe(CARD_URI);
    await putCard(capsule, { ...card, card_id: "c2", card_type: "decision" });
    const edgeUri = await putEdge(capsule, edge);
    expect(edgeUri).toBe("mv2://default/S-1/r1/edge/e1");
    expect(await getCard(capsule, CARD_URI)).toEqual(card);
    expect(await getEdge(capsule, edgeUri)).toEqual(edge);
    expect(await capsule.get(edgeUri, { as: "text" })).toMatch(/^\{"edge_id":"e1","edge_type":"supports","from_uri"/);
    expect((await collect(listCards(capsule))).map(({ value }) => value.card_id)).toEqual(["c1", "c2"]);
    expect((await collect(listCards(capsule, { type: "risk" }))).map(({ uri }) => uri)).toEqual([CARD_URI]);
    expect(await collect(listEdges(capsule, { type: "contradicts" }))).toEqual([]);
    await capsule.commit();
    expect((await capsule.search("pile")).hits.map(({ uri }) => uri)).toContain(CARD_URI);
    await capsule.close();
  });

  it("are refused with the fields that are wrong, and aren't read from something else", async () => {
    const { capsule } = await newCapsule();
    const wrong = { ...edge, to_uri: "file 7", colour: "red" } as Edge;
    const error = await errorOf(putEdge(capsule, wrong));
    expect(error).toMatchObject({ code: "InvalidArgument" });
    expect(error.message).toMatch(/to_uri: expected an mv2:\/\/ URI/);
    const uri = await capsule.put({ path: "x", type: "card" }, "no card");
    expect(await errorOf(getCard(capsule, uri))).toMatchObject({ code: "InvalidArgument" });
    expect(await getCard(capsule, `${uri}y`)).toBeNull();
    await capsule.close();
  });
});

describe("setPolicy()", () => {
  it("stamps every stage transition from then on, in later handles too", async () => {
    const { capsule, runtime } = await newCapsule({ specId: "S-1", runId: "r1" });
    await capsule.commitStage({ stage: "intake" });
    const first = await setPolicy(capsule, { policy_id: "strict", version: 1, max_cost: 5 });
    expect(first).toMatchObject({ policyUri: "mv2://default/policy/strict", policyId: "strict" });
    await capsule.commitStage({ stage: "plan" });
    await capsule.close();
    const next = await Capsule.open(CAPSULE_PATH, { runtime, mode: "write", specId: "S-1", runId: "r1" });
    await next.commitStage({ stage: "build" });
    const second = await setPolicy(next, { policy_id: "strict", version: 2 });
    expect(second.policyHash).not.toBe(first.policyHash);
    await next.commitStage({ stage: "ship" });
    await next.commitStage({ stage: "own", policyId: "other" });
    const stamps = (await collect(next.events({ type: "StageTransition" }))).map(({ payload }) => payload);
    const stampOf = (hash: string) => ({ policy_id: "strict", policy_hash: hash, policy_uri: first.policyUri });
    expect(stamps[0]).not.toHaveProperty("policy_id");
    expect(stamps[1]).toMatchObject(stampOf(first.policyHash));
    expect(stamps[2]).toMatchObject(stampOf(first.policyHash));
    expect(stamps[3]).toMatchObject(stampOf(second.policyHash));
    expect(stamps[4]).toMatchObject({ policy_id: "other" });
    expect(stamps[4]).not.toHaveProperty("policy_hash");
    expect(await collect(next.events({ type: "PolicySnapshotRef" }))).toHaveLength(2);
    await next.close();
  });

  it("is in force on its own branch alone", async () => {
    const { capsule } = await newCapsule({ specId: "S-1", runId: "r1" });
    await setPolicy(capsule, { policy_id: "of-r1" });
    const stampOf = async (runId: string) => {
      await capsule.commitStage({ stage: "plan", specId: "S-1", runId });
      const run = await capsule.snapshot({ branch: `run/${runId}` });
      return (await collect(run.events({ type: "StageTransition" })))[0]?.payload["policy_id"];
    };
    expect([await stampOf("r1"), await stampOf("r2")]).toEqual(["of-r1", undefined]);
    await capsule.close();
  });

  it("takes the URI of a policy that is there, and no other", async () => {
    const { capsule } = await newCapsule();
    const { policyUri } = await setPolicy(capsule, { policy_id: "p" });
    expect(await setPolicy(capsule, policyUri)).toMatchObject({ policyUri, policyId: "p" });
    expect(await errorOf(setPolicy(capsule, `${policyUri}2`))).toMatchObject({ code: "NotFound" });
    expect(await errorOf(setPolicy(capsule, "mv2://default/S/main/artifact/x"))).toMatchObject({
      code: "InvalidArgument",
    });
    await capsule.close();
  });
});
