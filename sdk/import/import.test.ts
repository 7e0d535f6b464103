import { beforeAll, describe, expect, it } from "vitest";
import type { Runtime } from "../../runtimes/contract.js";
import { encodeHex } from "../../runtimes/std.js";
import { Capsule } from "../capsule.js";
import { generateSigningKeys } from "../signature/keys.js";
import { encrypted } from "../testing/age.js";
import { CAPSULE_PATH, collect, errorOf, memoryMachine } from "../testing/fixtures.js";
import {
  capsuleBytes,
  inWorkspace,
  MOUNTS,
  mountMachine,
  NO_TRACES,
  REGISTRY_PATH,
  SOURCE_PATH,
  traces,
} from "../testing/mounts.js";

let source: Uint8Array;
let other: Uint8Array;

beforeAll(async () => {
  source = await capsuleBytes({ "a.md": "the retry budget", "b.md": "nothing of it" });
  other = await capsuleBytes({ "c.md": "another capsule" });
});

function digestOf(runtime: Runtime, bytes: Uint8Array): string {
  const hash = runtime.environment.sha256();
  hash.update(bytes);
  return encodeHex(hash.digest());
}

describe("import()", () => {
  it("mounts a capsule: file, event and registry say the same", async () => {
    const runtime = await mountMachine(source);
    const result = await inWorkspace(runtime, (capsule) => capsule.import(SOURCE_PATH, { actor: "me" }));
    expect(result).toMatchObject({
      mountName: "run-1",
      mountedPath: `${MOUNTS}/run-1.mv2`,
      created: true,
      contentHash: digestOf(runtime, source),
      format: "mv2-v1",
      branch: "main",
      counts: { artifacts: 2, checkpoints: 1, events: 1 },
      verificationPassed: true,
      signature: { state: "unsigned" },
      golden: null,
      diagnostics: [{ code: "Unverified", level: "warning" }],
    });
    expect(runtime.files.readFile(result.mountedPath)).toEqual(source);
    expect(await traces(runtime)).toEqual({ files: ["run-1.mv2"], registered: ["run-1"], events: ["run-1"] });
    const capsule = await Capsule.open(CAPSULE_PATH, { runtime });
    const [event] = await collect(capsule.events({ type: "CapsuleImported" }));
    expect(event).toMatchObject({
      uri: result.eventUri,
      runId: null,
      branch: "main",
      payload: {
        source: SOURCE_PATH,
        content_hash: result.contentHash,
        original_capsule_id: result.capsuleId,
        verification_passed: true,
        validation: { signature: "unsigned", findings: ["Unverified"] },
        actor: "me",
      },
    });
    expect(event?.payload["checkpoints_imported"]).toHaveLength(1);
    expect(await capsule.mounts()).toMatchObject([{ name: "run-1", status: "ok", contentHash: result.contentHash }]);
    expect(await Capsule.doctor(CAPSULE_PATH, { runtime, deep: true })).toMatchObject([{ code: "Healthy" }]);
    await capsule.close();
  });

  it("records its event on main, whatever branch the handle works on", async () => {
    const runtime = await mountMachine(source);
    const run = await Capsule.open(CAPSULE_PATH, { runtime, mode: "write", specId: "S", runId: "abc" });
    await run.import(SOURCE_PATH);
    await run.close();
    expect((await traces(runtime)).events).toEqual(["run-1"]);
  });

  it("changes nothing for the same file under the same name", async () => {
    const runtime = await mountMachine(source);
    const first = await inWorkspace(runtime, (capsule) => capsule.import(SOURCE_PATH));
    const before = runtime.files.readFile(CAPSULE_PATH);
    const again = await inWorkspace(runtime, (capsule) => capsule.import(SOURCE_PATH));
    expect(again).toEqual({ ...first, created: false });
    expect(runtime.files.readFile(CAPSULE_PATH)).toEqual(before);
  });

  it("mounts one file under several names, and no other file under a name that is taken", async () => {
    const runtime = await mountMachine(source);
    await inWorkspace(runtime, (capsule) => capsule.import(SOURCE_PATH, { mountAs: "A" }));
    await inWorkspace(runtime, (capsule) => capsule.import(SOURCE_PATH, { mountAs: "B" }));
    runtime.files.writeFile(SOURCE_PATH, other);
    const error = await errorOf(inWorkspace(runtime, (capsule) => capsule.import(SOURCE_PATH, { mountAs: "A" })));
    expect(error).toMatchObject({ code: "MountHashConflict", details: { name: "A" } });
    runtime.files.writeFile(SOURCE_PATH, encrypted(source, { passphrase: "p" }));
    const sealed = { mountAs: "A", passphrase: "p" };
    expect(await errorOf(inWorkspace(runtime, (capsule) => capsule.import(SOURCE_PATH, sealed)))).toMatchObject({
      code: "MountHashConflict",
    });
    expect(await traces(runtime)).toEqual({
      files: ["A.mv2", "B.mv2"],
      registered: ["A", "B"],
      events: ["A", "B"],
    });
  });

  it("keeps what is encrypted encrypted, and opens it with its secret only", async () => {
    const sealed = encrypted(source, { passphrase: "p" });
    const runtime = await mountMachine(sealed);
    const { mountedPath } = await inWorkspace(runtime, (capsule) => capsule.import(SOURCE_PATH, { passphrase: "p" }));
    expect(mountedPath).toBe(`${MOUNTS}/run-1.mv2e`);
    expect(runtime.files.readFile(mountedPath)).toEqual(sealed);
    const capsule = await Capsule.open(CAPSULE_PATH, { runtime });
    const mount = await capsule.openMount("run-1", { passphrase: "p" });
    expect((await mount.search("retry")).hits).toMatchObject([{ uri: "mv2://other/workspace/main/artifact/a.md" }]);
    expect(await errorOf(mount.put({ path: "x" }, "x"))).toMatchObject({ code: "ReadOnly" });
    await mount.close();
    expect(await errorOf(capsule.openMount("run-1"))).toMatchObject({ code: "EncryptedCapsule" });
    expect(await errorOf(capsule.openMount("run-1", { passphrase: "q" }))).toMatchObject({ code: "InvalidPassphrase" });
    await capsule.close();
  });

  it("refuses a bad name, option or digest before anything is written", async () => {
    const runtime = await mountMachine(source);
    const wrong = "0".repeat(64);
    for (const [options, code] of [
      [{ mountAs: "a/b" }, "InvalidMountName"],
      [{ mountAs: "NUL" }, "InvalidMountName"],
      [{ expectDigest: "abc" }, "InvalidArgument"],
      [{ minSequence: -1 }, "InvalidArgument"],
      [{ requireVerified: true }, "InvalidArgument"],
      [{ trustedKeys: ["speckit-pub-1none"] }, "InvalidArgument"],
    ] as const) {
      expect(await errorOf(inWorkspace(runtime, (capsule) => capsule.import(SOURCE_PATH, options)))).toMatchObject({
        code,
      });
    }
    expect(runtime.files.stat(MOUNTS)).toBeNull();
    for (const [options, check] of [
      [{ expectDigest: wrong }, "digest"],
      [{ minSequence: 4 }, "sequence"],
      [{ requireVerified: true, trustedKeys: [generateSigningKeys().publicKey] }, "signature"],
    ] as const) {
      const error = await errorOf(inWorkspace(runtime, (capsule) => capsule.import(SOURCE_PATH, options)));
      expect(error).toMatchObject({ code: "VerificationFailed", details: { check } });
    }
    expect(await traces(runtime)).toEqual(NO_TRACES);
    const fitting = { expectDigest: digestOf(runtime, source).toUpperCase(), minSequence: 2 };
    await inWorkspace(runtime, (capsule) => capsule.import(SOURCE_PATH, fitting));
  });

  it("refuses a name that differs from a mount's in case only", async () => {
    const runtime = await mountMachine(source);
    await inWorkspace(runtime, (capsule) => capsule.import(SOURCE_PATH, { mountAs: "Run" }));
    const error = await errorOf(inWorkspace(runtime, (capsule) => capsule.import(SOURCE_PATH, { mountAs: "rUN" })));
    expect(error).toMatchObject({ code: "InvalidMountName" });
  });

  it("refuses what is no regular file, and what isn't there", async () => {
    const runtime = await mountMachine(source);
    expect(await errorOf(inWorkspace(runtime, (capsule) => capsule.import("/given")))).toMatchObject({
      code: "InvalidArgument",
    });
    expect(await errorOf(inWorkspace(runtime, (capsule) => capsule.import("/none.mv2")))).toMatchObject({
      code: "NotFound",
    });
    expect(await traces(runtime)).toEqual(NO_TRACES);
  });

  it("ends when it is aborted, and leaves nothing", async () => {
    const runtime = await mountMachine(source);
    const controller = new AbortController();
    const onProgress = (): void => controller.abort();
    const work = inWorkspace(runtime, (capsule) =>
      capsule.import(SOURCE_PATH, { signal: controller.signal, onProgress }),
    );
    expect(await errorOf(work)).toMatchObject({ code: "Aborted" });
    expect(await traces(runtime)).toEqual(NO_TRACES);
  });

  it("needs a handle that writes", async () => {
    const runtime = await mountMachine(source);
    const capsule = await Capsule.open(CAPSULE_PATH, { runtime });
    expect(await errorOf(capsule.import(SOURCE_PATH))).toMatchObject({ code: "ReadOnly" });
    expect(await errorOf(capsule.unmount("run-1"))).toMatchObject({ code: "ReadOnly" });
    await capsule.close();
  });
});

