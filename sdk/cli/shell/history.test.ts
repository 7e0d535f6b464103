import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { HISTORY_LINES, History, historyPath } from "./history.js";

const directory = mkdtempSync(join(tmpdir(), "history-"));
afterAll(() => rmSync(directory, { recursive: true }));

describe("historyPath()", () => {
  it("is the state directory's, else the home's", () => {
    expect(historyPath({ XDG_STATE_HOME: "/state", HOME: "/home/a" })).toBe("/state/speckit/shell-history");
    expect(historyPath({ XDG_STATE_HOME: "relative", HOME: "/home/a" })).toBe(
      "/home/a/.local/state/speckit/shell-history",
    );
    expect(historyPath({})).toBeNull();
  });
});

describe("History", () => {
  it("keeps lines for later sessions in a file of its own, the newest first", () => {
    const path = join(directory, "a", "b", "history");
    const first = new History(path);
    for (const line of ["one", "two", "two", "", " secret", "three"]) first.add(line);
    expect(first.lines).toEqual(["three", "two", "one"]);
    expect(new History(path).lines).toEqual(["three", "two", "one"]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it("is bounded, in memory and on the disk, and private again if it was not", () => {
    const path = join(directory, "long");
    const lines = Array.from({ length: 2 * HISTORY_LINES + 1 }, (_, i) => `line ${i}`);
    writeFileSync(path, lines.join("\n"));
    chmodSync(path, 0o644);
    const history = new History(path);
    expect(history.lines).toHaveLength(HISTORY_LINES);
    history.add("one more");
    expect(history.lines).toHaveLength(HISTORY_LINES);
    const stored = readFileSync(path, "utf8").trimEnd().split("\n");
    expect([stored.length, stored[0], stored.at(-1)]).toEqual([HISTORY_LINES + 1, "line 1001", "one more"]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it("does without a file where there can't be one", () => {
    writeFileSync(join(directory, "file"), "x");
    for (const path of [null, join(directory, "file", "history")]) {
      const history = new History(path);
      history.add("a");
      expect(history.lines).toEqual(["a"]);
    }
  });
});
