import { describe, expect, it } from "vitest";
import { Capsule } from "./capsule.js";
import { type DiskFaults, diskFull, failingMachine, inputOutputError } from "./testing/failing-disk.js";
import { CAPSULE_PATH, collect, errorOf, memoryMachine, newCapsule, noise, repeatable } from "./testing/fixtures.js";

const URI = "mv2://default/workspace/main/artifact/x";
const OTHER = "mv2://default/workspace/main/artifact/y";

async function onFailingDisk() {
  const faults: DiskFaults = { append: null, sync: null, read: null };
  const machine = memoryMachine();
  const runtime = failingMachine(machine, faults);
  const { capsule } = await newCapsule({ runtime });
  await capsule.put(URI, "committed");
  await capsule.commit();
  return { faults, machine, capsule };
}

describe("a failed write", () => {
  it.each([
    ["append", diskFull, "DiskFull"],
    ["sync", inputOutputError, "IoError"],
  ] as const)("(%s) fails the commit, and everything that would write after it", async (operation, fault, code) => {
    const { faults, machine, capsule } = await onFailingDisk();
    await capsule.put(OTHER, "lost");
    faults[operation] = fault;
    expect(await errorOf(capsule.commit())).toMatchObject({ code, exitCode: 2 });
    faults[operation] = null;
    for (const work of [() => capsule.put(OTHER, "again"), () => capsule.commit(), () => capsule.remove(URI)]) {
      expect(await errorOf(work)).toMatchObject({ code: "Poisoned", cause: expect.objectContaining({ code }) });
    }
    expect(await capsule.get(URI, { as: "text" })).toBe("committed");
    expect(await capsule.get(OTHER)).toBeNull();
    await capsule.close();
    const writer = await Capsule.open(CAPSULE_PATH, { runtime: machine, mode: "write" });
    expect(await writer.get(URI, { as: "text" })).toBe("committed");
    await writer.put(OTHER, "now");
    await writer.close();
    expect(await Capsule.doctor(CAPSULE_PATH, { runtime: machine, deep: true })).toMatchObject([{ code: "Healthy" }]);
  });

  it("in the middle of a stream fails the put, and close() gives lock and file back", async () => {
    const { faults, machine, capsule } = await onFailingDisk();
    faults.append = diskFull;
    const pieces = (async function* () {
      for (let i = 0; i < 8; i++) yield noise(1_000_000 + i);
    })();
    expect((await errorOf(capsule.put(OTHER, pieces))).code).toMatch(/DiskFull|Poisoned/);
    await capsule.close();
    expect(await machine.locks.inspect(CAPSULE_PATH)).toMatchObject({ state: "free" });
  });

  it("at close() is reported, and lock and file are given back", async () => {
    const { faults, machine, capsule } = await onFailingDisk();
    await capsule.put(OTHER, "lost");
    faults.append = diskFull;
    expect(await errorOf(capsule.close())).toMatchObject({ code: "DiskFull" });
    expect(await machine.locks.inspect(CAPSULE_PATH)).toMatchObject({ state: "free" });
    expect(await errorOf(capsule.get(URI))).toMatchObject({ code: "Closed" });
  });

  it("while reading is an error of that read only", async () => {
    const { faults, machine, capsule } = await onFailingDisk();
    await capsule.put(OTHER, new Uint8Array(3_000_000).fill(1));
    await capsule.close();
    const runtime = failingMachine(machine, faults);
    const reader = await Capsule.open(CAPSULE_PATH, { runtime });
    faults.read = inputOutputError;
    expect(await errorOf(reader.get(OTHER))).toMatchObject({
      code: "IoError",
      message: expect.stringContaining("the device failed"),
    });
    faults.read = null;
    expect((await reader.get(OTHER))?.length).toBe(3_000_000);
    await reader.close();
  });
});

describe("a lost lock", () => {
  it("is noticed before anything is appended", async () => {
    const { capsule, runtime } = await newCapsule();
    await capsule.put(URI, "mine");
    await capsule.commit();
    // Someone deletes capsule and lockfile and puts a copy in their place.
    const copy = runtime.files.readFile(CAPSULE_PATH);
    runtime.files.writeFile(CAPSULE_PATH, copy);
    await capsule.put(URI, "late");
    expect(await errorOf(capsule.commit())).toMatchObject({ code: "LockLost", exitCode: 2 });
    expect(await errorOf(capsule.put(URI, "later"))).toMatchObject({ code: "Poisoned" });
    await capsule.close();
    expect(runtime.files.readFile(CAPSULE_PATH)).toEqual(copy);
  });
});

describe("recovery", () => {
  it("keeps every acknowledged commit wherever the last batch is torn, and the file is sound afterwards", async () => {
    const { capsule, runtime } = await newCapsule();
    await capsule.put(URI, "first");
    await capsule.commit();
    const firstEnd = runtime.files.readFile(CAPSULE_PATH).length;
    await capsule.put(OTHER, "second".repeat(1000));
    await capsule.commit();
    const whole = runtime.files.readFile(CAPSULE_PATH);
    await capsule.close();
    expect(whole.length).toBeGreaterThan(firstEnd + 200);
    for (let end = firstEnd; end <= whole.length; end += end === firstEnd ? 1 : 37) {
      const runtimeAfter = memoryMachine();
      runtimeAfter.files.writeFile(CAPSULE_PATH, whole.slice(0, end));
      const reader = await Capsule.open(CAPSULE_PATH, { runtime: runtimeAfter });
      expect(await reader.get(URI, { as: "text" })).toBe("first");
      expect(await reader.get(OTHER)).toBeNull();
      await reader.close();
      const writer = await Capsule.open(CAPSULE_PATH, { ...repeatable(runtimeAfter), mode: "write" });
      await writer.put(OTHER, "third");
      await writer.commit();
      await writer.close();
      const again = await Capsule.open(CAPSULE_PATH, { runtime: runtimeAfter });
      expect((await collect(again.list())).map(({ uri }) => uri)).toEqual([URI, OTHER]);
      expect(await again.doctor({ deep: true })).toMatchObject([{ code: "Healthy" }]);
      await again.close();
    }
  });
});
