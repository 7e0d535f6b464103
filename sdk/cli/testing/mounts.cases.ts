/** `import`, `mounts`, `unmount`. */

import { readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encrypted } from "../../testing/age.js";
import { Workspace } from "./command.js";

const PASSPHRASE = { env: { SPECKIT_MEMVID_PASSPHRASE: "correct horse" } };

export function defineMountCases(): void {
  describe("mounts", mountCases);
}

function mountCases(): void {
  const workspace = new Workspace();
  const elsewhere = new Workspace();
  const mountFiles = (): string[] => readdirSync(workspace.path(".speckit", "memvid", "mounts"));

  beforeAll(async () => {
    await workspace.create({ "own.md": "retry of the workspace" });
    await elsewhere.create({ "a.md": "retry budget", "b.md": "nothing" });
    const plain = readFileSync(elsewhere.capsulePath);
    writeFileSync(workspace.path("plain.mv2"), plain);
    writeFileSync(workspace.path("sealed.mv2e"), encrypted(plain, { passphrase: "correct horse" }));
    writeFileSync(workspace.path("cut.mv2e"), encrypted(plain, { passphrase: "correct horse" }).subarray(0, -1));
  });
  afterAll(() => {
    workspace.remove();
    elsewhere.remove();
  });

  it("import mounts a plain and an encrypted capsule, mounts lists them, unmount takes one away", async () => {
    expect((await workspace.json("mounts", ["mounts"])).mounts).toEqual([]);
    const plain = await workspace.json("import", ["import", "plain.mv2"]);
    expect(plain).toMatchObject({ mount_name: "plain", created: true, format: "mv2-v1", counts: { artifacts: 2 } });
    const sealed = await workspace.json("import", ["import", "sealed.mv2e", "--mount-as", "S"], PASSPHRASE);
    expect(sealed).toMatchObject({ mount_name: "S", format: "mv2e-v1", validation: { signature: "unsigned" } });
    const listed = await workspace.json("mounts", ["mounts"]);
    expect(listed.mounts.map((mount) => [mount.mount_name, mount.status, mount.content_hash])).toEqual([
      ["S", "ok", sealed.content_hash],
      ["plain", "ok", plain.content_hash],
    ]);
    expect((await workspace.json("import", ["import", "plain.mv2"])).created).toBe(false);
    expect((await workspace.json("events", ["events", "--type", "CapsuleImported"])).count).toBe(2);
    expect((await workspace.json("doctor", ["doctor", "--deep"])).status).toBe("ok");
    await workspace.json("unmount", ["unmount", "S"]);
    expect(mountFiles()).toEqual(["plain.mv2"]);
    expect((await workspace.failure(1, ["unmount", "S"])).code).toBe("NotFound");
  });

  it("search looks into one mount, or into all and the workspace together", async () => {
    const one = await workspace.json("search", ["search", "retry budget", "--mount", "plain"]);
    expect(one.view).toEqual({ branch: "main", as_of: null, document_count: 2, mount: "plain" });
    expect(one.hits).toHaveLength(1);
    await workspace.json("import", ["import", "sealed.mv2e", "--mount-as", "T"], PASSPHRASE);
    expect((await workspace.failure(1, ["search", "retry", "--mounts"])).code).toBe("PassphraseRequired");
    const all = await workspace.json("search-mounts", ["search", "retry", "--mounts"], PASSPHRASE);
    expect(all.sources.map(({ source }) => source)).toEqual(["workspace", "T", "plain"]);
    expect(all.hits.map(({ placings }) => placings.map(({ source }) => source))).toEqual([
      ["T", "plain"],
      ["workspace"],
    ]);
    const shown = (await workspace.run(["search", "retry", "--mounts"], PASSPHRASE)).stdout.toString();
    expect(shown).toContain("T #1, plain #1");
    expect((await workspace.failure(1, ["search", "retry", "--mounts", "--count"])).code).toBe("UsageError");
    expect((await workspace.failure(1, ["search", "retry", "--mount", "none"])).code).toBe("NotFound");
    await workspace.json("unmount", ["unmount", "T"]);
  });

  it("what can't be imported leaves nothing", async () => {
    const before = mountFiles();
    symlinkSync("plain.mv2", workspace.path("link.mv2"));
    for (const [args, code, exitCode] of [
      [["sealed.mv2e"], "PassphraseRequired", 1],
      [["sealed.mv2e", "--passphrase-file", "plain.mv2"], "InvalidArgument", 1],
      [["cut.mv2e"], "Corrupted", 2],
      [["link.mv2"], "InvalidArgument", 1],
      [["plain.mv2", "--mount-as", "PLAIN"], "InvalidMountName", 1],
      [["plain.mv2", "--mount-as", "x", "--expect-digest", "0".repeat(64)], "VerificationFailed", 1],
      [["plain.mv2", "--mount-as", "x", "--require-verified"], "InvalidArgument", 1],
      [["sealed.mv2e", "--mount-as", "plain"], "MountHashConflict", 1],
    ] as const) {
      const secret = code === "PassphraseRequired" || args.includes("--passphrase-file" as never) ? {} : PASSPHRASE;
      expect((await workspace.failure(exitCode, ["import", ...args], secret)).code, args.join(" ")).toBe(code);
    }
    expect(mountFiles()).toEqual(before);
    expect((await workspace.json("doctor", ["doctor"])).status).toBe("ok");
  });

  it("shows what was mounted to eyes", async () => {
    const ended = await workspace.run(["import", "plain.mv2", "--mount-as", "eyes"]);
    expect(ended).toMatchObject({ exitCode: 0, stderr: "" });
    expect(ended.stdout.toString()).toMatch(/Mounted eyes.*2 artifacts.*unsigned.*\[Unverified\]/s);
    expect((await workspace.run(["mounts"])).stdout.toString()).toMatch(/eyes.*plain\.mv2/);
  });
}
