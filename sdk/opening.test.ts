import { describe, expect, it } from "vitest";
import type { Runtime } from "../runtimes/contract.js";
import { Capsule } from "./capsule.js";
import { describeDuration, describeHolder } from "./lock.js";
import { CAPSULE_PATH, collect, errorOf, memoryMachine, newCapsule, repeatable, START_MS } from "./testing/fixtures.js";

const URI = "mv2://default/workspace/main/artifact/x";

function sizeOf(runtime: Runtime): number {
  return runtime.files.stat(CAPSULE_PATH)?.sizeBytes ?? -1;
}

function writeFile(runtime: Runtime, bytes: Uint8Array): void {
  runtime.files.writeFile(CAPSULE_PATH, bytes);
}

describe("Capsule.create()", () => {
  it("makes the directories, one file and its lockfile, and is open for writing", async () => {
    const runtime = memoryMachine();
    const path = "/project/.speckit/memvid/workspace.mv2";
    const capsule = await Capsule.create(path, { ...repeatable(runtime), workspaceId: "ws", analyzer: "plain" });
    expect(capsule.info).toEqual({
      path,
      mode: "write",
      capsuleId: expect.stringMatching(/^[0-9a-f]{32}$/),
      workspaceId: "ws",
      formatMajor: 1,
      formatMinor: 0,
      createdAtMs: START_MS,
      analyzer: "plain",
      sequence: 0,
      root: expect.stringMatching(/^[0-9a-f]{64}$/),
      branch: "main",
      lock: "in-process",
    });
    expect(runtime.files.list("/project/.speckit/memvid").map(({ name }) => name)).toEqual([
      "workspace.mv2",
      "workspace.mv2.lock",
    ]);
    expect(runtime.files.stat(path)?.sizeBytes).toBe(256);
    expect(await capsule.put({ path: "x" }, "")).toBe("mv2://ws/workspace/main/artifact/x");
    await capsule.close();
  });

  it("never touches what stands there", async () => {
    const runtime = memoryMachine();
    writeFile(runtime, Uint8Array.of(1, 2, 3));
    expect(await errorOf(Capsule.create(CAPSULE_PATH, { runtime }))).toMatchObject({
      code: "AlreadyExists",
      exitCode: 1,
    });
    expect(runtime.files.readFile(CAPSULE_PATH)).toEqual(Uint8Array.of(1, 2, 3));
  });

  it.each([
    [{ workspaceId: "a/b" }, "InvalidUri"],
    [{ workspaceId: "w".repeat(129) }, "InvalidUri"],
    [{ analyzer: "german" as never }, "InvalidArgument"],
    [{ specId: "policy" }, "InvalidUri"],
    [{ runId: "abc" }, "InvalidArgument"],
    [{ queueCapacity: 0 }, "InvalidArgument"],
    [{ onFull: "drop" as never }, "InvalidArgument"],
    [{ waitSeconds: -1 }, "InvalidArgument"],
    [{ captureMode: "all" as never }, "InvalidArgument"],
  ] as const)("refuses %j and leaves nothing behind", async (options, code) => {
    const runtime = memoryMachine();
    expect(await errorOf(Capsule.create(CAPSULE_PATH, { runtime, ...options }))).toMatchObject({ code });
    expect(runtime.files.stat(CAPSULE_PATH)).toBeNull();
  });
});

