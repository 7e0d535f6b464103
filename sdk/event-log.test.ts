import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Capsule } from "./capsule.js";
import { checkEventType, eventTypeName, eventTypeNumbers, eventTypes, isAuditEvent } from "./event-types.js";
import type { EventInput } from "./events.js";
import { eventSchemas, payloadFaults } from "./schema/events.js";
import { CAPSULE_PATH, collect, errorOf, newCapsule, START_MS } from "./testing/fixtures.js";

const trace = (message: string): EventInput => ({ type: "DebugTrace", payload: { message, context: { n: 1 } } });
const gate = (stage: string): EventInput => ({
  type: "GateDecision",
  payload: { gate_name: "tests", outcome: "passed", stage, blocking: true },
});
const call = (payload: object): EventInput =>
  ({
    type: "ModelCallEnvelope",
    payload: {
      call_id: "1",
      model: "m",
      routing_mode: "cloud",
      capture_mode: "prompts_only",
      success: true,
      ...payload,
    },
  }) as EventInput;

describe("emit()", () => {
  it("numbers events through the life of the capsule", async () => {
    const { capsule, runtime } = await newCapsule();
    expect(await capsule.emit(trace("a"))).toBe("mv2://default/event/1");
    expect(await capsule.emit({ ...trace("b"), specId: "S", runId: "run_r" })).toBe("mv2://default/S/r/event/2");
    await capsule.commit();
    expect(await capsule.emit(trace("c"))).toBe("mv2://default/event/3");
    await capsule.close();
    const writer = await Capsule.open(CAPSULE_PATH, { runtime, mode: "write", specId: "S", runId: "r" });
    expect(await writer.emit(trace("d"))).toBe("mv2://default/S/r/event/4");
    await writer.commit();
    expect((await collect(writer.events())).map(({ payload }) => payload["message"])).toEqual(["b", "d"]);
    const main = await writer.snapshot({ branch: "main" });
    expect((await collect(main.events())).map(({ payload }) => payload["message"])).toEqual(["a", "c"]);
    await writer.close();
  });

  it("stores the envelope and the payload, and gives both back", async () => {
    const { capsule } = await newCapsule({ specId: "S", runId: "r" });
    const uri = await capsule.emit({ ...gate("plan"), atMs: START_MS });
    await capsule.commit();
    expect(await collect(capsule.events())).toEqual([
      {
        uri,
        type: "GateDecision",
        atMs: START_MS,
        specId: "S",
        runId: "r",
        stage: "plan",
        branch: "run/r",
        sequence: 1,
        payload: { gate_name: "tests", outcome: "passed", stage: "plan", blocking: true },
      },
    ]);
    expect(await capsule.get(uri, { as: "text" })).toBe(
      '{"blocking":true,"gate_name":"tests","outcome":"passed","stage":"plan"}',
    );
    expect(await capsule.resolve(uri)).toMatchObject({
      kind: "event",
      mediaType: "application/json",
      attributes: { stage: "plan" },
    });
    await capsule.close();
  });

  it("lists the valid types when one is unknown", async () => {
    const { capsule } = await newCapsule();
    const error = await errorOf(capsule.emit({ type: "Nonsense", payload: {} } as never));
    expect(error).toMatchObject({ code: "UnknownEventType", details: { validTypes: eventTypes } });
    expect(error.hint).toContain("StageTransition, PolicySnapshotRef");
    expect(await errorOf(capsule.emit({ type: "toString", payload: {} } as never))).toMatchObject({
      code: "UnknownEventType",
    });
    await capsule.close();
  });

  it("names each faulty field of a payload", async () => {
    const { capsule } = await newCapsule();
    const error = await errorOf(
      capsule.emit({ type: "GateDecision", payload: { gate_name: "g", stage: 1, extra: true } } as never),
    );
    expect(error.code).toBe("InvalidEventPayload");
    expect(error.message).toMatch(/outcome: .*stage: .*blocking: .*extra/s);
    expect(
      await errorOf(capsule.emit({ type: "RetrievalResponse", payload: { request_id: "1", hit_uris: ["x"] } })),
    ).toMatchObject({
      message: expect.stringContaining("hit_uris.0: expected an mv2:// URI"),
    });
    expect(await errorOf(capsule.emit(trace("x".repeat(70_000))))).toMatchObject({ code: "TooLarge" });
    expect((await capsule.stats()).pendingRecords).toBe(0);
    await capsule.close();
  });

  it.each([
    ["none", {}, false],
    ["none", { capture_mode: "none" }, false],
    ["prompts_only", { prompt: "p" }, true],
    ["prompts_only", { capture_mode: "none" }, true],
    ["prompts_only", { capture_mode: "none", prompt: "p" }, false],
    ["prompts_only", { response: "r" }, false],
    ["prompts_only", { capture_mode: "full_io" }, false],
    ["full_io", { capture_mode: "full_io", prompt: "p", response: "r" }, true],
    ["full_io", { response: "r" }, false],
  ] as const)("under capture mode %s, %j is stored: %s", async (captureMode, payload, isStored) => {
    const { capsule } = await newCapsule({ captureMode });
    if (isStored) await capsule.emit(call(payload));
    else
      expect(await errorOf(capsule.emit(call(payload)))).toMatchObject({ code: "CaptureModeViolation", exitCode: 1 });
    await capsule.commit();
    expect(await collect(capsule.events())).toHaveLength(isStored ? 1 : 0);
    await capsule.close();
  });
});

