/** Whenever the machine stops while a compaction puts its file in the capsule's place, the old or the new one stands there, whole. */

import { createHash } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { Capsule } from "../../sdk/capsule.js";
import { CapsuleError } from "../../sdk/errors.js";
import { collect, repeatable, repeatingRandom, START_MS } from "../../sdk/testing/fixtures.js";
import { allAnswers } from "../../sdk/testing/views.js";
import { CAPSULE_PATH, type DiskFault } from "./faulty-disk.js";
import { Random } from "./random.js";
import { ReplacingDisk, type ReplacingMoment } from "./replacing-disk.js";

const SAMPLES = 4;
const SETTINGS = { clock: () => START_MS + 5000, random: repeatingRandom(3) };

/** A capsule with history, a run, and content that takes several writes. */
async function prepared(): Promise<Uint8Array> {
  const { runtime } = new ReplacingDisk(new Uint8Array(0), new Random(1));
  runtime.files.remove(CAPSULE_PATH);
  const capsule = await Capsule.create(CAPSULE_PATH, { ...repeatable(runtime), specId: "S", runId: "r1" });
  await capsule.put({ path: "a.md" }, "first retry");
  await capsule.commitStage({ stage: "one" });
  await capsule.put({ path: "a.md" }, "second retry");
  await capsule.put({ path: "noise.bin" }, new Random(5).bytes(2_200_000));
  await capsule.merge({ from: "run/r1" });
  await capsule.close();
  return runtime.files.readFile(CAPSULE_PATH);
}

/** What the capsule shows, its own event of the compaction aside; and which of the two it is. */
async function shown(file: Uint8Array) {
  const { runtime } = new ReplacingDisk(file, new Random(1));
  const capsule = await Capsule.open(CAPSULE_PATH, { runtime });
  const findings = (await capsule.doctor({ deep: true })).map(({ code }) => code);
  const compactions = await collect(capsule.events({ type: "CapsuleCompacted" }));
  const { main: _, branches: __, ...answers } = await allAnswers(capsule, ["retry"]);
  await capsule.close();
  const writer = await Capsule.open(CAPSULE_PATH, { ...repeatable(runtime), mode: "write" });
  await writer.put({ path: "next.md" }, "goes on");
  await writer.close();
  return { findings, answers, oldRoot: compactions[0]?.payload["old_root"] ?? null };
}

let old = new Uint8Array(0);
let oldRoot = "";
let before: Awaited<ReturnType<typeof shown>>;
beforeAll(async () => {
  old = new Uint8Array(await prepared());
  before = await shown(old);
  const { runtime } = new ReplacingDisk(old, new Random(1));
  const capsule = await Capsule.open(CAPSULE_PATH, { runtime });
  oldRoot = capsule.info.root;
  await capsule.close();
});

/** The files that a crash at a moment may leave under the capsule's name; null: the old one. */
function* imagesOf({ fresh, replaced }: ReplacingMoment, random: Random): Generator<Uint8Array | null> {
  if (replaced !== "certainly") yield null;
  if (replaced === "not") return;
  for (const { image } of fresh.torn(() => random.chance(0.2))) yield image.bytes();
  for (let i = 0; i < SAMPLES; i++) yield fresh.sample(random).image.bytes();
}

/** What is wrong with any of them. `acknowledged`: from that moment on the new one has to stand there. */
async function faultsOf(
  moments: readonly ReplacingMoment[],
  acknowledged: number,
): Promise<{ faults: string[]; images: number }> {
  const random = new Random(7);
  const verdicts = new Map<string, string | null>();
  const faults: string[] = [];
  let images = 0;
  for (const [index, moment] of moments.entries()) {
    for (const image of imagesOf(moment, random)) {
      images++;
      if (image === null && index >= acknowledged) faults.push(`moment ${index}: the old file came back`);
      const key = createHash("sha1")
        .update(image ?? old)
        .digest("hex");
      if (!verdicts.has(key)) verdicts.set(key, await faultOf(image));
      const fault = verdicts.get(key);
      if (typeof fault === "string") faults.push(`moment ${index}: ${fault}`);
    }
  }
  return { faults, images };
}