describe("Capsule.open()", () => {
  it("for reading creates and changes nothing, not even a lockfile", async () => {
    const { capsule, runtime } = await newCapsule();
    await capsule.put(URI, "text");
    await capsule.close();
    runtime.files.remove(`${CAPSULE_PATH}.lock`);
    const before = runtime.files.readFile(CAPSULE_PATH);
    const reader = await Capsule.open(CAPSULE_PATH, { runtime });
    expect(await reader.get(URI, { as: "text" })).toBe("text");
    expect(await errorOf(reader.put(URI, ""))).toMatchObject({ code: "ReadOnly" });
    expect(await errorOf(reader.commit())).toMatchObject({ code: "ReadOnly" });
    expect(reader.info).toMatchObject({ mode: "read", lock: null });
    await reader.close();
    expect(await errorOf(Capsule.open("/project/missing.mv2", { runtime }))).toMatchObject({
      code: "NotFound",
      exitCode: 1,
    });
    expect(await errorOf(Capsule.open("/project/missing.mv2", { runtime, mode: "write" }))).toMatchObject({
      code: "NotFound",
    });
    expect(runtime.files.list("/project").map(({ name }) => name)).toEqual(["test.mv2"]);
    expect(runtime.files.readFile(CAPSULE_PATH)).toEqual(before);
  });

  it("for writing refuses a second writer, and says who has it", async () => {
    const { capsule, runtime } = await newCapsule({ specId: "SPEC-KIT-971", runId: "run_abc123" });
    const error = await errorOf(Capsule.open(CAPSULE_PATH, { runtime, mode: "write" }));
    expect(error).toMatchObject({
      code: "LockedByWriter",
      exitCode: 1,
      details: {
        holder: { spec_id: "SPEC-KIT-971", run_id: "abc123", schema_version: 1 },
        lockfilePath: `${CAPSULE_PATH}.lock`,
      },
    });
    expect(error.message).toContain("started 0s ago (spec: SPEC-KIT-971, run: abc123)");
    expect(error.hint).toContain("--wait");
    const reader = await Capsule.open(CAPSULE_PATH, { runtime });
    await reader.close();
    await capsule.close();
    await (await Capsule.open(CAPSULE_PATH, { runtime, mode: "write" })).close();
  });

  it("waits for the lock as long as it is told to", async () => {
    const { capsule, runtime } = await newCapsule();
    const waiting = Capsule.open(CAPSULE_PATH, { runtime, mode: "write", waitSeconds: 10 });
    await new Promise((resolve) => setTimeout(resolve, 20));
    await capsule.close();
    const writer = await waiting;
    const abort = new AbortController();
    const second = errorOf(
      Capsule.open(CAPSULE_PATH, { runtime, mode: "write", waitSeconds: 10, signal: abort.signal }),
    );
    abort.abort();
    expect(await second).toMatchObject({ code: "Aborted" });
    await writer.close();
  });

  it("says what a file is that isn't a capsule", async () => {
    const runtime = memoryMachine();
    const text = new TextEncoder();
    for (const [bytes, code, message] of [
      [new Uint8Array(0), "ForeignFormat", /too short|does not begin/],
      [text.encode("hello, this is not a capsule at all".repeat(20)), "ForeignFormat", /does not begin as a capsule/],
      [text.encode(`MV2\0\x02${"x".repeat(400)}`), "ForeignFormat", /Memvid/],
      [text.encode(`MV2\0\x01${"x".repeat(400)}`), "ForeignFormat", /earlier implementation/],
      [text.encode(`MV2E${"x".repeat(400)}`), "ForeignFormat", /encrypted file of Memvid/],
      [text.encode(`age-encryption.org/v1\n${"x".repeat(400)}`), "EncryptedCapsule", /age/],
    ] as const) {
      writeFile(runtime, bytes);
      for (const mode of ["read", "write"] as const) {
        const error = await errorOf(Capsule.open(CAPSULE_PATH, { runtime, mode }));
        expect(error).toMatchObject({ code, exitCode: 1, message: expect.stringMatching(message) });
      }
      expect(runtime.files.readFile(CAPSULE_PATH)).toEqual(bytes);
    }
  });

  it("tells damage from a newer version", async () => {
    const { capsule, runtime } = await newCapsule();
    await capsule.close();
    const bytes = runtime.files.readFile(CAPSULE_PATH);
    bytes[50] = 77;
    writeFile(runtime, bytes);
    expect(await errorOf(Capsule.open(CAPSULE_PATH, { runtime }))).toMatchObject({
      code: "Corrupted",
      exitCode: 2,
      details: { offset: 0 },
    });
  });

  it("refuses a mode that it doesn't know", async () => {
    const { capsule, runtime } = await newCapsule();
    expect(await errorOf(Capsule.open(CAPSULE_PATH, { runtime, mode: "append" as never }))).toMatchObject({
      code: "InvalidArgument",
    });
    await capsule.close();
  });

  it("gives lock and file back when it fails", async () => {
    const { capsule, runtime } = await newCapsule();
    await capsule.close();
    expect(await errorOf(Capsule.open(CAPSULE_PATH, { runtime, mode: "write", workspaceId: "other" }))).toMatchObject({
      code: "InvalidArgument",
    });
    expect(await runtime.locks.inspect(CAPSULE_PATH)).toMatchObject({ state: "free" });
    await (await Capsule.open(CAPSULE_PATH, { runtime, mode: "write" })).close();
  });
});

