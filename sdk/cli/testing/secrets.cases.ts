/** Encrypted capsules on the command line: where their secrets come from. */

import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { generateAgeKeys } from "../../age/keys.js";
import { encrypted } from "../../testing/age.js";
import { Workspace } from "./command.js";

export function defineSecretCases(): void {
  describe("encrypted capsules", secretCases);
}

function secretCases(): void {
  const workspace = new Workspace();
  const keys = generateAgeKeys();
  const withPassphrase = ["list", "--capsule", "p.mv2e"];
  const forRecipient = ["search", "retry", "--capsule", "r.mv2e"];

  beforeAll(async () => {
    await workspace.create({ "a.txt": "retry budget" });
    const plain = readFileSync(workspace.capsulePath);
    writeFileSync(workspace.path("p.mv2e"), encrypted(plain, { passphrase: "correct horse" }));
    writeFileSync(workspace.path("r.mv2e"), encrypted(plain, { recipients: [keys.recipient] }));
    writeFileSync(workspace.path("passphrase"), "correct horse\n");
    writeFileSync(workspace.path("wrong"), "battery staple\n");
    writeFileSync(workspace.path("key.txt"), `# public key: ${keys.recipient}\n${keys.identity}\n`);
  });
  afterAll(() => workspace.remove());

  it("are read with the passphrase of the environment, a file, standard input", async () => {
    const env = { SPECKIT_MEMVID_PASSPHRASE: "correct horse" };
    expect((await workspace.json("list", withPassphrase, { env })).count).toBe(1);
    expect((await workspace.json("list", [...withPassphrase, "--passphrase-file", "passphrase"])).count).toBe(1);
    const input = { input: "correct horse\n" };
    expect((await workspace.json("list", [...withPassphrase, "--passphrase-file", "-"], input)).count).toBe(1);
    expect((await workspace.json("doctor", ["doctor", "--deep", "--capsule", "p.mv2e"], { env })).status).toBe("ok");
  });

  it("are read with an identity of a file", async () => {
    const found = await workspace.json("search", [...forRecipient, "--identity", "key.txt"]);
    expect(found.hits).toHaveLength(1);
  });

  it("without their secret are an error that says which is missing", async () => {
    expect(await workspace.failure(1, withPassphrase)).toMatchObject({ code: "PassphraseRequired" });
    expect(await workspace.failure(1, [...withPassphrase, "--passphrase-file", "wrong"])).toMatchObject({
      code: "InvalidPassphrase",
    });
    expect(await workspace.failure(1, forRecipient)).toMatchObject({ code: "EncryptedCapsule" });
  });

  it("a capsule that isn't encrypted needs neither, and files of secrets aren't looked at", async () => {
    expect((await workspace.json("list", ["list", "--identity", "none", "--passphrase-file", "none"])).count).toBe(1);
  });
}
