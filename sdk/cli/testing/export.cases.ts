/** `export`: what it writes, what it says, and that nothing is left when it fails. */

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { generateAgeKeys } from "../../age/keys.js";
import { Capsule } from "../../capsule.js";
import { checkGolden } from "../../export/golden.js";
import { Workspace } from "./command.js";

const PASSPHRASE = { SPECKIT_MEMVID_PASSPHRASE: "correct horse" };

export function defineExportCases(): void {
  describe("export", exportCases);
}

function exportCases(): void {
  const workspace = new Workspace();
  beforeAll(async () => {
    await workspace.create({ "guide.md": "retry budget" });
    writeFileSync(workspace.path("plan.md"), "the plan of the run");
    await workspace.json("put", ["put", "plan.md", "--spec", "SPEC-1", "--run", "abc"]);
    await workspace.json("commit", ["commit", "--stage", "plan", "--spec", "SPEC-1", "--run", "abc"]);
  });
  afterAll(() => workspace.remove());

  it("writes a plain capsule to its default place, with its digest, and doesn't replace it unasked", async () => {
    const args = ["export", "--run", "abc", "--no-encrypt", "--unsafe"];
    const told = await workspace.json("export", args);
    const path = workspace.path("docs/specs/SPEC-1/runs/abc/capsule.mv2");
    expect(told).toMatchObject({ output_path: path, format: "mv2-v1", encrypted: false, safe_mode: false });
    expect(told).toMatchObject({ artifact_count: 1, checkpoint_count: 1, event_count: 1, redactions: null });
    expect(told.content_hash).toBe(createHash("sha256").update(readFileSync(path)).digest("hex"));
    expect((await workspace.failure(1, args)).code).toBe("AlreadyExists");
    await workspace.json("export", [...args, "--force", "--pin"]);
    const events = await workspace.json("events", ["events", "--type", "CapsuleExported"]);
    expect(events.events.map(({ payload }) => payload["destination"])).toEqual(
      Array(2).fill("docs/specs/SPEC-1/runs/abc/capsule.mv2"),
    );
  });

  it("masks unless told otherwise, and fails where a URI holds a secret unless that is allowed", async () => {
    const ofRun = ["--spec", "SPEC-1", "--run", "leaky"];
    writeFileSync(workspace.path("note.md"), "ask maria.keller@firma.io");
    await workspace.json("put", ["put", "note.md", ...ofRun]);
    const args = ["export", "--run", "leaky", "--no-encrypt", "--out", "safe.mv2", "--force"];
    const told = await workspace.json("export", args);
    expect(told).toMatchObject({ safe_mode: true, redactions: { masked: 1, rules: { email: 1 }, kept_in_uris: 0 } });
    expect(readFileSync(workspace.path("safe.mv2")).includes("keller")).toBe(false);
    await workspace.json("put", ["put", "note.md", "--path", "maria.keller@firma.io.md", ...ofRun]);
    expect((await workspace.failure(1, args)).code).toBe("SecretInName");
    const allowed = await workspace.json("export", [...args, "--allow-uri"]);
    expect(allowed).toMatchObject({ redactions: { kept_in_uris: 1 } });
  });

  it("encrypts for a passphrase or recipients, and stores golden queries", async () => {
    writeFileSync(workspace.path("golden.json"), JSON.stringify({ queries: [{ query: "plan of the run" }] }));
    const keys = generateAgeKeys();
    writeFileSync(workspace.path("team.txt"), `# the team\n${keys.recipient}\n`);
    const args = ["export", "--run", "abc", "--unsafe", "--golden", "golden.json"];
    await workspace.json("export", [...args, "--out", "a.mv2e"], { env: PASSPHRASE });
    await workspace.json("export", [...args, "--out", "b.mv2e", "--recipient", "team.txt"]);
    const ways = [
      { file: "a.mv2e", secrets: { passphrase: PASSPHRASE.SPECKIT_MEMVID_PASSPHRASE } },
      { file: "b.mv2e", secrets: { identities: [keys.identity] } },
    ];
    for (const { file, secrets } of ways) {
      const capsule = await Capsule.open(workspace.path(file), { ...secrets, runId: "abc" });
      expect((await capsule.search("plan", { scope: "run" })).hits).toHaveLength(1);
      expect(await checkGolden(capsule)).toEqual({ passed: 1, failed: [] });
      await capsule.close();
    }
  });

  it("signs with the key of a file, and says who signed", async () => {
    const { public_key: key } = await workspace.json("keygen", ["keygen", "--out", "sign.key"]);
    const args = ["export", "--run", "abc", "--no-encrypt", "--unsafe", "--out", "signed.mv2", "--sign", "sign.key"];
    expect((await workspace.json("export", args)).signature).toMatchObject({ key });
    const capsule = await Capsule.open(workspace.path("signed.mv2"));
    expect((await capsule.verifySignatures({ trustedKeys: [key] })).state).toBe("verified");
    await capsule.close();
  });

  it("fails with what is wrong, and leaves nothing", async () => {
    mkdirSync(workspace.path("out"));
    const args = ["export", "--unsafe", "--out", "out/run.mv2e"];
    expect((await workspace.failure(1, args)).code).toBe("UsageError");
    expect(await workspace.failure(1, [...args, "--run", "ab"])).toMatchObject({
      code: "UnknownRun",
      hint: "There are: SPEC-1/abc, SPEC-1/leaky.",
    });
    const asked = [...args, "--run", "abc"];
    expect((await workspace.failure(1, asked)).code).toBe("PassphraseRequired");
    expect((await workspace.failure(1, [...asked, "--recipient", "age1nonsense"])).code).toBe("InvalidArgument");
    writeFileSync(workspace.path("bad.json"), JSON.stringify({ queries: [{ query: "a", checkpoint: "never" }] }));
    const golden = [...asked, "--no-encrypt", "--golden", "bad.json"];
    expect((await workspace.failure(1, golden)).code).toBe("UnknownCheckpoint");
    expect(readdirSync(workspace.path("out"))).toEqual([]);
    expect(existsSync(workspace.path("docs/specs/SPEC-1/runs/ab"))).toBe(false);
  });
}
