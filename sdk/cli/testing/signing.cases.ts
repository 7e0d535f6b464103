/** Keys, signatures and rekeying on the command line. */

import { readFileSync, statSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { generateAgeKeys } from "../../age/keys.js";
import { Capsule } from "../../capsule.js";
import { generateSigningKeys } from "../../signature/keys.js";
import { encrypted } from "../../testing/age.js";
import { Workspace } from "./command.js";

export function defineSigningCases(): void {
  describe("keygen", keygenCases);
  describe("verify", verifyCases);
  describe("rekey", rekeyCases);
}

function keygenCases(): void {
  const workspace = new Workspace();
  afterAll(() => workspace.remove());

  it("writes a key that only its owner can read, once, and shows its public key", async () => {
    const made = await workspace.json("keygen", ["keygen", "--out", "sign.key"]);
    expect(made).toMatchObject({ type: "sign", key_path: "sign.key" });
    expect(made.secret_key).toBeUndefined();
    const text = readFileSync(workspace.path("sign.key"), "utf8");
    expect(text).toMatch(/^# public key: speckit-pub-1[0-9a-z]+\nSPECKIT-SIGN-1[0-9A-Z]+\n$/);
    expect(text).toContain(made.public_key);
    if (process.platform !== "win32") expect(statSync(workspace.path("sign.key")).mode & 0o777).toBe(0o600);
    expect(await workspace.failure(1, ["keygen", "--out", "sign.key"])).toMatchObject({ code: "AlreadyExists" });
    expect(readFileSync(workspace.path("sign.key"), "utf8")).toBe(text);
    const shown = await workspace.json("keygen", ["keygen", "--public", "sign.key"]);
    expect(shown).toMatchObject({ type: "sign", public_key: made.public_key, key_path: "sign.key" });
  });

  it("prints both where no file is named, and makes keys of age", async () => {
    const { secret_key: secret, public_key: key } = await workspace.json("keygen", ["keygen", "--type", "age"]);
    expect([secret, key]).toEqual([expect.stringMatching(/^AGE-SECRET-KEY-1/), expect.stringMatching(/^age1/)]);
    const { stdout } = await workspace.run(["keygen"]);
    expect(stdout.toString()).toMatch(/^# public key: speckit-pub-1\S+\nSPECKIT-SIGN-1\S+\n$/);
  });

  it("protects a file with a passphrase, and opens it again", async () => {
    const env = { SPECKIT_KEY_PASSPHRASE: "correct horse" };
    const { public_key: key } = await workspace.json("keygen", ["keygen", "--out", "p.key", "--passphrase"], { env });
    expect(readFileSync(workspace.path("p.key"), "latin1")).toMatch(/^age-encryption\.org\/v1\n-> scrypt /);
    expect((await workspace.json("keygen", ["keygen", "--public", "p.key"], { env })).public_key).toBe(key);
    const wrong = { env: { SPECKIT_KEY_PASSPHRASE: "wrong" } };
    expect((await workspace.failure(1, ["keygen", "--public", "p.key"], wrong)).code).toBe("InvalidPassphrase");
    expect((await workspace.failure(1, ["keygen", "--public", "p.key"])).code).toBe("PassphraseRequired");
    // Nobody is there to ask: nothing is left.
    expect((await workspace.failure(1, ["keygen", "--out", "q.key", "--passphrase"])).code).toBe("PassphraseRequired");
    expect(() => statSync(workspace.path("q.key"))).toThrow("ENOENT");
    expect((await workspace.failure(1, ["keygen", "--passphrase"])).code).toBe("UsageError");
  });
}

function verifyCases(): void {
  const workspace = new Workspace();
  const keys = generateSigningKeys();
  beforeAll(async () => {
    await workspace.create({ "a.txt": "retry budget" });
    writeFileSync(workspace.path("trusted"), `# the build server\n${keys.publicKey}\n`);
  });
  afterAll(() => workspace.remove());

  it("says unsigned, untrusted, verified, and where a capsule is damaged", async () => {
    const verify = (...args: string[]) => workspace.json("verify", ["verify", ...args]);
    expect(await verify()).toMatchObject({ state: "unsigned", sequence: null, head_sequence: 1 });
    const capsule = await Capsule.open(workspace.capsulePath, { mode: "write" });
    await capsule.sign(keys.secretKey);
    await capsule.close();
    expect(await verify()).toMatchObject({ state: "untrusted", sequence: 1, head_sequence: 2 });
    const verified = await verify(workspace.capsulePath, "--trusted-key", "trusted", "--require-verified");
    expect(verified).toMatchObject({ state: "verified", encrypted: false, diagnostics: [{ code: "Healthy" }] });
    expect(verified.signatures).toMatchObject([{ key: keys.publicKey, trusted: true, valid: true, sequence: 1 }]);
    expect((await workspace.run(["verify", "--require-verified"])).exitCode).toBe(1);
    expect((await workspace.run(["verify", "--trusted-key", keys.publicKey])).stdout.toString()).toContain("trusted");
    const bytes = readFileSync(workspace.capsulePath);
    bytes[300] = (bytes[300] as number) ^ 1;
    writeFileSync(workspace.path("damaged.mv2"), bytes);
    const { exitCode, stdout } = await workspace.run(["verify", "damaged.mv2", "--trusted-key", "trusted", "--json"]);
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout.toString())).toMatchObject({
      state: "broken",
      diagnostics: [{ code: "Corrupted", level: "error", offset: 256 }],
    });
    expect((await workspace.failure(1, ["verify", "none.mv2"])).code).toBe("NotFound");
  });

  it("trusts the configuration's keys, and verifies what is encrypted", async () => {
    writeFileSync(
      workspace.path(".speckit", "config.json"),
      JSON.stringify({ capsule: { trusted_keys: ["trusted"] } }),
    );
    writeFileSync(workspace.path("e.mv2e"), encrypted(readFileSync(workspace.capsulePath), { passphrase: "horse" }));
    const env = { SPECKIT_MEMVID_PASSPHRASE: "horse" };
    const verified = await workspace.json("verify", ["verify", "e.mv2e"], { env });
    expect(verified).toMatchObject({ state: "verified", encrypted: true });
  });
}

function rekeyCases(): void {
  const workspace = new Workspace();
  const keys = generateAgeKeys();
  beforeAll(async () => {
    await workspace.create({ "a.txt": "retry budget" });
    const plain = readFileSync(workspace.capsulePath);
    writeFileSync(workspace.path("run.mv2e"), encrypted(plain, { passphrase: "old" }));
    writeFileSync(workspace.path("key"), `${keys.identity}\n`);
  });
  afterAll(() => workspace.remove());

  it("gives an encrypted capsule recipients, then a passphrase", async () => {
    const old = { env: { SPECKIT_MEMVID_PASSPHRASE: "old" } };
    const result = await workspace.json("rekey", ["rekey", "run.mv2e", "--recipient", keys.recipient], old);
    expect(result).toMatchObject({ path: "run.mv2e", recipients: [keys.recipient] });
    const list = ["list", "--capsule", "run.mv2e"];
    expect((await workspace.json("list", [...list, "--identity", "key"])).count).toBe(1);
    expect((await workspace.failure(1, list, old)).code).toBe("EncryptedCapsule");
    const env = { SPECKIT_NEW_PASSPHRASE: "new" };
    const { exitCode, stdout } = await workspace.run(["rekey", "run.mv2e", "--identity", "key"], { env });
    expect([exitCode, stdout.toString()]).toEqual([0, expect.stringContaining("Copies made before stay readable")]);
    const now = { env: { SPECKIT_MEMVID_PASSPHRASE: "new" } };
    expect((await workspace.json("list", list, now)).count).toBe(1);
    expect((await workspace.failure(1, ["rekey", "run.mv2e", "--recipient", keys.recipient], old)).code).toBe(
      "InvalidPassphrase",
    );
    expect((await workspace.failure(1, ["rekey", workspace.capsulePath], { env })).code).toBe("ForeignFormat");
  });
}
