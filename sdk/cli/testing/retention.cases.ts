/** `compact`, `gc`, `pin` and `unpin`, run as people run them. */

import { existsSync, mkdirSync, renameSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { Workspace } from "./command.js";

const NOTE = "mv2://default/workspace/main/artifact/note.md";

export function defineRetentionCases(): void {
  describe("compact", compactCases);
  describe("gc, pin and unpin", gcCases);
}

function compactCases(): void {
  const workspace = new Workspace();
  afterAll(() => workspace.remove());

  it("replaces the capsule by a smaller one, without history and without what is purged", async () => {
    await workspace.create({ "note.md": "a phone number", "long.md": "the same again\n".repeat(20_000) });
    const { root, sequence } = await workspace.json("stats", ["stats"]);
    const bytesBefore = statSync(workspace.capsulePath).size;
    const compacted = await workspace.json("compact", ["compact"]);
    expect(compacted).toMatchObject({ bytes_before: bytesBefore, old_root: root, old_sequence: sequence, purged: [] });
    expect(compacted).toMatchObject({ dropped_history: false, records_left_out: 0 });
    expect(statSync(workspace.capsulePath).size).toBe(compacted.bytes_after);
    const purged = await workspace.json("compact", [
      "compact",
      "--drop-history",
      "--purge",
      NOTE,
      "--reason",
      "told to",
    ]);
    expect(purged).toMatchObject({
      purged: [NOTE],
      dropped_history: true,
      records_left_out: 1,
      old_root: compacted.root,
    });
    const { events } = await workspace.json("events", ["events", "--type", "Purged"]);
    expect(events.map(({ payload }) => payload)).toEqual([{ uri: NOTE, reason: "told to" }]);
    expect((await workspace.json("doctor", ["doctor", "--deep"])).status).toBe("ok");
    const shown = await workspace.run(["compact"]);
    expect([shown.exitCode, shown.stdout.toString()]).toEqual([0, expect.stringMatching(/^Compacted .* KiB to .*\n$/)]);
  });

  it("fails with a code where there is nothing to purge, and where there is no capsule", async () => {
    expect(await workspace.failure(1, ["compact", "--purge", NOTE])).toMatchObject({ code: "NotFound" });
    expect(await workspace.failure(1, ["compact", "--capsule", "none.mv2"])).toMatchObject({ code: "NotFound" });
  });
}

function gcCases(): void {
  const workspace = new Workspace();
  afterAll(() => workspace.remove());
  const runDirectory = (run: string): string => workspace.path("docs", "specs", "S", "runs", run);

  it("deletes what is old enough and not pinned, and follows no link", async () => {
    await workspace.create();
    writeFileSync(workspace.path("note.md"), "a note");
    const exported: string[] = [];
    for (const run of ["r1", "r2"]) {
      await workspace.json("put", ["put", "note.md", "--spec", "S", "--run", run]);
      const made = await workspace.json("export", ["export", "--run", run, "--no-encrypt", "--unsafe"]);
      exported.push(made.output_path);
    }
    const [first = "", second = ""] = exported;
    const pinned = await workspace.json("pin", ["pin", first]);
    expect(pinned).toMatchObject({ pinned: true, changed: true, path: "docs/specs/S/runs/r1/capsule.mv2" });
    // Links to a directory and to a file that would both be deleted where they lie.
    mkdirSync(workspace.path("outside"));
    renameSync(second, workspace.path("outside", "capsule.mv2"));
    symlinkSync(workspace.path("outside"), runDirectory("linked"));
    symlinkSync(workspace.path("outside", "capsule.mv2"), second);
    const orphan = workspace.path(".speckit", "memvid", "workspace.mv2.0011223344556677.speckit-tmp");
    writeFileSync(orphan, "half");
    utimesSync(orphan, 1, 1);
    const dry = await workspace.json("gc", ["gc", "--dry-run", "--retention-days", "0"]);
    expect(dry).toMatchObject({ dry_run: true, exports_deleted: 0, exports_preserved: 1, temp_files_deleted: 1 });
    expect(existsSync(orphan)).toBe(true);
    const collected = await workspace.json("gc", ["gc", "--retention-days", "0"]);
    expect({ ...collected, dry_run: true }).toEqual(dry);
    expect([existsSync(orphan), existsSync(first), existsSync(second)]).toEqual([false, true, true]);
    expect(await workspace.json("unpin", ["unpin", pinned.content_hash])).toMatchObject({
      pinned: false,
      changed: true,
    });
    const last = await workspace.json("gc", ["gc", "--retention-days", "0"]);
    expect(last.deleted_paths).toEqual(["docs/specs/S/runs/r1/capsule.mv2"]);
    const { events } = await workspace.json("events", ["events", "--type", "CapsuleGC"]);
    expect(events.map(({ payload }) => payload["deleted_paths"])).toEqual([
      collected.deleted_paths,
      last.deleted_paths,
    ]);
    expect((await workspace.run(["gc"])).stdout.toString()).toContain("Deleted 0 exports and 0 temporary files");
  });

  it("fails with a code for what is no export, and no number of days", async () => {
    expect(await workspace.failure(1, ["pin", "note.md"])).toMatchObject({ code: "InvalidArgument" });
    expect(await workspace.failure(1, ["pin", "none.mv2"])).toMatchObject({ code: "NotFound" });
    expect(await workspace.failure(1, ["gc", "--retention-days", "-1"])).toMatchObject({ code: "UsageError" });
  });
}
