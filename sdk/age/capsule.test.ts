import { describe, expect, it } from "vitest";
import type { Runtime } from "../../runtimes/contract.js";
import { encodeUtf8 } from "../../runtimes/std.js";
import { Capsule } from "../capsule.js";
import { encrypted } from "../testing/age.js";
import { CAPSULE_PATH, errorOf, memoryMachine, newCapsule, noise } from "../testing/fixtures.js";
import { openAgeFile } from "./decrypted-file.js";
import type { EncryptOptions } from "./encrypt.js";
import { generateAgeKeys } from "./keys.js";

const PATH = "/project/run.mv2e";
const keys = generateAgeKeys();

/** A machine with a capsule and the same encrypted. */
async function machineWith(options: EncryptOptions): Promise<Runtime> {
  const { capsule, runtime } = await newCapsule();
  await capsule.put({ path: "plan.md" }, "# Plan\nAn authentication service with bearer tokens.");
  await capsule.put({ path: "large.bin" }, noise(400_000));
  await capsule.commit({ label: "first" });
  await capsule.close();
  runtime.files.writeFile(PATH, encrypted(runtime.files.readFile(CAPSULE_PATH), options));
  return runtime;
}

describe("Capsule.open() of an encrypted capsule", () => {
  it("reads, searches and verifies as the capsule that was encrypted", async () => {
    const runtime = await machineWith({ passphrase: "open sesame" });
    const plain = await Capsule.open(CAPSULE_PATH, { runtime });
    const capsule = await Capsule.open(PATH, { runtime, passphrase: "open sesame" });
    expect(capsule.info).toEqual({ ...plain.info, path: PATH });
    expect(await capsule.search("authentication tokens")).toEqual(await plain.search("authentication tokens"));
    for (const path of ["plan.md", "large.bin"]) {
      const uri = `mv2://default/workspace/main/artifact/${path}`;
      const content = await capsule.get(uri);
      expect(content?.length).toBeGreaterThan(10);
      expect(Buffer.compare(content as Uint8Array, (await plain.get(uri)) as Uint8Array)).toBe(0);
    }
    expect(await capsule.doctor({ deep: true })).toMatchObject([{ level: "ok" }]);
    expect((await errorOf(capsule.put({ path: "x" }, "x"))).code).toBe("ReadOnly");
    await capsule.close();
    await plain.close();
  });

  it("opens with an identity, and through a file that was decrypted before", async () => {
    const runtime = await machineWith({ recipients: [keys.recipient] });
    const identities = [generateAgeKeys().identity, keys.identity];
    const direct = await Capsule.open(PATH, { runtime, identities });
    const file = await openAgeFile(runtime.files.open(PATH, { mode: "read" }), { identities });
    const mounted = await Capsule.open(PATH, { runtime, file });
    expect(mounted.info).toEqual(direct.info);
    await direct.close();
    await mounted.close();
    expect(() => file.size()).toThrow(expect.objectContaining({ code: "Closed" }));
  });

  it("ignores secrets that a capsule doesn't need", async () => {
    const runtime = await machineWith({ passphrase: "x" });
    const capsule = await Capsule.open(CAPSULE_PATH, { runtime, passphrase: "another" });
    await capsule.close();
  });

  it("says what is missing or wrong, and doctor says the same", async () => {
    const runtime = await machineWith({ passphrase: "open sesame" });
    const cases = [
      [{}, "EncryptedCapsule"],
      [{ identities: [] }, "EncryptedCapsule"],
      [{ identities: [keys.identity] }, "PassphraseRequired"],
      [{ passphrase: "wrong" }, "InvalidPassphrase"],
    ] as const;
    for (const [secrets, code] of cases) {
      const error = await errorOf(Capsule.open(PATH, { runtime, ...secrets }));
      expect(error).toMatchObject({ code, exitCode: 1 });
      expect(await Capsule.doctor(PATH, { runtime, ...secrets })).toMatchObject([
        { code: "Encrypted", level: "error" },
      ]);
    }
    expect(await Capsule.doctor(PATH, { runtime, passphrase: "open sesame" })).toMatchObject([{ code: "Healthy" }]);
    const writing = Capsule.open(PATH, { runtime, mode: "write", passphrase: "open sesame" });
    expect((await errorOf(writing)).code).toBe("EncryptedCapsule");
  });

  it("refuses a file that was cut or altered", async () => {
    const runtime = await machineWith({ recipients: [keys.recipient] });
    const bytes = runtime.files.readFile(PATH);
    const open = () => Capsule.open(PATH, { runtime, identities: [keys.identity] });
    runtime.files.writeFile(PATH, bytes.subarray(0, -(bytes.length % 1000) - 1));
    expect(await errorOf(open())).toMatchObject({ code: "Corrupted", exitCode: 2 });
    const altered = bytes.slice();
    altered[100_000] = (altered[100_000] ?? 0) ^ 1;
    runtime.files.writeFile(PATH, altered);
    const capsule = await open();
    const uri = "mv2://default/workspace/main/artifact/large.bin";
    const error = await errorOf(capsule.get(uri));
    expect(error).toMatchObject({ code: "Corrupted", details: { reason: "AGE_PAYLOAD" } });
    await capsule.close();
    expect(await Capsule.doctor(PATH, { runtime, identities: [keys.identity], deep: true })).toMatchObject([
      { code: "Corrupted", level: "error" },
    ]);
  });

  it("refuses an age file that holds no capsule", async () => {
    const runtime = memoryMachine();
    runtime.files.makeDirectory("/project");
    runtime.files.writeFile(PATH, encrypted(encodeUtf8("hello ".repeat(100)), { recipients: [keys.recipient] }));
    const error = await errorOf(Capsule.open(PATH, { runtime, identities: [keys.identity] }));
    expect(error.code).toBe("ForeignFormat");
  });
});