describe("events()", () => {
  async function filled() {
    const { capsule } = await newCapsule({ branch: "main" });
    await capsule.emit({ ...gate("plan"), specId: "S", runId: "run-1" });
    await capsule.emit({ ...gate("tasks"), specId: "S", runId: "run-10" });
    const checkpoint = await capsule.commitStage({ stage: "plan", specId: "S", runId: "run-1" });
    await capsule.emit({ ...trace("m"), specId: "S", runId: "run-1" });
    await capsule.emit({ ...call({}), stage: "plan" });
    await capsule.commit();
    const numbers = async (filters: Parameters<Capsule["events"]>[0]) =>
      (await collect(capsule.events(filters))).map(({ uri }) => Number(uri.slice(uri.lastIndexOf("/") + 1)));
    return { capsule, checkpoint, numbers };
  }

  it("filters by each property, matching ids whole", async () => {
    const { capsule, checkpoint, numbers } = await filled();
    expect(await numbers({})).toEqual([1, 2, 3, 4, 5]);
    expect(await numbers({ type: "GateDecision" })).toEqual([1, 2]);
    expect(await numbers({ stage: "plan" })).toEqual([1, 3, 5]);
    expect(await numbers({ specId: "S" })).toEqual([1, 2, 3, 4]);
    expect(await numbers({ runId: "run-1" })).toEqual([1, 3, 4]);
    expect(await numbers({ runId: "run_run-1" })).toEqual([1, 3, 4]);
    expect(await numbers({ runId: "run" })).toEqual([]);
    expect(await numbers({ auditOnly: true })).toEqual([1, 2, 3]);
    expect(await numbers({ sinceCheckpoint: checkpoint.id })).toEqual([4, 5]);
    expect(await numbers({ limit: 2 })).toEqual([1, 2]);
    expect(await numbers({ limit: 0 })).toEqual([]);
    expect(await numbers({ type: "GateDecision", stage: "plan", runId: "run-1" })).toEqual([1]);
    await capsule.close();
  });

  it("refuses filters that can't match by mistake", async () => {
    const { capsule } = await filled();
    expect(await errorOf(collect(capsule.events({ type: "Gate" as never })))).toMatchObject({
      code: "UnknownEventType",
    });
    expect(await errorOf(collect(capsule.events({ sinceCheckpoint: "x" })))).toMatchObject({
      code: "UnknownCheckpoint",
    });
    expect(await errorOf(collect(capsule.events({ limit: 0.5 })))).toMatchObject({ code: "InvalidArgument" });
    const signal = AbortSignal.abort();
    expect(await errorOf(collect(capsule.events({ signal })))).toMatchObject({ code: "Aborted" });
    await capsule.close();
  });

  it("goes through thousands, a page at a time", async () => {
    const { capsule } = await newCapsule();
    for (let i = 0; i < 1500; i++) void capsule.emit(trace(String(i)));
    await capsule.commit();
    const messages = (await collect(capsule.events())).map(({ payload }) => payload["message"]);
    expect(messages).toEqual(Array.from({ length: 1500 }, (_, index) => String(index)));
    await capsule.close();
  });
});

describe("the registry of event types", () => {
  it("gives each type its own number, and knows its name again", () => {
    expect(new Set(Object.values(eventTypeNumbers)).size).toBe(eventTypes.length);
    for (const type of eventTypes) expect(eventTypeName(eventTypeNumbers[type])).toBe(checkEventType(type));
    expect(eventTypeName(200)).toBe("Unknown(200)");
    expect(eventTypes.filter((type) => !isAuditEvent(type))).toEqual(["ModelCallEnvelope", "DebugTrace"]);
  });

  it("is the table of docs/events.md, field by field", () => {
    const text = readFileSync(new URL("../docs/events.md", import.meta.url), "utf8");
    const rows = [...text.matchAll(/^\| (\d+) \| (\w+) \| (.*) \|$/gm)];
    expect(rows.length).toBe(eventTypes.length);
    for (const [, number, type, fields] of rows) {
      expect(eventTypeNumbers[type as keyof typeof eventTypeNumbers]).toBe(Number(number));
      const schema = eventSchemas[type as keyof typeof eventSchemas] as {
        shape?: Record<string, { isOptional(): boolean }>;
      };
      const stated = [...(fields as string).matchAll(/`(\w+\??)`/g)].map((match) => match[1]);
      const shape = Object.entries(schema.shape ?? {}).map(([name, field]) => (field.isOptional() ? `${name}?` : name));
      expect([type, ...stated]).toEqual([type, ...shape]);
    }
  });

  it("accepts what the capsule emits by itself", () => {
    expect(payloadFaults("Removed", { uri: "mv2://w/s/r/artifact/x", reason: "" })).toEqual([]);
    expect(
      payloadFaults("AliasRecorded", {
        old_uri: "mv2://w/s/r/artifact/x",
        new_uri: "mv2://w/s/r/artifact/y",
        reason: "",
      }),
    ).toEqual([]);
    expect(payloadFaults("StageTransition", { stage: "plan", checkpoint_id: "01J" })).toEqual([]);
  });
});
