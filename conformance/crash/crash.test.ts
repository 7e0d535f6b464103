import { describe, expect, it } from "vitest";
import type { LocalFile } from "../../runtimes/contract.js";
import { Campaign } from "./campaign.js";
import { CAPSULE_PATH, FaultyDisk } from "./faulty-disk.js";
import { histories, Scribe } from "./histories.js";
import { Random } from "./random.js";
import { runRound } from "./rounds.js";
import { SectorImage } from "./sector-image.js";

const { tiny, sessions } = histories as Required<typeof histories>;

describe("a capsule", () => {
  it("keeps what it acknowledged, and nothing half, wherever the machine stops and however the disk fails", async () => {
    const size = { images: { tiny: 1000, sessions: 1000, spilling: 25, segments: 60 }, samples: 8, failing: ["tiny"] };
    const reports = [await runRound(7, size), await runRound(8, { ...size, images: { tiny: 1000, sessions: 1000 } })];
    expect(reports.flatMap(({ failures }) => failures)).toEqual([]);
    const sum = (of: "points" | "exhaustive" | "faults") => reports.reduce((total, report) => total + report[of], 0);
    expect(sum("points")).toBeGreaterThan(1500);
    expect(sum("exhaustive")).toBeGreaterThan(40);
    expect(sum("faults")).toBeGreaterThan(80);
  });

  it("is on the disk with its directory entry once create() returned", async () => {
    const disk = new FaultyDisk(null, -1, new Random(1));
    const scribe = new Scribe(disk, new Random(1));
    await scribe.create();
    expect(disk.point().entryIsDurable).toBe(true);
    expect(disk.pending.size).toBe(0);
    await scribe.close();
  });
});

/** Replaces calls of the capsule's file. */
function tamperWith(disk: FaultyDisk, replace: (file: LocalFile) => Partial<LocalFile>): void {
  const make = disk.file.bind(disk);
  disk.file = (...args) => {
    const file = make(...args);
    return { ...file, ...replace(file) };
  };
}

describe("the simulator", () => {
  it("catches a writer that acknowledges before its sync", async () => {
    const campaign = new Campaign(new Random(2), 1);
    await campaign.crashEverywhere("tiny", tiny as never, 1000, 8, (disk) =>
      tamperWith(disk, (file) => {
        let late = 0;
        // Every second sync is done with the one after: what was acknowledged isn't on the disk.
        return { sync: () => void (late++ % 2 === 1 || file.sync()) };
      }),
    );
    expect(campaign.report.failures.join()).toMatch(/was acknowledged, and \d is the newest/);
  });

  it("catches a writer that never syncs", async () => {
    const campaign = new Campaign(new Random(3), 1);
    await campaign.crashEverywhere("sessions", sessions as never, 500, 8, (disk) =>
      tamperWith(disk, () => ({ sync: () => undefined })),
    );
    expect(campaign.report.failures).not.toEqual([]);
  });

  it("catches a recovery that doesn't write the last batch again after a failed sync", async () => {
    const campaign = new Campaign(new Random(4), 1);
    for (let operation = 2; operation < 12 && !campaign.isOver; operation++) {
      const fault = { operation, kind: "eio", evicted: false } as const;
      for (let round = 0; round < 20 && !campaign.isOver; round++) {
        await campaign.failOnce("tiny", tiny as never, fault, (disk) =>
          tamperWith(disk, () => ({ write: () => undefined })),
        );
      }
    }
    expect(campaign.report.failures).not.toEqual([]);
  });
});

describe("FaultyDisk", () => {
  const bytes = (length: number, value: number) => new Uint8Array(length).fill(value);

  it("loses or keeps each sector by itself until a sync", () => {
    const disk = new FaultyDisk(SectorImage.of(bytes(600, 1)), 0, new Random(1));
    disk.file(false).append(bytes(600, 2));
    const images = disk.point().exhaustive(64) ?? [];
    const contents = new Set(images.map(({ image }) => Buffer.from(image.bytes()).toString("hex")));
    expect(contents.size).toBeGreaterThan(6);
    for (const { image } of images) expect(image.bytes().subarray(0, 600)).toEqual(bytes(600, 1));
    disk.file(false).sync();
    expect((disk.point().exhaustive(64) ?? []).map(({ image }) => image.sizeBytes)).toEqual([1200]);
  });

  it("forgets at a failed sync what only the cache has, even if a later one succeeds", () => {
    const losses = Array.from({ length: 40 }, (_, seed) => {
      const disk = new FaultyDisk(SectorImage.of(new Uint8Array(0)), 0, new Random(seed));
      disk.fault = { operation: 1, kind: "eio", evicted: false };
      const file = disk.runtime.files.open(CAPSULE_PATH, { mode: "write" });
      file.append(bytes(512, 3));
      expect(() => file.sync()).toThrow();
      expect(file.read(0, 512)).toEqual(bytes(512, 3));
      file.sync();
      return disk.point().sample(new Random(seed)).image.bytes()[0];
    });
    expect(losses).toContain(0);
    expect(losses).toContain(3);
  });

  it("resizes as a file does: what was cut off is zero when it grows again", () => {
    const image = SectorImage.of(bytes(1500, 4));
    image.resize(700);
    image.resize(1500);
    expect(image.bytes().subarray(0, 700)).toEqual(bytes(700, 4));
    expect(image.bytes().subarray(700)).toEqual(bytes(800, 0));
    expect(image.flattened().bytes()).toEqual(image.bytes());
  });
});
