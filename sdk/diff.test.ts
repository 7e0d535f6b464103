import { describe, expect, it } from "vitest";
import type { Capsule } from "./capsule.js";
import type { DiffOptions } from "./diff.js";
import { collect, errorOf, newCapsule } from "./testing/fixtures.js";

const PREFIX = "mv2://default/workspace/main/artifact/";

/** Differences in short: `+path`, `~path`, `-path`. */
async function shortDiff(capsule: Capsule, from: string | null, to?: string | null, options?: DiffOptions) {
  const signs = { added: "+", changed: "~", removed: "-" };
  const found = await collect(capsule.diff(from, to, options));
  return found.map(({ uri, change }) => signs[change] + uri.replace(PREFIX, ""));
}

describe("diff()", () => {
  it("gives what was added, changed and removed in URI order, both ways, and nothing for the same", async () => {
    const { capsule } = await newCapsule();
    for (const path of ["a", "b", "c", "d"]) await capsule.put({ path }, path);
    await capsule.commit({ label: "one" });
    await capsule.put({ path: "b" }, "B");
    await capsule.put({ path: "bb" }, "new");
    await capsule.remove(`${PREFIX}c`);
    await capsule.commit({ label: "two" });
    await capsule.put({ path: "e" }, "e");
    await capsule.commit();
    expect(await shortDiff(capsule, "one", "two")).toEqual(["~b", "+bb", "-c"]);
    expect(await shortDiff(capsule, "two", "one")).toEqual(["~b", "-bb", "+c"]);
    expect(await shortDiff(capsule, "one")).toEqual(["~b", "+bb", "-c", "+e"]);
    expect(await shortDiff(capsule, null, "two")).toEqual(["-e"]);
    expect(await shortDiff(capsule, "one", "one")).toEqual([]);
    await capsule.close();
  });

  it("tells the same stored again from another title, tag, attribute or media type", async () => {
    const { capsule } = await newCapsule();
    const same = { title: "T", tags: ["x"], attributes: { b: 1, a: 2 } };
    for (const path of ["same", "title", "tags", "attributes", "media"]) await capsule.put({ path }, "text", same);
    await capsule.commit({ label: "one" });
    await capsule.put({ path: "same" }, "text", { ...same, attributes: { a: 2, b: 1 } });
    await capsule.put({ path: "title" }, "text", { ...same, title: "U" });
    await capsule.put({ path: "tags" }, "text", { ...same, tags: ["y"] });
    await capsule.put({ path: "attributes" }, "text", { ...same, attributes: { a: 2 } });
    await capsule.put({ path: "media" }, "text", { ...same, mediaType: "text/x-other" });
    await capsule.commit({ label: "two" });
    expect(await shortDiff(capsule, "one", "two")).toEqual(["~attributes", "~media", "~tags", "~title"]);
    await capsule.close();
  });

  it("keeps the order of bytes where UTF-16 has another, over several pages", async () => {
    const { capsule } = await newCapsule();
    const paths = Array.from({ length: 600 }, (_, index) => `n${String(index).padStart(4, "0")}`);
    const old = [...paths, "z\u{ff21}"];
    await capsule.putMany(old.map((path) => ({ target: { path }, content: path })));
    await capsule.commit({ label: "one" });
    await capsule.put({ path: "z\u{1f600}" }, "beyond the basic plane");
    await capsule.put({ path: "n0599" }, "changed");
    await capsule.commit({ label: "two" });
    expect(await shortDiff(capsule, "one", "two")).toEqual(["~n0599", "+z\u{1f600}"]);
    await capsule.remove(`${PREFIX}z\u{ff21}`);
    await capsule.commit();
    expect(await shortDiff(capsule, "one")).toEqual(["~n0599", "-z\u{ff21}", "+z\u{1f600}"]);
    await capsule.close();
  });

  it("counts what became an alias as removed, and takes prefix and kinds", async () => {
    const { capsule } = await newCapsule();
    await capsule.put({ path: "kept" }, "1");
    await capsule.commit({ label: "one" });
    await capsule.put({ path: "moved" }, "2");
    await capsule.emit({ type: "DebugTrace", payload: { message: "m", context: {} } });
    await capsule.commit({ label: "two" });
    await capsule.alias(`${PREFIX}moved`, `${PREFIX}kept`, "renamed");
    await capsule.commit({ label: "three" });
    expect(await shortDiff(capsule, "two", "three")).toEqual(["-moved"]);
    expect(await shortDiff(capsule, "one", "two", { prefix: `${PREFIX}k` })).toEqual([]);
    const events = await collect(capsule.diff("one", "two", { kinds: ["event"] }));
    expect(events.map(({ change, after }) => [change, after?.kind])).toContainEqual(["added", "event"]);
    await capsule.close();
  });

  it("refuses an unknown checkpoint, and stops at the signal", async () => {
    const { capsule } = await newCapsule();
    await capsule.put({ path: "x" }, "1");
    await capsule.commit({ label: "one" });
    expect((await errorOf(shortDiff(capsule, "none"))).code).toBe("UnknownCheckpoint");
    const aborted = shortDiff(capsule, "one", null, { signal: AbortSignal.abort() });
    expect((await errorOf(aborted)).code).toBe("Aborted");
    await capsule.close();
  });
});
