/** `compact`, `gc`, `pin` and `unpin`, run as people run them. */

import { statSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { Workspace } from "./command.js";

const NOTE = "mv2://default/workspace/main/artifact/note.md";

export function defineRetentionCases(): void {
  describe("compact", compactCases);
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