describe("unmount()", () => {
  it("removes file and entry, keeps the event, and the mount can be made again", async () => {
    const runtime = await mountMachine(source);
    await inWorkspace(runtime, (capsule) => capsule.import(SOURCE_PATH));
    await inWorkspace(runtime, (capsule) => capsule.unmount("run-1"));
    expect(await traces(runtime)).toEqual({ files: [], registered: [], events: ["run-1"] });
    expect(await Capsule.doctor(CAPSULE_PATH, { runtime })).toMatchObject([{ code: "Healthy" }]);
    expect(await errorOf(inWorkspace(runtime, (capsule) => capsule.unmount("run-1")))).toMatchObject({
      code: "NotFound",
    });
    expect((await inWorkspace(runtime, (capsule) => capsule.import(SOURCE_PATH))).created).toBe(true);
    expect((await traces(runtime)).events).toEqual(["run-1", "run-1"]);
  });
});

describe("doctor()", () => {
  const codes = async (runtime: Runtime, deep = false) =>
    (await Capsule.doctor(CAPSULE_PATH, { runtime, deep })).map(({ code }) => code);
  const mounted = async () => {
    const runtime = await mountMachine(source);
    await inWorkspace(runtime, (capsule) => capsule.import(SOURCE_PATH));
    return runtime;
  };

  it("tells of a mount whose file is gone, until it is imported again or unmounted", async () => {
    const runtime = await mounted();
    runtime.files.remove(`${MOUNTS}/run-1.mv2`);
    expect(await codes(runtime)).toEqual(["MountMissing"]);
    expect((await inWorkspace(runtime, (capsule) => capsule.mounts()))[0]).toMatchObject({ status: "missing" });
    expect((await inWorkspace(runtime, (capsule) => capsule.import(SOURCE_PATH))).created).toBe(true);
    expect(await traces(runtime)).toMatchObject({ events: ["run-1"] });
    runtime.files.remove(`${MOUNTS}/run-1.mv2`);
    await inWorkspace(runtime, (capsule) => capsule.unmount("run-1"));
    expect(await codes(runtime)).toEqual(["Healthy"]);
  });

  it("tells of a file that was put there by hand, or exchanged, and of strangers", async () => {
    const runtime = await mounted();
    runtime.files.writeFile(`${MOUNTS}/two.mv2`, other);
    runtime.files.writeFile(`${MOUNTS}/RUN-1.txt`, other);
    runtime.files.makeDirectory(`${MOUNTS}/three.mv2`);
    expect((await codes(runtime)).sort()).toEqual(["MountStranger", "MountStranger", "MountUnregistered"]);
    runtime.files.writeFile(`${MOUNTS}/run-1.mv2`, other);
    expect(await codes(runtime, true)).toContain("Corrupted");
  });

  it("tells of a registry that is damaged or says something else than the events; importing again puts it right", async () => {
    const runtime = await mounted();
    const registry = runtime.files.readFile(REGISTRY_PATH);
    const edited = new TextDecoder().decode(registry).replace(/"source": "[^"]*"/, '"source": "/etc/passwd"');
    for (const text of ["{", "[]", edited]) {
      runtime.files.writeFile(REGISTRY_PATH, new TextEncoder().encode(text));
      expect(await codes(runtime)).toEqual([text === edited ? "MountUnregistered" : "RegistryDamaged"]);
      expect((await inWorkspace(runtime, (capsule) => capsule.import(SOURCE_PATH))).created).toBe(false);
      expect(runtime.files.readFile(REGISTRY_PATH)).toEqual(registry);
    }
  });

  it("finds nothing where nothing was mounted", async () => {
    const runtime = memoryMachine();
    await (await Capsule.create(CAPSULE_PATH, { runtime })).close();
    expect(await codes(runtime)).toEqual(["Healthy"]);
  });
});