describe("refresh()", () => {
  it("shows a reader what was committed since, and nothing before", async () => {
    const { capsule, runtime } = await newCapsule();
    const reader = await Capsule.open(CAPSULE_PATH, { runtime });
    expect(await reader.refresh()).toBe(false);
    await capsule.put(URI, "waiting");
    expect(await reader.refresh()).toBe(false);
    await capsule.commit({ label: "one" });
    expect(await reader.get(URI)).toBeNull();
    expect(await reader.refresh()).toBe(true);
    expect(reader.info.sequence).toBe(1);
    expect(await reader.get(URI, { as: "text" })).toBe("waiting");
    const before = await reader.snapshot();
    await capsule.put(URI, "newer");
    await capsule.commit();
    expect(await reader.refresh()).toBe(true);
    expect(await reader.get(URI, { as: "text" })).toBe("newer");
    expect(await before.get(URI, { as: "text" })).toBe("waiting");
    await reader.close();
    await capsule.close();
  });

  it("is SnapshotLost when the file was cut, deleted or replaced", async () => {
    const { capsule, runtime } = await newCapsule();
    const text = "text".repeat(1000);
    await capsule.put(URI, text);
    await capsule.close();
    const reader = await Capsule.open(CAPSULE_PATH, { runtime });
    const copy = runtime.files.readFile(CAPSULE_PATH);
    writeFile(runtime, copy);
    expect(await errorOf(reader.refresh())).toMatchObject({ code: "SnapshotLost" });
    expect(await reader.get(URI, { as: "text" })).toBe(text);
    runtime.files.remove(CAPSULE_PATH);
    expect(await errorOf(reader.refresh())).toMatchObject({ code: "SnapshotLost" });
    await reader.close();
    writeFile(runtime, copy);
    const other = await Capsule.open(CAPSULE_PATH, { runtime });
    const file = runtime.files.open(CAPSULE_PATH, { mode: "write" });
    file.truncate(256);
    expect(await errorOf(other.refresh())).toMatchObject({ code: "SnapshotLost" });
    expect(await errorOf(other.get(URI))).toMatchObject({ code: "SnapshotLost" });
    file.close();
    await other.close();
  });
});

describe("close()", () => {
  it("commits what waits, notes that all is durable, and gives lock and file back", async () => {
    const { capsule, runtime } = await newCapsule();
    void capsule.put(URI, "text");
    await capsule.close();
    expect(await runtime.locks.inspect(CAPSULE_PATH)).toMatchObject({ state: "free" });
    const size = sizeOf(runtime);
    const writer = await Capsule.open(CAPSULE_PATH, { runtime, mode: "write" });
    expect(await writer.get(URI, { as: "text" })).toBe("text");
    await writer.close();
    expect(sizeOf(runtime)).toBe(size);
  });

  it("may be called twice, and ends everything else", async () => {
    const { capsule } = await newCapsule();
    await Promise.all([capsule.close(), capsule.close()]);
    await capsule.close();
    for (const work of [
      () => capsule.put(URI, ""),
      () => capsule.get(URI),
      () => capsule.resolve(URI),
      () => collect(capsule.list()),
      () => capsule.search("x"),
      () => collect(capsule.events()),
      () => capsule.checkpoints(),
      () => capsule.commit(),
      () => capsule.at("x"),
      () => capsule.stats(),
      () => collect(capsule.log()),
      () => capsule.doctor(),
      () => capsule.refresh(),
    ]) {
      expect(await errorOf(work)).toMatchObject({ code: "Closed" });
    }
  });

  it("is what await using calls", async () => {
    const { capsule, runtime } = await newCapsule();
    await capsule[Symbol.asyncDispose]();
    expect(await runtime.locks.inspect(CAPSULE_PATH)).toMatchObject({ state: "free" });
  });
});

describe("describeHolder()", () => {
  const holder = (metadata: object | null) => ({ lockfilePath: "x.lock", metadata: metadata as never });

  it("says who, where, since when and for what", () => {
    const metadata = {
      pid: 12345,
      host: "workstation",
      user: "developer",
      started_at: new Date(START_MS).toISOString(),
      spec_id: "SPEC-KIT-971",
      run_id: "abc123",
    };
    expect(describeHolder(holder(metadata), START_MS + 303_000)).toBe(
      "PID 12345 on developer@workstation, started 5m 3s ago (spec: SPEC-KIT-971, run: abc123)",
    );
  });

  it("leaves out what isn't known", () => {
    expect(describeHolder(holder(null), 0)).toBe("another process, which has not said who it is");
    expect(describeHolder(holder({}), 0)).toBe("a process");
    expect(describeHolder(holder({ pid: 7, user: null, host: "h", started_at: "nonsense" }), 0)).toBe("PID 7 on h");
  });

  it("describeDuration() gives the two largest units", () => {
    const second = 1000;
    expect([0, 59, 60, 303, 3600, 3661, 90_000, 200_000].map((seconds) => describeDuration(seconds * second))).toEqual([
      "0s",
      "59s",
      "1m",
      "5m 3s",
      "1h",
      "1h 1m",
      "1d 1h",
      "2d 7h",
    ]);
    expect(describeDuration(-5)).toBe("0s");
  });
});
