import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Runtime } from "../../runtimes/contract.js";
import { runtime as nodeRuntime } from "../../runtimes/node.js";
import { Capsule } from "../capsule.js";
import { encrypted } from "../testing/age.js";
import { diskFull, failingMachine } from "../testing/failing-disk.js";
import { CAPSULE_PATH, errorOf, memoryMachine, newCapsule, noise } from "../testing/fixtures.js";
import { openAgeFile } from "./decrypted-file.js";
import { MAX_HEADER_BYTES, parseHeader } from "./header.js";
import { generateAgeKeys } from "./keys.js";
import { rekeyFile } from "./rekey.js";

const PATH = "/project/run.mv2e";
const alice = generateAgeKeys();
const bob = generateAgeKeys();
const OLD = { passphrase: "the old one" };
const hasAge = spawnSync("age", ["--version"]).status === 0;

/** A machine with an encrypted file of more than one chunk. */
function machineWith(bytes = encrypted(noise(200_000), OLD)): Runtime {
  const runtime = memoryMachine();
  runtime.files.writeFile(PATH, bytes);
  return runtime;
}

const read = (runtime: Runtime) => runtime.files.readFile(PATH);
const payloadOf = (bytes: Uint8Array) => bytes.subarray(parseHeader(bytes.subarray(0, MAX_HEADER_BYTES)).lengthBytes);
const names = (runtime: Runtime) => runtime.files.list("/project").map(({ name }) => name);

