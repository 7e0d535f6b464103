import { describe, expect, it } from "vitest";
import { Capsule } from "./capsule.js";
import { CAPSULE_PATH, collect, newCapsule, noise } from "./testing/fixtures.js";

describe("close({ discard: true })", () => {
  it("gives up what waits and the lock; what was committed stays", async () => {
    const { capsule, runtime } = await newCapsule();
    await capsule.put({ path: "kept" }, "kept");
    await capsule.commit();
    await capsule.put({ path: "given-up" }, "given up");
    await capsule.close({ discard: true });
    const next = await Capsule.open(CAPSULE_PATH, { runtime, mode: "write" });
    expect((await collect(next.list())).map(({ uri }) => uri)).toEqual(["mv2://default/workspace/main/artifact/kept"]);
    await next.close();
    expect(await Capsule.doctor(CAPSULE_PATH, { runtime, deep: true })).toMatchObject([{ level: "ok" }]);
  });

  it("leaves bytes that were written already as a dead tail, which the next writer cuts off", async () => {
    const { capsule, runtime } = await newCapsule();
    await capsule.put({ path: "kept" }, "kept");
    await capsule.commit();
    const sizeBytes = runtime.files.stat(CAPSULE_PATH)?.sizeBytes ?? 0;
    await capsule.put({ path: "big" }, noise(3_000_000));
    await capsule.close({ discard: true });
    expect(runtime.files.stat(CAPSULE_PATH)?.sizeBytes).toBeGreaterThan(sizeBytes);
    const next = await Capsule.open(CAPSULE_PATH, { runtime, mode: "write" });
    expect(runtime.files.stat(CAPSULE_PATH)?.sizeBytes).toBe(sizeBytes);
    await next.put({ path: "after" }, "after");
    await next.close();
    expect(await Capsule.doctor(CAPSULE_PATH, { runtime, deep: true })).toMatchObject([{ level: "ok" }]);
  });

  it("commits nothing of the writes that were queued before it", async () => {
    const { capsule, runtime } = await newCapsule();
    const queued = capsule.put({ path: "queued" }, "queued");
    await capsule.close({ discard: true });
    await queued;
    const reader = await Capsule.open(CAPSULE_PATH, { runtime });
    expect(reader.info.sequence).toBe(0);
    await reader.close();
  });
});
