import { describe, expect, it } from "vitest";
import type { Runtime } from "../../runtimes/contract.js";
import { createMemoryRuntime } from "../../runtimes/memory.js";
import { temporaryPath } from "../../runtimes/paths.js";
import { Capsule } from "../capsule.js";
import { collect, errorOf, repeatingRandom, START_MS } from "../testing/fixtures.js";

const DAY_MS = 86_400_000;
const WORKSPACE = "/project/.speckit/memvid/workspace.mv2";
const PLAIN = { encrypt: false, safe: false } as const;

/** A workspace in a machine whose clock a test moves. */
class Machine {
  now = START_MS;
  readonly runtime: Runtime = createMemoryRuntime({ now: () => this.now });
  private readonly random = repeatingRandom();

  static async create(): Promise<Machine> {
    const machine = new Machine();
    const capsule = await Capsule.create(WORKSPACE, machine.options);
    await capsule.close();
    return machine;
  }

  get options() {
    return { runtime: this.runtime, clock: () => this.now, random: this.random };
  }

  later(days: number): void {
    this.now += days * DAY_MS;
  }

  /** Runs work on the workspace, open for writing. */
  async writing<Result>(work: (capsule: Capsule) => Promise<Result>): Promise<Result> {
    const capsule = await Capsule.open(WORKSPACE, { ...this.options, mode: "write" });
    try {
      return await work(capsule);
    } finally {
      await capsule.close();
    }
  }

  /** Exports a run of one document and gives the file's path. */
  async export(runId: string, pin = false): Promise<string> {
    await this.writing((capsule) => capsule.put({ specId: "S", runId, path: "a.md" }, `a retry of ${runId}`));
    const options = { ...PLAIN, runId, workspaceDir: "/project", pin };
    return (await this.writing((capsule) => capsule.export(options))).outputPath;
  }

  gc(options: Parameters<Capsule["gc"]>[0] = {}) {
    return this.writing((capsule) => capsule.gc({ workspaceDir: "/project", ...options }));
  }

  has(path: string): boolean {
    return this.runtime.files.stat(path) !== null;
  }

  write(path: string, bytes: Uint8Array): void {
    this.runtime.files.makeDirectory(path.slice(0, path.lastIndexOf("/")));
    this.runtime.files.writeFile(path, bytes);
  }

  async events(): Promise<unknown[]> {
    const capsule = await Capsule.open(WORKSPACE, { runtime: this.runtime });
    const events = await collect(capsule.events({ type: "CapsuleGC" }));
    await capsule.close();
    return events.map(({ payload }) => payload);
  }
}

const age = (text: string): Uint8Array => new TextEncoder().encode(`age-encryption.org/v1\n-> X25519 ${text}\n`);

