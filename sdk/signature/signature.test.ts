import { describe, expect, it } from "vitest";
import { verifyCapsule } from "../../conformance/oracle/verify.js";
import type { Runtime } from "../../runtimes/contract.js";
import { Capsule } from "../capsule.js";
import { CAPSULE_PATH, errorOf, newCapsule, repeatingRandom } from "../testing/fixtures.js";
import { generateSigningKeys, publicKeyOf } from "./keys.js";

const alice = generateSigningKeys(repeatingRandom(1));
const bob = generateSigningKeys(repeatingRandom(2));

async function reopened(runtime: Runtime): Promise<Capsule> {
  return Capsule.open(CAPSULE_PATH, { runtime });
}

/** State and sequence of the capsule on a machine's disk. */
async function stateOf(runtime: Runtime, trustedKeys = [alice.publicKey]) {
  const capsule = await reopened(runtime);
  try {
    const { state, sequence } = await capsule.verifySignatures({ trustedKeys });
    return [state, sequence];
  } finally {
    await capsule.close();
  }
}

function oracleErrors(runtime: Runtime) {
  return verifyCapsule(runtime.files.readFile(CAPSULE_PATH)).findings;
}

describe("Capsule.sign()", () => {
  it("makes a capsule verified, and leaves what it says as it was", async () => {
    const { capsule, runtime } = await newCapsule();
    await capsule.put({ path: "plan.md" }, "# Plan\nBearer tokens for the service.");
    const committed = await capsule.commit({ label: "done" });
    expect(await capsule.verifySignatures()).toEqual({ state: "unsigned", sequence: null, signatures: [] });
    const before = await capsule.stats();
    const signed = await capsule.sign(alice.secretKey);
    expect(signed).toEqual({ key: alice.publicKey, sequence: 1, root: committed.root, added: true });
    const { frameCount, sequence, sizeBytes, coreMemoryBytes, ...after } = await capsule.stats();
    expect(before).toMatchObject(after);
    expect([sequence, frameCount]).toEqual([2, before.frameCount + 2]);
    await capsule.close();
    expect(await stateOf(runtime)).toEqual(["verified", 1]);
    expect(await stateOf(runtime, [])).toEqual(["untrusted", 1]);
    expect(await stateOf(runtime, [bob.publicKey])).toEqual(["untrusted", 1]);
    const again = await reopened(runtime);
    expect((await again.search("tokens")).hits).toHaveLength(1);
    expect(await again.doctor({ deep: true })).toMatchObject([{ code: "Healthy" }]);
    await again.close();
    expect(oracleErrors(runtime)).toEqual([]);
  });

  it("commits what waits first, and signs a capsule that is empty", async () => {
    const { capsule, runtime } = await newCapsule();
    expect(await capsule.sign(alice.secretKey)).toMatchObject({ sequence: 1, added: true });
    await capsule.put({ path: "a" }, "a");
    expect(await capsule.verifySignatures({ trustedKeys: [alice.publicKey] })).toMatchObject({ state: "verified" });
    expect(await capsule.sign(alice.secretKey)).toMatchObject({ sequence: 3, added: true });
    await capsule.close();
    expect(await stateOf(runtime)).toEqual(["verified", 3]);
    expect(oracleErrors(runtime)).toEqual([]);
  });

  it("adds signatures of several keys, each once", async () => {
    const { capsule, runtime } = await newCapsule();
    await capsule.put({ path: "a" }, "a");
    for (const { secretKey } of [alice, bob]) expect((await capsule.sign(secretKey)).added).toBe(true);
    for (const { secretKey } of [alice, bob])
      expect(await capsule.sign(secretKey)).toMatchObject({ sequence: 1, added: false });
    await capsule.close();
    const again = await Capsule.open(CAPSULE_PATH, { runtime, mode: "write" });
    expect((await again.sign(alice.secretKey)).added).toBe(false);
    const { signatures } = await again.verifySignatures({ trustedKeys: [bob.publicKey] });
    expect(signatures.map(({ key, trusted, valid, sequence }) => [key, trusted, valid, sequence])).toEqual([
      [bob.publicKey, true, true, 1],
      [alice.publicKey, false, true, 1],
    ]);
    await again.close();
    expect(await stateOf(runtime, [alice.publicKey, bob.publicKey])).toEqual(["verified", 1]);
  });

  it("says up to where, once something is committed behind it", async () => {
    const { capsule, runtime } = await newCapsule();
    await capsule.put({ path: "a" }, "a");
    await capsule.sign(alice.secretKey);
    await capsule.put({ path: "b" }, "b");
    await capsule.commit();
    expect(await stateOf(runtime)).toEqual(["verified-to-sequence", 1]);
    await capsule.sign(bob.secretKey);
    expect(await stateOf(runtime)).toEqual(["verified-to-sequence", 1]);
    expect(await stateOf(runtime, [bob.publicKey])).toEqual(["verified", 3]);
    await capsule.sign(alice.secretKey);
    expect(await stateOf(runtime)).toEqual(["verified", 3]);
    await capsule.close();
    expect(oracleErrors(runtime)).toEqual([]);
  });

  it("leaves room for more signatures, whatever the tail holds, and signs on when there is none", async () => {
    const { capsule, runtime } = await newCapsule();
    for (let i = 0; i < 55; i++) {
      await capsule.put({ path: `file-${i}` }, `content ${i}`);
      await capsule.commit();
    }
    expect(await capsule.sign(alice.secretKey)).toMatchObject({ sequence: 56 });
    for (let seed = 10; seed < 25; seed++) {
      const { secretKey } = generateSigningKeys(repeatingRandom(seed));
      expect(await capsule.sign(secretKey)).toMatchObject({ sequence: 56 });
    }
    expect(await stateOf(runtime)).toEqual(["verified", 56]);
    for (let seed = 25; seed < 90; seed++) await capsule.sign(generateSigningKeys(repeatingRandom(seed)).secretKey);
    expect(await stateOf(runtime)).toEqual(["verified-to-sequence", 56]);
    await capsule.close();
    expect(oracleErrors(runtime)).toEqual([]);
  });

  it("refuses what isn't a secret key, without repeating it, and a reader", async () => {
    const { capsule, runtime } = await newCapsule();
    for (const key of [alice.publicKey, alice.secretKey.toLowerCase(), `${alice.secretKey}Q`]) {
      const error = await errorOf(capsule.sign(key));
      expect(error.code).toBe("InvalidArgument");
      expect(JSON.stringify([error.message, error.hint, error.details])).not.toContain(key);
    }
    for (const key of ["", 1, null]) expect((await errorOf(capsule.sign(key as string))).code).toBe("InvalidArgument");
    await capsule.close();
    const reader = await reopened(runtime);
    expect((await errorOf(reader.sign(alice.secretKey))).code).toBe("ReadOnly");
    expect((await errorOf(reader.verifySignatures({ trustedKeys: [alice.secretKey] }))).code).toBe("InvalidArgument");
    await reader.close();
  });
});

describe("publicKeyOf()", () => {
  it("gives what generateSigningKeys() gave", () => {
    expect(publicKeyOf(alice.secretKey)).toBe(alice.publicKey);
    expect(alice.secretKey).toMatch(/^SPECKIT-SIGN-1[0-9A-Z]{58}$/);
    expect(alice.publicKey).toMatch(/^speckit-pub-1[0-9a-z]{58}$/);
  });
});