describe("rekeyFile()", () => {
  it("changes who opens it, and not a byte of the payload", async () => {
    const runtime = machineWith();
    const before = read(runtime);
    const result = await rekeyFile(PATH, { runtime, from: OLD, to: { recipients: [alice.recipient, bob.recipient] } });
    const after = read(runtime);
    expect(Buffer.compare(payloadOf(after), payloadOf(before))).toBe(0);
    expect(result).toMatchObject({ payloadBytes: payloadOf(before).length, sizeBytes: after.length });
    for (const { identity } of [alice, bob]) {
      const file = await openAgeFile(runtime.files.open(PATH, { mode: "read" }), { identities: [identity] });
      expect(Buffer.compare(await file.read(0, 200_000), noise(200_000))).toBe(0);
      file.close();
    }
    const withOld = openAgeFile(runtime.files.open(PATH, { mode: "read" }), OLD);
    expect((await errorOf(withOld)).code).toBe("NoMatchingIdentity");
    const back = { runtime, from: { identities: [bob.identity] }, to: { passphrase: "a new one", workFactor: 2 } };
    expect((await rekeyFile(PATH, back)).previousContentHash).toBe(result.contentHash);
    expect(Buffer.compare(payloadOf(read(runtime)), payloadOf(before))).toBe(0);
    expect(names(runtime)).toEqual(["run.mv2e"]);
  });

  it("leaves a capsule what it was", async () => {
    const { capsule, runtime } = await newCapsule();
    await capsule.put({ path: "plan.md" }, "# Plan");
    await capsule.close();
    runtime.files.writeFile(PATH, encrypted(runtime.files.readFile(CAPSULE_PATH), OLD));
    await rekeyFile(PATH, { runtime, from: OLD, to: { recipients: [alice.recipient] } });
    const reopened = await Capsule.open(PATH, { runtime, identities: [alice.identity] });
    expect(reopened.info.root).toBe(capsule.info.root);
    expect(await reopened.doctor({ deep: true })).toMatchObject([{ code: "Healthy" }]);
    await reopened.close();
  });

  it("refuses a wrong secret, no secret, a file that was cut, and one that isn't encrypted, and leaves them", async () => {
    const whole = encrypted(noise(200_000), OLD);
    const to = { recipients: [alice.recipient] };
    const cases = [
      [whole, { from: { passphrase: "wrong" }, to }, "InvalidPassphrase"],
      [whole, { from: {}, to }, "PassphraseRequired"],
      [whole, { from: OLD, to: {} }, "PassphraseRequired"],
      [whole, { from: OLD, to: { recipients: ["age1nonsense"] } }, "InvalidArgument"],
      [whole.subarray(0, -70_000), { from: OLD, to }, "Corrupted"],
      [noise(1000), { from: OLD, to }, "ForeignFormat"],
    ] as const;
    for (const [bytes, options, code] of cases) {
      const runtime = machineWith(Uint8Array.from(bytes));
      expect((await errorOf(rekeyFile(PATH, { runtime, ...options }))).code).toBe(code);
      expect(Buffer.compare(read(runtime), bytes)).toBe(0);
      expect(names(runtime)).toEqual(["run.mv2e"]);
    }
    expect((await errorOf(rekeyFile("/project/none", { runtime: memoryMachine(), from: OLD, to }))).code).toBe(
      "NotFound",
    );
  });

  it("leaves the old file whichever of its steps fails, and nothing else", async () => {
    const operations: string[] = [];
    for (let failing = 0; failing === operations.length; failing++) {
      const machine = machineWith();
      const before = read(machine);
      let step = 0;
      const change = (operation: string): void => {
        if (step++ !== failing) return;
        operations.push(operation);
        diskFull();
      };
      const runtime = failingMachine(machine, { append: null, sync: null, read: null, change });
      const rekeyed = rekeyFile(PATH, { runtime, from: OLD, to: { recipients: [alice.recipient] } });
      if (
        await rekeyed.then(
          () => true,
          () => false,
        )
      )
        break;
      expect(await errorOf(rekeyed), String(operations)).toMatchObject({ code: "DiskFull" });
      expect(Buffer.compare(read(machine), before)).toBe(0);
      expect(names(machine)).toEqual(["run.mv2e"]);
    }
    expect(operations).toEqual(["create", "append", "append", "sync", "rename"]);
  });

  it("is aborted by its signal, and refuses to replace a file that was changed meanwhile", async () => {
    const to = { recipients: [alice.recipient] };
    const aborted = machineWith();
    const controller = new AbortController();
    controller.abort();
    const { signal } = controller;
    expect((await errorOf(rekeyFile(PATH, { runtime: aborted, from: OLD, to, signal }))).code).toBe("Aborted");
    const changed = machineWith();
    const replace = () => changed.files.writeFile(PATH, noise(10));
    expect(await errorOf(rekeyFile(PATH, { runtime: changed, from: OLD, to, onProgress: replace }))).toMatchObject({
      code: "SnapshotLost",
    });
    expect(read(changed)).toEqual(noise(10));
    for (const machine of [aborted, changed]) expect(names(machine)).toEqual(["run.mv2e"]);
  });

  it.skipIf(!hasAge)("makes what the program age opens, of what the program age made", async () => {
    const directory = mkdtempSync(join(tmpdir(), "speckit-rekey-"));
    afterAll(() => rmSync(directory, { recursive: true, force: true }));
    const path = join(directory, "file.age");
    const text = noise(150_000);
    const input = Buffer.from(text);
    writeFileSync(path, execFileSync("age", ["-r", alice.recipient], { input, maxBuffer: 1 << 20 }));
    writeFileSync(join(directory, "bob"), `${bob.identity}\n`);
    await rekeyFile(path, {
      runtime: nodeRuntime,
      from: { identities: [alice.identity] },
      to: { recipients: [bob.recipient] },
    });
    const opened = execFileSync("age", ["-d", "-i", join(directory, "bob"), path], { maxBuffer: 1 << 20 });
    expect(Buffer.compare(opened, text)).toBe(0);
    expect(readdirSync(directory).sort()).toEqual(["bob", "file.age"]);
    expect(spawnSync("age", ["-d", "-i", "/dev/stdin", path], { input: alice.identity }).status).not.toBe(0);
    expect(readFileSync(path).length).toBeGreaterThan(150_000);
  });
});