async function faultOf(image: Uint8Array | null): Promise<string | null> {
  try {
    const found = await shown(image ?? old);
    const isRight = found.oldRoot === (image === null ? null : oldRoot) && found.findings.join() === "Healthy";
    return isRight && JSON.stringify(found.answers) === JSON.stringify(before.answers)
      ? null
      : "it shows something else";
  } catch (error) {
    if (error instanceof CapsuleError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

async function compactOn(disk: ReplacingDisk): Promise<CapsuleError | null> {
  try {
    await Capsule.compact(CAPSULE_PATH, { ...SETTINGS, runtime: disk.runtime });
    return null;
  } catch (error) {
    if (error instanceof CapsuleError) return error;
    throw error;
  }
}

describe("a compaction", () => {
  it("leaves the old file or the new one, whole, wherever the machine stops, and the new one once it returned", async () => {
    const disk = new ReplacingDisk(old, new Random(2));
    expect(await compactOn(disk)).toBeNull();
    const last = disk.moments.length - 1;
    const { faults, images } = await faultsOf(disk.moments, last);
    expect(faults).toEqual([]);
    expect(disk.moments.map(({ replaced }) => replaced)).toContain("perhaps");
    expect(images).toBeGreaterThan(disk.moments.length);
  }, 60_000);

  it("leaves the old file and nothing beside it when any write or sync fails, and frees the lock", async () => {
    for (const kind of ["eio", "short", "enospc"] as const) {
      for (let operation = 0; ; operation += 2) {
        const disk = new ReplacingDisk(old, new Random(operation + 1));
        const fault: DiskFault = { operation, kind, evicted: operation % 4 === 0 };
        disk.fresh.fault = fault;
        const error = await compactOn(disk);
        if (error === null) break;
        expect(["DiskFull", "IoError"]).toContain(error.code);
        expect(disk.runtime.files.list("/disk").map(({ name }) => name)).toEqual(["test.mv2", "test.mv2.lock"]);
        expect(disk.replaced).toBe("not");
        expect(Buffer.compare(disk.runtime.files.readFile(CAPSULE_PATH), old)).toBe(0);
        expect((await disk.runtime.locks.inspect(CAPSULE_PATH)).state).toBe("free");
      }
    }
  }, 120_000);

  it("fails if the directory can't be synced, and leaves one of the two, whole", async () => {
    const disk = new ReplacingDisk(old, new Random(3));
    disk.directorySync = "failing";
    expect(await compactOn(disk)).toMatchObject({ code: "IoError" });
    expect((await faultsOf(disk.moments, Number.POSITIVE_INFINITY)).faults).toEqual([]);
    expect(await faultOf(disk.fresh.cache.bytes())).toBeNull();
    expect((await disk.runtime.locks.inspect(CAPSULE_PATH)).state).toBe("free");
  }, 60_000);
});

describe("the simulator", () => {
  it("catches a file that is put in place before it is synced", async () => {
    const disk = new ReplacingDisk(old, new Random(4));
    const make = disk.fresh.file.bind(disk.fresh);
    disk.fresh.file = (...args) => ({ ...make(...args), sync: () => undefined });
    expect(await compactOn(disk)).toBeNull();
    expect((await faultsOf(disk.moments, disk.moments.length - 1)).faults).not.toEqual([]);
  }, 60_000);

  it("catches a replacement that is acknowledged before the directory is synced", async () => {
    const disk = new ReplacingDisk(old, new Random(5));
    disk.directorySync = "idle";
    expect(await compactOn(disk)).toBeNull();
    const { faults } = await faultsOf(disk.moments, disk.moments.length - 1);
    expect(faults.join()).toContain("the old file came back");
  }, 60_000);
});