describe("gc", () => {
  it("deletes exports of their retention's age or older, and says so in one event", async () => {
    const machine = await Machine.create();
    const old = await machine.export("r1");
    machine.later(1);
    const young = await machine.export("r2");
    machine.later(29);
    machine.now -= 1;
    expect(await machine.gc()).toMatchObject({ exportsDeleted: 0, exportsPreserved: 2, deleted: [] });
    expect(await machine.events()).toEqual([]);
    machine.now += 1;
    const { sizeBytes } = machine.runtime.files.stat(old) as { sizeBytes: number };
    expect(await machine.gc({ actor: "me" })).toEqual({
      dryRun: false,
      exportsDeleted: 1,
      exportsPreserved: 1,
      exportsSkipped: 0,
      tempFilesDeleted: 0,
      bytesFreed: sizeBytes,
      deleted: [{ path: "docs/specs/S/runs/r1/capsule.mv2", sizeBytes, isTemporary: false }],
    });
    expect([machine.has(old), machine.has(young)]).toEqual([false, true]);
    const paths = ["docs/specs/S/runs/r1/capsule.mv2"];
    expect(await machine.events()).toEqual([
      { exports_deleted: 1, temp_files_deleted: 0, bytes_freed: sizeBytes, deleted_paths: paths, actor: "me" },
    ]);
  });

  it("changes nothing in a dry run, of a reader too, and tells the same", async () => {
    const machine = await Machine.create();
    const old = await machine.export("r1");
    machine.later(31);
    const before = machine.runtime.files.readFile(WORKSPACE);
    const dry = await machine.gc({ dryRun: true });
    const reader = await Capsule.open(WORKSPACE, { runtime: machine.runtime });
    expect(await reader.gc({ dryRun: true, workspaceDir: "/project" })).toEqual(dry);
    expect((await errorOf(reader.gc())).code).toBe("ReadOnly");
    await reader.close();
    expect(machine.has(old)).toBe(true);
    expect(Buffer.compare(machine.runtime.files.readFile(WORKSPACE), before)).toBe(0);
    expect({ ...dry, dryRun: false }).toEqual(await machine.gc());
  });

  it("leaves what is pinned, wherever it was moved, until it is unpinned; keepPinned false takes it too", async () => {
    const machine = await Machine.create();
    const [pinned, other] = [await machine.export("r1", true), await machine.export("r2")];
    await machine.writing(async (capsule) => {
      expect(await capsule.pin(other, { actor: "me" })).toMatchObject({ pinned: true, changed: true });
      expect(await capsule.pin(other)).toMatchObject({ pinned: true, changed: false });
    });
    const moved = "/project/docs/specs/S/runs/moved/elsewhere.mv2";
    machine.runtime.files.makeDirectory("/project/docs/specs/S/runs/moved");
    machine.runtime.files.rename(pinned, moved);
    machine.later(400);
    expect(await machine.gc({ retentionDays: 0 })).toMatchObject({ exportsDeleted: 0, exportsPreserved: 2 });
    const result = await machine.writing((capsule) => capsule.unpin(other, { workspaceDir: "/project" }));
    expect(result).toMatchObject({ pinned: false, changed: true, path: "docs/specs/S/runs/r2/capsule.mv2" });
    expect(await machine.gc()).toMatchObject({ exportsDeleted: 1, exportsPreserved: 1 });
    expect([machine.has(moved), machine.has(other)]).toEqual([true, false]);
    // The file is gone, its digest still names it.
    expect(await machine.writing((capsule) => capsule.unpin(result.contentHash))).toMatchObject({ changed: false });
    expect(await machine.gc({ keepPinned: false })).toMatchObject({ exportsDeleted: 1, exportsPreserved: 0 });
  });

  it("takes an export's time from its event, else from its manifest, else from the file", async () => {
    const machine = await Machine.create();
    const exported = await machine.export("r1");
    const bytes = machine.runtime.files.readFile(exported);
    machine.later(40);
    // Another workspace, which has no event of it: its manifest tells.
    const foreign = await Machine.create();
    foreign.now = machine.now;
    foreign.write("/project/docs/specs/X/runs/1/capsule.mv2", bytes);
    foreign.write("/project/docs/specs/X/runs/2/capsule.mv2", foreign.runtime.files.readFile(WORKSPACE));
    foreign.write("/project/docs/specs/X/runs/3/capsule.mv2e", age("unknown"));
    expect((await foreign.gc()).deleted.map(({ path }) => path)).toEqual(["docs/specs/X/runs/1/capsule.mv2"]);
    foreign.later(30);
    expect((await foreign.gc()).deleted.map(({ path }) => path)).toEqual([
      "docs/specs/X/runs/2/capsule.mv2",
      "docs/specs/X/runs/3/capsule.mv2e",
    ]);
    // Here the event tells, whatever the file's own time is.
    machine.write(exported, bytes);
    expect(await machine.gc()).toMatchObject({ exportsDeleted: 1 });
  });

  it("touches nothing but capsules in the places of exports", async () => {
    const machine = await Machine.create();
    const bytes = machine.runtime.files.readFile(await machine.export("r1"));
    const kept = [
      "/project/docs/specs/S/capsule.mv2",
      "/project/docs/specs/S/runs/capsule.mv2",
      "/project/docs/specs/S/runs/r1/deeper/capsule.mv2",
      "/project/docs/capsule.mv2",
      "/project/.speckit/memvid/mounts/m.mv2",
      "/elsewhere/S/runs/r1/capsule.mv2",
    ];
    for (const path of kept) machine.write(path, bytes);
    machine.write("/project/docs/specs/S/runs/r1/report.md", new TextEncoder().encode("# Report"));
    machine.write("/project/docs/specs/S/runs/r1/secrets.age", age("anything"));
    machine.write("/project/docs/specs/S/runs/r1/empty.mv2", new Uint8Array(0));
    machine.later(100);
    expect(await machine.gc()).toMatchObject({ exportsDeleted: 1, exportsSkipped: 3 });
    const mounts = { dir: ".speckit/memvid/mounts" };
    expect(await machine.gc(mounts)).toMatchObject({ exportsDeleted: 0, exportsSkipped: 3 });
    for (const path of kept) expect(machine.has(path)).toBe(true);
    // The workspace's own capsule is no export, and one that is written isn't either.
    const writer = await Capsule.open("/elsewhere/S/runs/r1/capsule.mv2", { ...machine.options, mode: "write" });
    expect(await machine.gc({ dir: ".speckit/memvid" })).toMatchObject({ exportsDeleted: 0 });
    expect(await machine.gc({ dir: "/elsewhere" })).toMatchObject({ exportsDeleted: 0 });
    await writer.close();
    expect(await machine.gc({ dir: "/elsewhere" })).toMatchObject({ exportsDeleted: 1 });
    machine.write("/elsewhere/directly.mv2", bytes);
    machine.later(100);
    expect(await machine.gc({ dir: "/elsewhere" })).toMatchObject({ exportsDeleted: 1 });
  });

  it("deletes temporary files that are older than a day, in all places where they come about", async () => {
    const machine = await Machine.create();
    await machine.export("r1", true);
    const targets = [
      WORKSPACE,
      "/project/.speckit/memvid/mounts/m.mv2",
      "/project/docs/specs/S/runs/r1/capsule.mv2e",
      "/elsewhere/S/runs/r2/capsule.mv2",
    ];
    const orphans = targets.map((target, index) => temporaryPath(target, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, index)));
    for (const path of orphans) machine.write(path, Uint8Array.of(1, 2, 3));
    machine.write("/project/docs/specs/S/runs/r1/notes.speckit-tmp", Uint8Array.of(1));
    machine.now += DAY_MS;
    expect(await machine.gc({ dir: "/elsewhere" })).toMatchObject({ tempFilesDeleted: 0 });
    machine.now += 1;
    expect(await machine.gc({ dir: "/elsewhere" })).toMatchObject({ tempFilesDeleted: 4, bytesFreed: 12 });
    for (const path of orphans) expect(machine.has(path)).toBe(false);
    expect(machine.has("/project/docs/specs/S/runs/r1/notes.speckit-tmp")).toBe(true);
    expect((await machine.events()).at(-1)).toMatchObject({ exports_deleted: 0, temp_files_deleted: 4 });
  });

  it("tells of what it deleted also if it is stopped in between", async () => {
    const machine = await Machine.create();
    for (const run of ["r1", "r2", "r3"]) await machine.export(run);
    machine.later(31);
    const controller = new AbortController();
    const remove = machine.runtime.files.remove.bind(machine.runtime.files);
    machine.runtime.files.remove = (path) => {
      controller.abort();
      return remove(path);
    };
    expect((await errorOf(machine.gc({ signal: controller.signal }))).code).toBe("Aborted");
    expect(await machine.events()).toMatchObject([{ exports_deleted: 1 }]);
    expect(await machine.gc()).toMatchObject({ exportsDeleted: 2 });
  });

  it("names every deletion in an event, however many there are", async () => {
    const machine = await Machine.create();
    const name = "long".repeat(30);
    for (let index = 0; index < 150; index++) {
      machine.write(
        temporaryPath(`/project/.speckit/memvid/${name}`, Uint8Array.of(9, 9, 9, 9, 9, 9, 9, index)),
        age(""),
      );
    }
    machine.later(2);
    expect(await machine.gc()).toMatchObject({ tempFilesDeleted: 150 });
    const events = (await machine.events()) as { temp_files_deleted: number; deleted_paths: string[] }[];
    expect(events.length).toBeGreaterThan(1);
    expect(events.reduce((sum, event) => sum + event.temp_files_deleted, 0)).toBe(150);
    expect(new Set(events.flatMap((event) => event.deleted_paths)).size).toBe(150);
  });

  it("refuses days that are none, and pins of what is no export", async () => {
    const machine = await Machine.create();
    machine.write("/project/notes.md", new TextEncoder().encode("# Notes"));
    for (const retentionDays of [-1, 1.5, Number.NaN]) {
      expect((await errorOf(machine.gc({ retentionDays }))).code).toBe("InvalidArgument");
    }
    await machine.writing(async (capsule) => {
      expect((await errorOf(capsule.pin("/project/notes.md"))).code).toBe("InvalidArgument");
      expect((await errorOf(capsule.pin(WORKSPACE))).code).toBe("InvalidArgument");
      expect((await errorOf(capsule.pin("/project/none.mv2"))).code).toBe("NotFound");
    });
  });
});
